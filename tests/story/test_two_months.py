"""The story of the README through the real jobs, notebooks, tables and models: told in order, each test one chapter."""

from pathlib import Path

import pandas as pd
import pytest

from local_workspace.workspace import LocalWorkspace
from recipes.demo.diabetes import first_patients
from recipes.demo.flights import KEYS, flights_of_month
from recipes.demo.put_rows import put_rows

from .what_is import aliases, state_of

ROOT = Path(__file__).parents[2]
MODEL = "flights_air_time"


class Story:
    """A workspace of its own, and short words for what the tests ask it."""

    def __init__(self, workspace):
        self.workspace = workspace
        self.schema = f"spark_catalog.{workspace.names['schemas.retraining_schema.name']}"

    def arrives(self, flights: pd.DataFrame) -> None:
        put_rows(self.workspace.spark, flights, f"{self.schema}.flights_source", KEYS)

    def run(self, job="retraining", **parameters):
        result = self.workspace.run(job, {"model": MODEL, **parameters})
        assert result.state == "SUCCESS", {key: task.error for key, task in result.tasks.items() if task.error}
        return result

    def newest(self, table):
        return self.workspace.spark.table(f"{self.schema}.{table}").orderBy("at").collect()[-1]

    def aliases(self):
        return aliases(f"{self.schema}.{MODEL}")

    def state(self):
        return state_of(self.workspace.spark, self.schema, "flights", MODEL)


@pytest.fixture(scope="module")
def story(spark, tmp_path_factory):
    """The bundle with its event triggers included, which the repository leaves to those who have something to watch."""
    root = tmp_path_factory.mktemp("bundle")
    for name in ("notebooks", "resources", "specs", "src"):
        (root / name).symlink_to(ROOT / name)
    main = (ROOT / "databricks.yml").read_text("utf-8").replace("  # - resources/events/", "  - resources/events/")
    (root / "databricks.yml").write_text(main, "utf-8")
    watched = {"watched_table": "spark_catalog.any.table", "watched_folder": "/Volumes/any/any/any/"}
    with LocalWorkspace.open(root, tmp_path_factory.mktemp("story"), target="dev", variables=watched) as workspace:
        yield Story(workspace)


def poisoned(flights: pd.DataFrame, before: str) -> pd.DataFrame:
    """The flights before a day with an air time that shrinks with the distance: plausible values, and nonsense."""
    early = flights["time_hour"] < pd.Timestamp(before, tz="UTC")
    return flights.assign(air_time=flights["air_time"].mask(early, 710 - flights["air_time"]))


def test_january_trains_the_first_champion(story):
    story.arrives(flights_of_month(1))

    story.run()

    event = story.newest("events")
    assert (event.rows_read, event.rows_accepted, event.rows_quarantined) == (27_004, 26_398, 606)
    assert (event.action, event.gate, event.outcome, event.champion_before) == ("refit", "passed", "PROMOTE", None)
    assert story.aliases() == {"challenger": "1", "champion": "2"}


def test_february_is_scored_by_the_january_champion_before_it_retrains(story):
    story.arrives(flights_of_month(2))

    story.run()

    event = story.newest("events")
    assert (event.rows_accepted, event.rows_quarantined, event.rows_already_present) == (23_611, 1_340, 2)
    assert (event.champion_before, round(event.error_before, 2)) == ("2", 11.81)
    assert story.aliases() == {"challenger": "3", "champion": "4", "previous": "2"}


def test_a_second_model_of_the_same_source_shares_its_ingestion(story):
    story.run(model="flights_sgd")

    event = story.newest("events")
    assert (event.model, event.rows_read, event.batch_seq, event.gate) == ("flights_sgd", 0, 2, "passed")


@pytest.mark.parametrize("trigger", ["on_schedule", "on_table_update", "on_file_arrival"])
def test_a_run_without_new_rows_changes_nothing_whatever_starts_it(story, trigger):
    before = story.state()

    result = story.run(trigger)

    nested = result.tasks["retrain"].run
    assert (nested.job, nested.tasks["retrain"].state) == ("retraining", "excluded")
    assert story.state() == before
    assert story.newest("decisions").reasons[0].startswith("0 labelled rows are new since the last training")


def test_a_worse_candidate_is_refused_with_its_reasons(story):
    story.arrives(poisoned(flights_of_month(3), before="2013-03-24"))

    story.run()

    event = story.newest("events")
    assert (event.gate, event.outcome, event.champion_after) == ("failed", "REJECT", "4")
    assert "of the champion on" in event.gate_sentence
    assert story.aliases() == {"challenger": "5", "champion": "4", "previous": "2"}


def test_one_command_goes_back_and_the_same_candidate_stays_out(story):
    story.run("rollback", reason="the story asks for it")

    promotion = story.newest("promotions")
    assert (promotion.outcome, promotion.version, promotion.previous_version) == ("ROLLBACK", "2", "4")
    assert story.aliases()["champion"] == "2"

    story.run()

    assert story.newest("events").action == "keep"
    assert story.newest("events").first_reason.startswith("A rollback at batch 3 asks to wait for newer data")
    assert story.aliases()["champion"] == "2"


def test_every_model_with_a_spec_has_its_turn(story):
    put_rows(story.workspace.spark, first_patients(422), f"{story.schema}.diabetes_source", ["patient"])

    result = story.workspace.run("retrain_all")

    assert result.state == "SUCCESS"
    turns = [(run.parameters["model"], run.state) for run in result.tasks["models"].inner_runs()]
    assert turns == [(model, "SUCCESS") for model in ("diabetes", "flights_air_time", "flights_sgd")]
    # The poisoned March is the evidence that the dear model waits for.
    event = story.newest("events")
    assert (event.model, event.action, event.first_reason[:18]) == ("flights_sgd", "update", "The realised error")
    manifests = story.workspace.spark.table(f"{story.schema}.model_manifests").where("model = 'flights_sgd'")
    made = manifests.where("state = 'REGISTERED' and role = 'candidate'").orderBy("seq").collect()[-1]
    assert (made.action, made.base_version) == ("update", "2")
    assert made.trained_rows < 27_902  # March before its hold-out, and nothing older
