"""The story of the README through the real jobs, notebooks, tables and models: told in order, each test one chapter."""

import pytest

from recipes.demo.flights import flights_of_month

from .conftest import poisoned


def test_january_trains_the_first_champion(story):
    story.arrives(flights_of_month(1))

    story.run()

    event = story.newest("events")
    assert (event.rows_read, event.rows_accepted, event.rows_quarantined) == (27_004, 26_398, 606)
    assert (event.action, event.gate, event.outcome, event.champion_before) == ("refit", "passed", "PROMOTE", None)
    assert story.aliases() == {"challenger": "1", "champion": "1"}


def test_february_is_scored_by_the_january_champion_before_it_retrains(story):
    story.arrives(flights_of_month(2))

    story.run()

    event = story.newest("events")
    assert (event.rows_accepted, event.rows_quarantined, event.rows_already_present) == (23_611, 1_340, 2)
    assert (event.champion_before, round(event.error_before, 2), event.gate) == ("1", 11.81, "passed")
    assert story.aliases() == {"challenger": "2", "champion": "2", "previous": "1"}


@pytest.mark.parametrize("trigger", ["on_table_update", "on_file_arrival"])
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
    assert (event.gate, event.outcome, event.champion_after) == ("failed", "REJECT", "2")
    assert "of the champion on" in event.gate_sentence
    assert story.aliases() == {"challenger": "3", "champion": "2", "previous": "1"}


def test_one_command_goes_back_and_the_same_candidate_stays_out(story):
    story.run("rollback", reason="the story asks for it")

    promotion = story.newest("promotions")
    assert (promotion.outcome, promotion.version, promotion.previous_version) == ("ROLLBACK", "1", "2")
    assert story.aliases()["champion"] == "1"
    event = story.newest("events")
    assert (event.headline, event.level, event.tasks) == ("Rolled back", "warn", ["roll_back"])
    assert (event.champion_before, event.champion_after) == ("2", "1")

    story.run()

    assert story.newest("events").action == "keep"
    assert story.newest("events").first_reason.startswith("A rollback at batch 3 asks to wait for newer data")
    assert story.aliases()["champion"] == "1"
