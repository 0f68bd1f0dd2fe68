"""An operator's command is started again after its run was killed: it finishes that run, and says so. Each run has an
id of its own, as those of `databricks bundle run` and `./workspace run`."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.loop import KilledError, Loop, drifting, killed, make_run, toy_spec

from retraining.adapters.tables.batches import read_batches
from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import NothingToDoError
from retraining.failpoints import VARIABLE, FailpointError
from retraining.records.decision import Decision
from retraining.records.promotion import Promotion
from retraining.requests.repair import RepairRequest
from retraining.stages.approve import approve
from retraining.stages.check_drift import check_drift
from retraining.stages.release_retraining import release_retraining
from retraining.stages.repair import repair
from retraining.stages.rollback import rollback

pytestmark = pytest.mark.slow

SPEC = toy_spec(gate={"deploy": "candidate"})


def arrive(loop: Loop, first: int, last: int) -> None:
    loop.source_has(drifting(first, last))
    loop.ingest()
    loop.score()


def context_of(loop: Loop, run: int):
    """A run of its own, a day after the one before."""
    return replace(loop.context, run=make_run(str(run), f"2013-06-{run:02d}"))


def killed_at(point: str, stage) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, f"{point}=raise")
        with pytest.raises(FailpointError):
            stage()


def promotions(loop: Loop) -> list[str]:
    return [f"{row.outcome} {row.version} {row.state}" for row in read_rows(loop.tables, Promotion, "toy")]


@pytest.fixture(scope="module")
def back(make_loop):
    """Of three champions the newest is left by a run that is killed, once before and once after the alias followed."""
    loop, told = make_loop(), SimpleNamespace(said=[], rows=[])
    loop.spec, told.loop = SPEC, loop
    for first, last in ((1, 14), (15, 22), (23, 30)):
        arrive(loop, first, last)
        loop.train()
    told.rows.append(len(promotions(loop)))

    def go(run: int, reason: str = "Too high.", to_version: str | None = None):
        return rollback(context_of(loop, run), to_version, reason)

    killed_at("rollback.after_decision", lambda: go(2))
    killed_at("apply.after_applied", lambda: go(3))
    told.said = [go(run).summary for run in (4, 5)]
    told.aliases = (loop.alias("champion"), loop.alias("previous"))
    told.rows.append(len(promotions(loop)))
    told.released = [release_retraining(context_of(loop, run), "Repaired.").summary for run in (6, 7)]
    told.further = go(8, "Still too high.").promotion
    told.named = go(9, "Still too high.", "1").promotion
    with pytest.raises(NothingToDoError) as caught:
        go(10, "And again.")
    told.refused = str(caught.value)
    return told


def test_a_rollback_that_was_killed_is_finished_once_and_the_same_command_says_who_decided_it(back):
    assert back.aliases == ("2", "3")
    assert back.rows[1] - back.rows[0] == 2  # the decision, and that it was applied
    assert back.said[0].startswith("toy: back from version 3 to 2. Too high. Run 2 decided this for the same reason")
    assert back.said[0] == back.said[1]
    assert "it has been carried out, so nothing was left to do. To go back once more, give another" in back.said[0]


def test_a_rollback_for_another_reason_goes_back_once_more(back):
    assert (back.further.version, back.further.previous_version) == ("1", "2")
    assert back.named == back.further
    assert "version 1 is the only champion there has been" in back.refused


def test_a_release_of_retraining_is_found_again(back):
    assert back.released[0] == back.released[1]
    assert [row for row in promotions(back.loop) if row.startswith("RELEASED")] == ["RELEASED 2 DECIDED"]


def test_a_first_run_that_is_killed_after_its_check_keeps_its_one_decision(loop):
    loop.spec = SPEC
    arrive(loop, 1, 14)

    def check(run: int, asked: str | None = None) -> Decision:
        return check_drift(context_of(loop, run), asked=asked).decision

    first = check(2)
    loop.retrain()
    loop.promote()
    assert loop.alias("champion") == "1"

    assert [check(3), check(4)] == [first, first]
    assert loop.retrain().manifest.version == "1"
    loop.run = make_run("5", "2013-06-05")
    event = loop.report("check_drift=success").event
    assert (event.outcome, event.candidate_version, event.rows_accepted) == ("PROMOTE", "1", 280)
    wish = check(6, "The labels were corrected.")
    assert (check(7, "The labels were corrected."), wish.asked_reason) == (wish, "The labels were corrected.")
    assert check(8).asked_reason is None
    assert len(read_rows(loop.tables, Decision, "toy")) == 3


def test_a_repair_that_was_killed_after_its_plan_is_finished_by_the_same_command(loop):
    loop.spec = SPEC
    loop.source_has([("a", "2013-01-31 09:00", 1.0, 1.0), ("b", "2013-01-31 10:00", 1.0, 1.0)])
    loop.ingest()
    replay = RepairRequest("replay", "Prepared wrongly.", batch_seq=1)
    backfill = RepairRequest("backfill", "January.", start="2013-01-31 09:00", end="2013-01-31 10:00")

    def ask(run: int, request: RepairRequest) -> str:
        return repair(context_of(loop, run), loop.source, request).summary

    planned, again = ask(2, replay), ask(3, replay)
    loop.ingest()
    closed = ask(4, replay)
    assert again == f"{planned}. An earlier run had the same request, so nothing new was planned"
    assert closed.startswith("toy: replay: batch 2 is COMMITTED. An earlier run had the same request")

    asked = [ask(5, backfill), ask(6, backfill)]
    loop.ingest()
    asked.append(ask(7, backfill))
    assert ["batch 3 is PLANNED" in said for said in asked] == [True, True, False]
    assert "batch 3 is COMMITTED" in asked[2]
    loop.source_has([("late", "2013-01-31 09:30", 1.0, 1.0)])
    assert "batch 4 is PLANNED" in ask(8, backfill)

    abandon = RepairRequest("abandon", "Not needed.")
    given_up = ask(9, abandon)
    assert ask(10, abandon).startswith(given_up)
    loop.source_has([("c", "2013-01-31 11:00", 1.0, 1.0)])
    killed_at("ingest.after_plan", loop.ingest)
    assert ask(11, abandon).startswith("toy: abandon: batch 5 is ABANDONED")  # another batch waits: a new request
    assert [row.state for row in read_batches(loop.tables, "toy")][-2:] == ["ABANDONED", "ABANDONED"]


def test_a_rebaseline_that_was_killed_between_its_two_commits_is_finished_by_the_same_run_and_by_another(loop):
    loop.spec = SPEC
    loop.source_has([("a", "2013-01-31 09:00", 1.0, 1.0)])
    killed_at("ingest.after_plan", loop.ingest)
    loop.ingest()
    loop.source_has([("b", "2013-01-31 10:00", 1.0, 1.0)])
    killed_at("ingest.after_plan", loop.ingest)
    request = RepairRequest("rebaseline", "Replaced.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("retraining.stages.repair._plan", killed)
        with pytest.raises(KilledError):
            repair(context_of(loop, 2), loop.source, request)

    rows = [repair(context_of(loop, run), loop.source, request).batches[0] for run in (2, 3)]

    assert [(row.batch_seq, row.state, row.epoch) for row in rows] == [(3, "PLANNED", 2)] * 2


def test_a_yes_that_was_killed_before_the_promotion_is_carried_out_by_the_same_command(loop):
    loop.spec = toy_spec(gate={"deploy": "candidate", "approval": "required"})
    arrive(loop, 1, 14)
    loop.train()

    answers = [approve(context_of(loop, run), "yes", None, "Looked at it.") for run in (2, 3)]
    loop.promote()
    answers.append(approve(context_of(loop, 4), "yes", None, "Looked at it."))

    assert len({each.promotion for each in answers}) == 1
    assert loop.alias("champion") == answers[0].promotion.candidate_version
    with pytest.raises(NothingToDoError, match="no candidate waits for approval"):
        approve(context_of(loop, 5), "yes", None, "Another look.")
