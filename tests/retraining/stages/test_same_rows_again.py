"""Training on the same rows again, and people who stop it or ask for it. One story of one model; the tests read it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.loop import PERSON, Loop, days, make_run, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import NothingToDoError, ParameterError
from retraining.records.control import Control
from retraining.records.decision import Decision
from retraining.stages.change_mode import ModeReport, change_mode
from retraining.stages.rollback import rollback

CORRECTED = toy_spec(gate={"holdout": "reserved"})
"""Keys judge, so that the same rows can be learned again: by days, a candidate needs new ones."""


@pytest.fixture(scope="module")
def story(make_loop):
    """The gate of version 1 never ran. With a corrected spec version 2 goes live; then a person freezes and retires the
    model, and brings it back."""
    loop = make_loop()
    moments = SimpleNamespace(loop=loop)
    loop.spec = toy_spec(gate={"holdout": "reserved", "floors": {"rmse": 0.5}})
    loop.source_has(days(1, 14))
    loop.ingest(as_of="2013-01-15")
    loop.check()
    loop.retrain()

    loop.spec = CORRECTED
    moments.corrected = loop.check().decision
    loop.retrain()
    moments.promotion = loop.promote().promotion
    loop.report()
    moments.nothing_new = loop.check().decision

    loop.start_run(as_of="2013-01-16")
    moments.asked = [loop.check(asked="The labels were corrected.").decision for _ in range(2)]
    moments.plain = loop.check().decision
    loop.report()
    loop.start_run(as_of="2013-01-17")
    moments.asked_later = loop.check(asked="The labels were corrected.").decision

    moments.froze = [changed(loop, "freeze", "51") for _ in range(2)]
    moments.frozen = loop.check(asked="The labels were corrected.").decision
    changed(loop, "retire", "52")
    moments.retired = (loop.score(), loop.check().decision)
    changed(loop, "unretire", "53")
    changed(loop, "unfreeze", "54")
    moments.thawed = loop.check().decision
    return moments


def changed(loop: Loop, change: str, run_id: str, reason: str = "The audit.") -> ModeReport:
    return change_mode(replace(loop.context, run=make_run(run_id, "2013-01-20")), change, reason)


def test_a_candidate_whose_gate_never_ran_does_not_use_up_its_rows(story):
    corrected = story.corrected

    assert (corrected.action, corrected.unjudged) == ("refit", True)
    assert corrected.new_labelled_rows == 203  # of 280: the other keys judge
    assert (story.promotion.outcome, story.promotion.version) == ("PROMOTE", "2")


def test_a_wish_is_one_decision_a_run_that_reached_its_report(story):
    assert (story.nothing_new.action, story.plain) == ("keep", story.nothing_new)
    assert (story.asked[0].action, story.asked[0]) == ("refit", story.asked[1])
    assert "A person wants a training: The labels were corrected." in story.asked[0].reasons
    assert (story.asked_later.action, story.asked_later.evaluation_id != story.asked[0].evaluation_id) == (
        "refit",
        True,
    )


def test_a_freeze_lasts_and_overrules_a_wish(story):
    assert story.froze[0] == story.froze[1]
    assert story.frozen.reasons == (
        "On 2013-01-20 00:00 UTC an operator froze the model: nothing is trained until the job unfreeze. "
        "Reason: The audit.",
    )


def test_a_retired_model_is_neither_scored_nor_trained_and_keeps_its_alias(story):
    scored, decided = story.retired

    assert "nothing scored. On 2013-01-20 00:00 UTC an operator retired the model" in scored.summary
    assert (decided.action, story.loop.alias("champion")) == ("keep", "2")


def test_what_was_stopped_goes_on(story):
    rows = read_rows(story.loop.tables, Control, "toy")

    assert [row.mode for row in rows] == ["frozen", "retired", "frozen", "active"]
    assert {row.decided_by for row in rows} == {PERSON}
    assert story.thawed == story.nothing_new
    assert len(read_rows(story.loop.tables, Decision, "toy")) == 7


def test_a_change_without_effect_reason_or_name_is_refused(story):
    with pytest.raises(NothingToDoError, match="toy is active, and unfreeze needs a model that is frozen"):
        changed(story.loop, "unfreeze", "60", "Another reason.")
    with pytest.raises(ParameterError, match="`reason` is empty"):
        changed(story.loop, "freeze", "61", " ")
    with pytest.raises(ParameterError, match="change 'melt': expected one of freeze, unfreeze"):
        changed(story.loop, "melt", "62")
    with pytest.raises(ParameterError, match="`reason` is empty"):
        rollback(story.loop.context)
