"""What a killed run, or a webhook that did not answer, left untold: the next run tells it. One story, told once."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.loop import days, drifting, make_run, toy_spec
from tests.webhook_receiver import receiving_webhooks

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import NotifyError, ParameterError
from retraining.records.event import IncidentChange
from retraining.stages.approve import approve
from retraining.stages.change_mode import change_mode
from retraining.stages.promote import promote
from retraining.stages.release_retraining import release_retraining
from retraining.stages.rollback import rollback

pytestmark = pytest.mark.slow

LOOP = "ingest=success score=success check_drift=success retrain=success promote=success"


@pytest.fixture(scope="module")
def pager():
    with receiving_webhooks() as server:
        yield server


def incidents(pager):
    return [(message["incident"], message["state"]) for message in pager.accepted]


@pytest.fixture(scope="module")
def story(make_loop, pager):
    loop, told = make_loop(), SimpleNamespace()
    route = {"name": "pager", "webhook": pager.address}
    loop.spec = toy_spec(gate={"approval": "required", "deploy": "candidate"}, alerts={"webhooks": [route]})
    told.loop = loop
    loop.source_has(days(1, 14))
    loop.ingest(as_of="2013-01-15")
    loop.train()  # killed before its report
    loop.start_run(as_of="2013-01-16")
    told.next_page, told.after_kill = loop.report(LOOP), incidents(pager)

    pager.status = 500
    loop.start_run(as_of="2013-01-17")
    told.approved_by = loop.run.run_id
    answer = approve(loop.context, "yes", None, "Looked at it.")
    promote(replace(loop.context, run=make_run(told.approved_by, "2013-01-17")), answer.retrain_key)
    told.silent = loop.report("approve=success promote=success")
    pager.status = 204
    loop.start_run(as_of="2013-01-18")
    told.answered, told.after_silence = loop.report(LOOP), incidents(pager)
    told.rows = [(row.state, row.notified) for row in read_rows(loop.tables, IncidentChange, "toy")]

    loop.start_run(as_of="2013-01-19", run_id="50")
    change_mode(loop.context, "freeze", "An audit.")  # killed before its report
    loop.start_run(as_of="2013-01-20")
    change_mode(loop.context, "freeze", "An audit.")
    told.frozen = loop.report("change_mode=success")
    loop.start_run(as_of="2013-01-21")
    change_mode(loop.context, "freeze", "An audit.")
    told.frozen_again = loop.report("change_mode=success")
    return told


def test_a_candidate_whose_run_was_killed_before_its_report_is_told_by_the_next_run(story):
    assert story.after_kill == [("toy/approval/1/1", "open")]
    assert "Opened: toy: candidate version 1 waits." in story.next_page.summary


def test_a_webhook_that_did_not_answer_gets_the_message_with_the_next_run(story):
    with pytest.raises(NotifyError, match="the model's next run sends the alert again"):
        story.silent.raise_if_failed()
    story.answered.raise_if_failed()
    assert story.after_silence == [("toy/approval/1/1", "open"), ("toy/approval/1/1", "resolved")]
    assert story.rows == [("open", True), ("resolved", False), ("resolved", True)]


def test_the_run_that_finishes_a_killed_request_has_its_outcome_and_a_third_one_changes_nothing(story):
    assert (story.frozen.event.outcome, story.frozen.event.headline) == ("FROZEN", "Model frozen")
    assert story.frozen_again.event.outcome == "KEEP"


@pytest.mark.parametrize(
    ("run_id", "ask"),
    [
        ("50", lambda context: change_mode(context, "unfreeze", "An audit.")),
        ("50", lambda context: change_mode(context, "freeze", "Another reason.")),
        ("approval", lambda context: approve(context, "no", None, "Looked at it.")),
        ("approval", lambda context: approve(context, "yes", None, "Another reason.")),
        ("approval", lambda context: approve(context, "yes", "2", "Looked at it.")),
    ],
    ids=["another change", "another reason", "another answer", "approved for another reason", "another candidate"],
)
def test_a_run_that_holds_another_request_is_refused_and_nothing_is_done(story, run_id, ask):
    run_id = story.approved_by if run_id == "approval" else run_id
    context = replace(story.loop.context, run=make_run(run_id, "2013-01-22"))
    before = [story.loop.version_of_table(table) for table in ("controls", "promotions")]

    with pytest.raises(ParameterError, match=f"run_id {run_id} is stored with another request"):
        ask(context)

    assert [story.loop.version_of_table(table) for table in ("controls", "promotions")] == before


def test_the_same_request_of_the_same_run_is_found(story):
    context = replace(story.loop.context, run=make_run("50", "2013-01-22"))

    assert change_mode(context, "freeze", "An audit.").control.mode == "frozen"


def test_a_rollback_and_a_release_are_each_one_request_of_their_run(make_loop):
    loop = make_loop()
    loop.spec = toy_spec(gate={"deploy": "candidate"})
    for first, last in ((1, 14), (15, 22)):
        loop.source_has(drifting(first, last))
        loop.ingest()
        loop.train()
    loop.rollback("77")
    loop.start_run(run_id="78")
    release_retraining(loop.context, "The sensor is repaired.")

    with pytest.raises(ParameterError, match="run_id 77"):
        rollback(replace(loop.context, run=make_run("77")), None, "Another reason.")
    with pytest.raises(ParameterError, match="run_id 78"):
        release_retraining(replace(loop.context, run=make_run("78")), "Another reason.")
