"""The story of the README through the real jobs, notebooks, tables and models: told in order, each test one chapter."""

from pathlib import Path

import pandas as pd
import pytest

from local_workspace.workspace import LocalWorkspace
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
    with LocalWorkspace.open(ROOT, tmp_path_factory.mktemp("story"), target="dev") as workspace:
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


def test_a_run_without_new_rows_changes_nothing(story):
    before = story.state()

    result = story.run()

    assert result.tasks["retrain"].state == "excluded"
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
