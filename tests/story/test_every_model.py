"""Several models in one workspace: they share an ingestion, and one job gives each of them its turn."""

import pytest

from recipes.demo.diabetes import first_patients
from recipes.demo.flights import flights_of_month
from recipes.demo.put_rows import put_rows
from recipes.demo.series_examples import EXAMPLES

from .conftest import poisoned

pytestmark = pytest.mark.slow
MODELS = ("air_passengers", "diabetes", "flights_air_time", "flights_sgd", "route_demand")


def test_a_second_model_of_the_same_source_shares_its_ingestion(story):
    story.arrives(flights_of_month(1))
    story.run()

    story.run(model="flights_sgd")

    event = story.newest("events")
    # The batch that both models read, ingested once.
    assert (event.model, event.rows_read, event.batch_seq, event.gate) == ("flights_sgd", 27_004, 1, "passed")
    assert story.workspace.spark.table(f"{story.schema}.watermarks").where("state = 'COMMITTED'").count() == 1


def test_every_model_with_a_spec_has_its_turn(story):
    story.arrives(poisoned(flights_of_month(2), before="2013-02-24"))
    put_rows(story.workspace.spark, first_patients(422), f"{story.schema}.diabetes_source", ["patient"])
    for model, until in (("air_passengers", 1952), ("route_demand", 1)):
        example = EXAMPLES[model]
        few = example.points_until(until).tail(300)
        put_rows(story.workspace.spark, few, f"{story.schema}.{example.table}", example.keys)

    result = story.workspace.run("retrain_all")

    assert result.state == "SUCCESS"
    turns = [(run.parameters["model"], run.state) for run in result.tasks["models"].inner_runs()]
    assert turns == [(model, "SUCCESS") for model in MODELS]
    # The poisoned February is the evidence that the dear model waits for.
    events = story.workspace.spark.table(f"{story.schema}.events").where("model = 'flights_sgd'")
    event = events.orderBy("at").collect()[-1]
    assert (event.action, event.first_reason[:18]) == ("update", "The realised error")
    manifests = story.workspace.spark.table(f"{story.schema}.model_manifests").where("model = 'flights_sgd'")
    made = manifests.where("state = 'REGISTERED' and role = 'candidate'").orderBy("seq").collect()[-1]
    assert (made.action, made.base_version) == ("update", "1")
    assert made.trained_rows < 23_611  # February before its hold-out, and nothing older


def test_the_clock_gives_no_second_turn_in_the_same_period(story):
    result = story.workspace.run("on_schedule")

    assert result.state == "SUCCESS"
    assert result.tasks["retrain"].run.tasks["models"].state == "excluded"
