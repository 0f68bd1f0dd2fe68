"""A rollback makes retraining wait, a release lets it go on. One story of one model; the tests only read it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.loop import PERSON, Loop, drifting, make_run, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import NothingToDoError, ParameterError
from retraining.records.promotion import Promotion
from retraining.stages.release_retraining import ReleaseRetrainingReport, release_retraining

pytestmark = pytest.mark.slow

SPEC = toy_spec(gate={"deploy": "candidate"})


@pytest.fixture(scope="module")
def story(make_loop):
    """Version 2 is promoted on batch 2, and left. Released, the same batch is decided on again: the same fit stays
    refused, one of other code goes live. It is left too, and batch 3 ends that wait by itself."""
    loop, moments = make_loop(), SimpleNamespace()
    loop.spec, moments.loop = SPEC, loop
    loop.source_has(drifting(1, 14))
    loop.ingest(as_of="2013-01-15")
    loop.train()
    loop.source_has(drifting(15, 22))
    loop.ingest(as_of="2013-01-23")
    loop.score()
    moments.never = refusal(NothingToDoError, loop)
    moments.before = loop.check().decision
    moments.second = (loop.retrain(), loop.promote())[1].promotion
    loop.rollback("77", as_of="2013-01-24")
    moments.waits = loop.check().decision
    moments.no_reason = refusal(ParameterError, loop, " ")
    moments.released, moments.again = released(loop), released(loop)
    moments.after_release = (loop.alias("champion"), promotions(loop))
    moments.twice = refusal(NothingToDoError, loop)
    loop.start_run(as_of="2013-01-26")
    moments.decided, moments.decided_again = loop.check().decision, loop.check().decision
    moments.same_fit = (loop.retrain(), loop.promote())[1].promotion
    loop.start_run(as_of="2013-01-27", code_version="other")
    moments.third = (loop.retrain(), loop.promote())[1].promotion
    loop.report()
    moments.after_attempt = loop.check().decision
    loop.rollback("78", to_version="1", as_of="2013-01-28")
    loop.source_has(drifting(23, 30))
    loop.ingest(as_of="2013-01-31")
    moments.newer_batch = refusal(NothingToDoError, loop)
    return moments


def released(loop: Loop) -> ReleaseRetrainingReport:
    return release_retraining(replace(loop.context, run=make_run("80", "2013-01-25")), "The sensor is repaired.")


def refusal(error, loop: Loop, reason: str = "Repaired.") -> str:
    with pytest.raises(error) as caught:
        release_retraining(replace(loop.context, run=make_run("90", "2013-01-25")), reason)
    return str(caught.value)


def promotions(loop: Loop) -> list[Promotion]:
    return read_rows(loop.tables, Promotion, "toy")


def test_a_rollback_makes_what_was_decided_on_its_batch_void_and_waits(story):
    assert (story.before.action, story.before.champion_version) == ("refit", "1")
    assert (story.waits.action, story.waits.champion_version) == ("keep", "1")
    assert story.waits.reasons == (
        "A rollback at batch 2 asks to wait for newer data; the newest batch is 2. The job release_retraining ends the "
        "wait.",
    )


def test_a_release_is_a_row_with_its_reason_and_moves_no_alias(story):
    alias, rows = story.after_release
    made = story.released.promotion

    assert (alias, rows[-1]) == ("1", made)
    assert (made.outcome, made.state, made.version, made.request_id) == ("RELEASED", "DECIDED", "1", "80")
    assert made.decided_by == PERSON
    assert story.released.summary == (
        "toy: retraining goes on at batch 2, with version 1 as champion. The sensor is repaired."
    )


def test_the_same_request_writes_nothing_new(story):
    assert story.again == story.released
    assert [row.outcome for row in promotions(story.loop)].count("RELEASED") == 1


def test_the_batch_of_the_rollback_is_decided_on_anew_with_the_rows_that_the_version_left_had_learned(story):
    assert (story.decided.batch_seq, story.decided.action) == (2, "refit")
    assert (story.decided.new_labelled_rows, story.decided.blocked_until_after_batch) == (160, None)
    assert story.decided_again == story.decided


def test_a_fit_that_equals_the_one_that_was_left_stays_refused(story):
    assert (story.same_fit.outcome, story.same_fit.retrain_key) == ("REJECT", story.second.retrain_key)


def test_a_fit_of_other_code_goes_live_on_the_same_batch_and_ends_the_count_of_new_rows(story):
    assert (story.third.outcome, story.third.version, story.third.batch_seq) == ("PROMOTE", "3", 2)
    assert story.after_attempt.new_labelled_rows == 0


def test_what_does_not_wait_is_not_released(story):
    nothing = "and no data fault is open, so retraining does not wait and there is nothing to release."
    assert story.never == f"toy: no rollback was made since the last release, or ever, {nothing}"
    assert story.twice == story.never
    assert story.newer_batch == (
        f"toy: the rollback at batch 2 waited for a newer batch, and batch 3 has arrived, {nothing}"
    )


def test_a_release_without_a_reason_is_refused(story):
    assert story.no_reason.startswith("The widget `reason` is empty.")
