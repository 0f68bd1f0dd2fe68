"""A candidate that passes the gate waits for a person where the spec says so: one story, which the tests only read."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from tests.loop import Loop, days, make_run, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import ApprovalError, NothingToDoError, ParameterError
from retraining.records.promotion import Promotion
from retraining.stages.approve import ApprovalReport, approve
from retraining.stages.promote import PromoteReport, promote

pytestmark = pytest.mark.slow

SPEC = toy_spec(gate={"approval": "required", "approval_days": 3})
FOUR_EYES = toy_spec(gate={"approval": "required", "approval_days": 3, "authors": ["anna@example.com"]})
SAME_FIT = toy_spec(gate={"approval": "required", "approval_days": 3, "deploy": "candidate"})
NO_SECOND_EYES = ("anna@example.com", "Anna@Example.com", "unknown")


@pytest.fixture(scope="module")
def story(make_loop):
    """The first candidate is approved; of two that follow on the same rows one overtakes the other, which expires."""
    loop, moments = make_loop(), SimpleNamespace()
    loop.spec, moments.loop = SPEC, loop
    loop.source_has(days(1, 14))
    loop.ingest(as_of="2013-01-15")
    moments.nobody = refusal(NothingToDoError, lambda: answer(loop, "yes"))
    moments.asked = loop.train()
    moments.asked_again = loop.promote()
    moments.while_waiting = (loop.alias("champion"), len(rows(loop)), versions(loop))
    loop.spec = FOUR_EYES
    said_yes = [lambda person=person: answer(loop, "yes", person=person) for person in (*NO_SECOND_EYES, None)]
    moments.same_eyes = [refusal(ApprovalError, each) for each in said_yes]
    moments.after_same_eyes = (len(rows(loop)), loop.alias("champion"))
    moments.answered = answer(loop, "yes", run_id="70", person="boris@example.com")
    moments.answered_again = answer(loop, "yes", run_id="70")
    moments.after_answer = loop.alias("champion")
    moments.live, moments.live_again = promoted(loop, moments.answered), promoted(loop, moments.answered)
    moments.after_promotion = (loop.alias("champion"), len(rows(loop)))
    loop.spec = SAME_FIT
    loop.source_has(days(15, 24))
    loop.ingest(as_of="2013-01-25")
    moments.slow = loop.train().promotion
    loop.start_run(as_of="2013-01-25", code_version="other")
    moments.fast = (loop.retrain(), loop.promote())[1].promotion
    moments.two = refusal(ParameterError, lambda: answer(loop, "yes"))
    promoted(loop, answer(loop, "yes", moments.fast.candidate_version))
    moments.overtaking = loop.alias("champion")
    moments.late_answer = answer(loop, "yes", moments.slow.candidate_version)
    moments.judged_again = promoted(loop, moments.late_answer)
    moments.after_late_answer = loop.alias("champion")
    loop.start_run(as_of="2013-01-25", code_version="third")
    moments.third = (loop.retrain(), loop.promote())[1].promotion
    moments.refused = answer(loop, "no", moments.third.candidate_version)
    moments.refused_again = promoted(loop, moments.refused)
    loop.start_run(as_of="2013-01-29", code_version="fourth")
    moments.fourth = (loop.retrain(), loop.promote())[1].promotion
    moments.after_days = rows(loop)
    return moments


def answer(loop: Loop, yes_or_no: str, candidate: str | None = None, run_id: str = "", person=None) -> ApprovalReport:
    loop.start_run(as_of=f"{loop.run.started_at:%Y-%m-%d}", **({"run_id": run_id} if run_id else {}))
    loop.run = replace(loop.run, started_by=lambda: person)
    return approve(loop.context, yes_or_no, candidate, "Looked at it.")


def promoted(loop: Loop, answered: ApprovalReport) -> PromoteReport:
    run = make_run(loop.run.run_id, f"{loop.run.started_at:%Y-%m-%d}", loop.run.code_version)
    return promote(replace(loop.context, run=run), answered.retrain_key)


def refusal(error, stage) -> str:
    with pytest.raises(error) as caught:
        stage()
    return str(caught.value)


def rows(loop: Loop) -> list[Promotion]:
    return read_rows(loop.tables, Promotion, "toy")


def versions(loop: Loop) -> int:
    name = loop.registry.full_name("toy")
    return len(loop.registry.client.search_model_versions(f"name='{name}'"))


def test_a_candidate_that_passes_waits_moves_no_alias_and_is_not_refitted_yet(story):
    asked = story.asked.promotion

    assert (asked.outcome, asked.version, asked.candidate_version) == ("PENDING", None, "1")
    assert asked.reasons[0] == (
        "It passed the gate and waits for approval until 2013-01-18 00:00 UTC: run the job approve with candidate=1."
    )
    assert story.while_waiting == (None, 1, 1)
    assert story.asked_again == story.asked


def test_four_eyes_no_author_and_no_one_unknown_approves_and_the_candidate_goes_on_waiting(story):
    assert [error.partition(" still waits. ")[0] for error in story.same_eyes] == ["toy: candidate version 1"] * 4
    assert story.same_eyes[0].endswith(
        "anna@example.com is one of gate.authors, so another person has to approve. An author may refuse: approve=no."
    )
    assert "nothing proves who started this run" in story.same_eyes[2]
    assert story.after_same_eyes == (1, None)
    assert story.answered.promotion.decided_by == "boris@example.com"


def test_an_answer_is_stored_once_and_moves_no_alias_itself(story):
    made = story.answered.promotion

    assert (made.outcome, made.request_id, made.reasons) == (
        "APPROVED",
        "70",
        ("Approved in run 70: Looked at it.",),
    )
    assert story.answered_again == story.answered
    assert story.after_answer is None


def test_an_approved_candidate_goes_live_refitted_and_only_once(story):
    live = story.live.promotion

    assert (live.outcome, live.version, live.candidate_version) == ("PROMOTE", "2", "1")
    assert live.reasons[0] == "Approved in run 70: Looked at it."
    assert story.live_again == story.live
    assert story.after_promotion == ("2", 4)  # asked, approved, decided, applied


def test_of_several_that_wait_one_must_be_named(story):
    waiting = f"{story.slow.candidate_version}, {story.fast.candidate_version}"

    assert story.two == f"toy: 2 candidates wait for approval. Name one with candidate: {waiting}."


def test_a_candidate_approved_after_another_went_live_is_judged_anew_against_that_one_and_waits_again(story):
    again = story.judged_again

    assert story.late_answer.promotion.outcome == "APPROVED"
    assert {check.champion_version for check in again.checks} == {story.overtaking}
    assert (again.promotion.outcome, again.promotion.previous_version) == ("PENDING", story.overtaking)
    assert story.after_late_answer == story.overtaking != story.slow.candidate_version


def test_a_refused_candidate_never_goes_live(story):
    assert story.refused.promotion.outcome == "REJECT"
    assert story.refused.promotion.reasons[0].endswith("Looked at it.")
    assert story.refused_again.promotion == story.refused.promotion
    assert story.loop.alias("champion") == story.overtaking


def test_a_question_that_nobody_answers_in_time_is_closed_by_the_next_promotion(story):
    closed = [row for row in story.after_days if row.outcome == "REJECT" and row.retrain_key == story.slow.retrain_key]

    assert [row.reasons for row in closed] == [
        (
            "Waited for approval since 2013-01-25 00:00 UTC and not live after 3 days (gate.approval_days): the "
            "question is closed. Only a new fit may be judged again.",
        )
    ]
    assert closed[0].at - story.slow.at > timedelta(days=3)
    assert story.fourth.outcome == "PENDING"


def test_the_answer_to_a_closed_question_says_why_it_comes_too_late(story):
    error = refusal(NothingToDoError, lambda: answer(story.loop, "yes", story.slow.candidate_version))

    assert f"no candidate {story.slow.candidate_version} waits for approval. REJECT: Waited for approval since" in error
    assert error.endswith(f"Candidate versions that wait: {story.fourth.candidate_version}.")


def test_without_a_candidate_that_waits_there_is_nothing_to_answer(story):
    assert story.nobody == "toy: no candidate waits for approval. Candidate versions that wait: none."


@pytest.mark.parametrize(
    ("yes_or_no", "reason", "error"),
    [
        ("", "why", "approve '': expected yes or no."),
        ("Yes!", "why", "approve 'Yes!': expected yes or no."),
        ("yes", " ", "The widget `reason` is empty. Say why; it is stored with the answer."),
    ],
)
def test_an_answer_is_yes_or_no_with_a_reason(story, yes_or_no, reason, error):
    loop = story.loop

    assert refusal(ParameterError, lambda: approve(loop.context, yes_or_no, None, reason)) == error
