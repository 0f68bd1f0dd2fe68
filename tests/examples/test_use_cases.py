"""The white paper's use cases, as small made streams, through the bundle's own job."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import functions as F

from local_workspace.workspace import LocalWorkspace
from recipes.demo.put_rows import put_rows

from . import streams

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "specs" / "examples").glob("*.yml"))


class Place:
    """A workspace whose models are the examples."""

    def __init__(self, workspace):
        self.workspace = workspace
        self.schema = f"spark_catalog.{workspace.names['schemas.retraining_schema.name']}"

    def arrives(self, table, rows, *keys):
        put_rows(self.workspace.spark, rows, f"{self.schema}.{table}", list(keys))

    def run(self, model):
        """One run of the job. Returns its event, and the candidate that it fitted."""
        result = self.workspace.run("retraining", {"model": model})
        assert result.state == "SUCCESS", {key: task.error for key, task in result.tasks.items() if task.error}
        fitted = self.rows("model_manifests", model).where("state = 'REGISTERED' and role = 'candidate'")
        return self.rows("events", model).collect()[-1], fitted.collect()[-1]

    def rows(self, table, model):
        return self.workspace.spark.table(f"{self.schema}.{table}").where(F.col("model") == model).orderBy("at")


@pytest.fixture(scope="module")
def place(spark, tmp_path_factory):
    root = tmp_path_factory.mktemp("bundle")
    for name in ("notebooks", "resources", "src"):
        (root / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "databricks.yml", root)
    (root / "specs").mkdir()
    for spec in EXAMPLES:
        shutil.copy(spec, root / "specs")
    with LocalWorkspace.open(root, tmp_path_factory.mktemp("state"), target="dev") as workspace:
        yield Place(workspace)


def test_a_new_species_leads_to_a_refit_and_the_champion_knows_it(place):
    place.arrives("sightings", streams.sightings(0, 21, species=8), "sighting")
    first, _ = place.run("species")
    place.arrives("sightings", streams.sightings(21, 21, species=10), "sighting")

    event, candidate = place.run("species")

    assert first.champion_after == "1"
    assert (candidate.action, candidate.base_version, event.gate) == ("refit", None, "passed")
    assert event.champion_after == candidate.version
    assert event.error_before > 0.15  # a fifth of the images show what the first champion has never seen


def test_fraud_that_reacts_to_each_promotion_is_learned_each_time(place):
    promotions = []
    for turn in range(3):
        place.arrives("transactions", streams.transactions(14 * turn, 14, way=len(promotions)), "payment")
        event, candidate = place.run("fraud")
        promotions += [event.champion_after] * (event.champion_after != event.champion_before)

    assert promotions == ["1", "2", "3"]
    assert (candidate.action, candidate.base_version, candidate.rehearsed_rows > 0) == ("update", "2", True)


def test_of_several_algorithms_the_one_that_sees_who_leaves_goes_to_the_gate(place):
    place.arrives("customers", streams.customers(0, 28), "month_end", "customer")

    event, candidate = place.run("churn")

    assert event.champion_after == "1"
    assert candidate.recipe == "recipes.boosting.classification"
    assert len(candidate.trials) == 4
    assert {each.problem for each in candidate.trials} == {None}
    worst_tree = max(each.error for each in candidate.trials if "boosting" in each.recipe)
    assert worst_tree < 0.7 * min(each.error for each in candidate.trials if "logistic" in each.recipe)


def test_readers_whose_interests_move_are_followed_and_a_new_topic_needs_no_refit(place):
    topics = ("sport", "politics", "film", "music", "science", "travel")
    place.arrives("impressions", streams.impressions(0, 14, topics), "impression")
    place.run("clicks")
    place.arrives("impressions", streams.impressions(14, 14, (*topics, "chess"), moved=1), "impression")

    event, candidate = place.run("clicks")

    assert (candidate.action, event.gate, event.champion_after) == ("update", "passed", candidate.version)
    assert event.error_before > 0.5  # the share of clicks that the first champion predicts wrong


def test_machines_that_wear_are_followed_by_weights_of_age(place):
    place.arrives("readings", streams.readings(0, 21), "read_at", "machine")
    place.run("machinery")
    place.arrives("readings", streams.readings(21, 21), "read_at", "machine")

    event, candidate = place.run("machinery")

    assert (candidate.action, event.gate, event.champion_after) == ("refit", "passed", candidate.version)


def test_a_ticket_is_scored_at_once_and_learned_when_its_team_is_known(place):
    first = streams.tickets(0, 21)
    place.arrives("tickets", first.drop(columns="team"), "ticket")
    place.arrives("answers", _answers(first), "ticket")
    event, _ = place.run("tickets")
    second = streams.tickets(21, 10, also="my order")
    place.arrives("tickets", second.drop(columns="team"), "ticket")
    without_answers, _ = place.run("tickets")
    place.arrives("answers", _answers(second), "ticket")

    with_answers, candidate = place.run("tickets")

    assert event.champion_after == "1"
    assert (without_answers.action, without_answers.rows_accepted) == ("keep", 200)
    assert candidate.trained_rows > 21 * 20
    assert with_answers.error_before < 0.05


def _answers(tickets):
    return tickets[["ticket", "team"]].assign(answered_at=tickets["opened_at"] + pd.Timedelta(days=2))


def test_a_carrier_with_few_flights_starts_from_all_the_others_and_the_page_says_what_that_is_worth(place):
    keys = ("time_hour", "carrier", "flight", "origin")
    place.arrives("flights_of_others", streams.flights(1, of_few=False), *keys)
    place.run("other_flights")
    place.arrives("flights_of_few", streams.flights(1, of_few=True), *keys)

    event, candidate = place.run("few_flights")

    assert event.champion_after == "1"
    assert candidate.trained_rows < 60
    assert candidate.start_gain > 0.2
    assert candidate.start_because.startswith("On ")
    assert "with a start from version 1 of other_flights" in candidate.start_because
