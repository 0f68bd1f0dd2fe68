"""A champion that the one before it beats: an alert, or a rollback where the policy says so. One model, told once."""

from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.loop import KilledError, drifting, killed, make_run, toy_spec
from tests.retraining.rules.history import promoted

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.records.decision import Decision
from retraining.records.promotion import Promotion
from retraining.rules.decide import decide
from retraining.stages.check_drift import check_drift
from retraining.steps.champion.live_versions import find_previous_champion

pytestmark = pytest.mark.slow

ALERT = toy_spec(gate={"deploy": "candidate"})
BACK = toy_spec(gate={"deploy": "candidate"}, policy={"on_previous_wins": "rollback"})


@pytest.fixture(scope="module")
def story(make_loop):
    """Version 3 learned from days on which y was about -4 x; before and after them it is about 2 x, as the others
    know."""
    loop, told = make_loop(), SimpleNamespace()
    loop.spec, told.loop = ALERT, loop
    arrive(loop, drifting(1, 14))
    loop.train()
    arrive(loop, drifting(15, 22))
    loop.train()
    arrive(loop, [(*row[:3], -2 * row[3]) for row in drifting(23, 38)])
    told.third = loop.train().promotion
    told.early = []
    for first in (39, 42):
        arrive(loop, drifting(first, first + 2))
        told.early.append(loop.check().decision)
    arrive(loop, drifting(45, 47))
    told.alert, told.alias_after_alert = loop.check(), loop.alias("champion")
    told.page_of_alert = loop.report("check_drift=success").page
    loop.spec = BACK
    loop.start_run()
    with pytest.MonkeyPatch.context() as patch, suppress(KilledError):
        patch.setattr("retraining.stages.check_drift._roll_back", killed)
        loop.check()
    told.alias_after_kill = loop.alias("champion")
    told.back = loop.check()
    told.after_back = aliases(loop)
    told.page_of_rollback = loop.report("check_drift=success")
    told.rows_after_back = (len(read_rows(loop.tables, Decision, "toy")), len(promotions(loop)))
    told.pinned = check_drift(replace(loop.context, spec=BACK, run=make_run("900")), champion_version="3")
    told.rows_after_pinned = (len(read_rows(loop.tables, Decision, "toy")), len(promotions(loop)))
    told.again = loop.check().decision
    arrive(loop, drifting(48, 56))
    told.newer = loop.check().decision
    return told


def arrive(loop, rows) -> None:
    loop.source_has(rows)
    loop.ingest()
    loop.score()


def aliases(loop) -> tuple[str | None, str | None]:
    return loop.alias("champion"), loop.alias("previous")


def promotions(loop) -> list[Promotion]:
    return read_rows(loop.tables, Promotion, "toy")


def predicting(story, batch: int) -> list[tuple[str, int]]:
    made = story.loop.tables.read("toy_predictions").where(f"_batch_seq = {batch} AND NOT seen_in_training")
    return sorted((row["model_version"], row["count"]) for row in made.groupBy("model_version").count().collect())


def test_the_first_champion_and_the_one_before_predict_beside_the_live_one(story):
    assert (story.third.outcome, story.third.version, story.third.previous_version) == ("PROMOTE", "3", "2")
    assert predicting(story, 2) == [("1", 160)]
    assert predicting(story, 3) == [("1", 320), ("2", 320)]
    assert predicting(story, 4) == [("1", 60), ("2", 60), ("3", 60)]


def test_two_batches_are_not_enough(story):
    assert [(row.previous_version, row.previous_wins) for row in story.early] == [("2", None)] * 2
    assert "both predicted the same rows of 2 of 3 blocks of at least 3 days" in story.early[-1].previous_reason


def test_after_three_batches_the_run_warns_and_the_champion_stays(story):
    made = story.alert.decision

    assert (made.action, made.previous_wins, made.on_previous_wins) == ("refit", True, "alert")
    assert story.alias_after_alert == "3"
    assert made.previous_reason.startswith("Version 2, the previous champion, beats champion version 3: RMSE 0.")
    assert "on 180 rows of 9 days, better in 3 of the newest 3 blocks" in made.previous_reason
    assert f"Warning: {made.previous_reason}" in story.alert.summary
    assert made.previous_reason in story.page_of_alert


def test_a_run_killed_after_its_decision_has_not_moved_the_alias_and_the_next_attempt_does(story):
    assert (story.alias_after_kill, story.back.decision.action, story.after_back) == ("3", "rollback", ("2", "3"))


def test_the_rollback_is_decided_once_under_the_evaluation_with_the_rule_s_sentence(story):
    made = [row for row in promotions(story.loop) if row.outcome == "ROLLBACK"]

    assert [(row.state, row.request_id) for row in made] == [
        (state, story.back.decision.evaluation_id) for state in ("DECIDED", "APPLIED")
    ]
    assert made[0].reasons == (story.back.decision.previous_reason,)
    assert story.back.decision.previous_reason == story.alert.decision.previous_reason
    event = story.page_of_rollback.event
    assert (event.outcome, event.action, event.champion_after) == ("ROLLBACK", "rollback", "2")


def test_the_same_evaluation_asked_again_changes_nothing(story):
    assert story.pinned == story.back
    assert story.rows_after_pinned == story.rows_after_back


def test_the_version_gone_back_to_has_no_version_before_and_waits_for_newer_rows(story):
    assert (story.again.champion_version, story.again.previous_version, story.again.action) == ("2", None, "keep")
    assert story.again.reasons[0].startswith("A rollback at batch 6 asks to wait for newer data")
    assert predicting(story, 7) == [("1", 180), ("2", 180)]
    assert (story.newer.previous_version, story.newer.previous_wins, story.newer.action) == (None, None, "refit")


@pytest.mark.parametrize(("before", "found"), [("1", "1"), ("99", None)], ids=["registered", "deleted"])
def test_a_version_before_that_is_no_longer_registered_is_left_out(story, before, found):
    rows = promoted(("PROMOTE", before), ("PROMOTE", "2"))

    assert find_previous_champion(story.loop.context, rows, "2") == found


def test_every_decision_replays_to_the_same_verdict(story):
    rows = read_rows(story.loop.tables, Decision, "toy")

    assert {row.action for row in rows} == {"refit", "keep", "rollback"}
    for row in rows:
        verdict = decide(row.evidence, row.thresholds)
        assert (verdict.action, verdict.reasons) == (row.action, row.reasons)
