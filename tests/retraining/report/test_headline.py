"""What a page says first: the worst of outcome, incident, held batch and data fault, and what to do about it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from retraining.records.change import DataFault
from retraining.records.control import Control
from retraining.records.event import Incident, TaskError
from retraining.report.headline import headlines, status_of
from retraining.report.outcome import stopping_errors
from retraining.report.page_data import PageData

from .pages import AT, batch, check, decision, event, idle, promoted

LOOP = ("ingest", "score", "check_drift", "retrain", "promote")
HELD = batch(4, state="HELD", held_because=("21% of the rows were quarantined, at most 10% may be.",))
PLAN = {"tasks": ("plan", "ingest")}


def told(run=None, **values):
    """All that is said of a run, the worst first."""
    return headlines(PageData((run or event(tasks=LOOP),), "rmse", **values))


def titles(run=None, **values):
    return [status.title for status in told(run, **values)]


def kept(**values):
    """A run of version 2 that trained nothing."""
    known = dict(tasks=LOOP, outcome="KEEP", action="keep", gate=None, champion_before="2", champion_after="2")
    return event(**{**known, "first_reason": "Few rows are new.", **values})


def incident(kind="data_fault", **values):
    known = dict(model="flights", kind=kind, opened_batch=4, opened_run="101", opened_at=AT, newest_batch=5)
    line = "flights: Something is wrong. Since batch 4. Next: version 2 stays live."
    return Incident(**{**known, "newest_run": "101", "resolved_batch": None, "line": line, **values})


def error(stage="score", **values):
    line = "flights version 2: its files differ from what was registered."
    known = dict(model="flights", stage=stage, error="TamperedModelError", line=line, cure="Put the files back.")
    return TaskError(**{**known, "run_id": "101", "attempt_id": "a", "at": AT, **values})


def test_a_certain_fault_names_the_batch_and_the_ways_out():
    days = dict(champion_version="2", first_day=None, last_day=None)
    fault = DataFault(batch_seq=3, column_name="x", fault="frozen", detail="7", sentence="`x` is frozen at 7.", **days)
    run = kept()
    status = told(run, incidents=(incident(),), decision=replace(decision("Few rows."), open_faults=(fault,)))[0]

    assert (status.title, status.tone) == ("Data fault", "bad")
    assert status.sentence == "Batch 3 has a data fault: `x` is frozen at 7."
    assert "action=replay, batch_seq=3" in status.todo
    assert "release_retraining" in status.todo


def test_a_failed_run_says_what_failed_what_did_not_start_what_is_live_why_and_the_cure():
    run = kept(outcome="FAILED", failed_tasks=("score",), skipped_tasks=("check_drift", "retrain", "promote"))
    status = told(run, errors=(error(),))[0]

    assert (status.title, status.tone) == ("Run failed", "bad")
    assert status.sentence == (
        "The task score failed, so check_drift, retrain and promote did not start. Version 2 is still live, and "
        "earlier decisions hold."
    )
    assert status.why == "TamperedModelError: flights version 2: its files differ from what was registered."
    assert status.todo == "Put the files back."


def test_a_failed_run_without_a_stored_error_says_so_and_sends_to_the_output():
    status = told(kept(outcome="FAILED", failed_tasks=("score",)))[0]

    assert status.why.startswith("No error was stored: the task was stopped from outside")
    assert status.todo.startswith("Read the output of the task.")


def test_a_failed_run_of_which_mlflow_did_not_say_the_champion_names_the_one_before():
    run = kept(outcome="FAILED", failed_tasks=("promote",), champion_after=None)

    assert told(run)[0].sentence.endswith("MLflow did not say which version is live; version 2 was.")


def test_a_data_fault_comes_before_a_new_champion_and_names_both_ways_out():
    broken = replace(decision("Nothing is trained."), change="data_fault", change_reason="`x` is frozen.")
    first, second = told(incidents=(incident(),), decision=broken)

    assert (first.title, first.tone, first.sentence) == (
        "Data fault",
        "bad",
        "Batch 5 looks broken, not changed. `x` is frozen.",
    )
    assert "action=replay, batch_seq=5" in first.todo
    assert "retrain=true and a reason" in first.todo
    assert (first.why, second.title) == ("Nothing is trained.", "First champion")


def test_a_data_fault_that_is_resolved_is_no_headline():
    assert titles(kept(), incidents=(incident(resolved_batch=6),), batch=batch(6)) == ["Champion kept"]


def test_a_held_batch_comes_before_what_the_run_did_and_names_both_ways_out():
    first, second = told(kept(), batches=(batch(3), HELD))

    assert (first.title, first.tone) == ("Batch 4 is held", "bad")
    assert first.sentence == "No model sees its 900 accepted rows before a person has decided."
    assert first.why == "21% of the rows were quarantined, at most 10% may be."
    assert "release_batch with batch_seq=4" in first.todo
    assert "action=abandon, batch_seq=4" in first.todo
    assert second.title == "Champion kept"


def test_several_held_batches_are_one_headline():
    assert titles(kept(), batches=(batch(3, state="HELD"), HELD))[0] == "Batches 3 and 4 are held"


def test_of_three_bad_things_the_failed_run_comes_first():
    run = kept(outcome="FAILED", failed_tasks=("score",))

    assert titles(run, batches=(HELD,), incidents=(incident(),)) == ["Run failed", "Batch 4 is held", "Data fault"]


def test_a_rollback_says_which_version_is_live_why_and_how_long_training_waits():
    run = idle(tasks=("roll_back",), outcome="ROLLBACK", champion_before="3", champion_after="2", batch_seq=5)
    back = replace(promoted(("ROLLBACK", "2"))[0], reasons=("Seen by hand.",))
    status = told(run, promotion=back)[0]

    assert (status.title, status.tone, status.why) == ("Rolled back", "warn", "Seen by hand.")
    assert status.sentence == "Version 2 is champion again, instead of version 3."
    assert "a batch newer than 5" in status.todo
    assert "release_retraining" in status.todo


def test_a_first_run_says_that_there_is_a_first_champion():
    status = told(event(tasks=LOOP, gate_sentence="RMSE 11 against 60."))[0]

    assert (status.title, status.tone, status.why) == ("First champion", "good", "RMSE 11 against 60.")
    assert status.todo.startswith("Nothing to do")


def test_a_first_candidate_that_is_refused_says_what_to_do_next():
    run = event(tasks=LOOP, outcome="REJECT", gate="failed", champion_after=None, candidate_version="1")
    reasons = ("Worse than a constant.", "What to do next: Add columns that say more about the label.")
    refused = replace(promoted(("PROMOTE", "1"))[0], outcome="REJECT", reasons=reasons)
    failed = check(verdict="failed", sentence="Worse than a constant.")
    status = told(run, promotion=refused, gate_results=(failed,))[0]

    assert (status.title, status.tone, status.why) == ("Candidate rejected", "warn", "Worse than a constant.")
    assert status.sentence == "Candidate version 1 did not pass the gate; there is still no champion."
    assert status.todo == "Add columns that say more about the label."


def test_a_quiet_run_has_nothing_to_do():
    status = told(kept(rows_read=0))[0]

    assert (status.title, status.tone, status.todo) == ("Nothing new", "calm", "Nothing to do.")
    assert status.sentence == "No new rows came in. Version 2 stays champion."


def test_rows_that_led_to_no_training_are_a_champion_kept():
    status = told(kept(), batch=batch(2))[0]

    assert (status.title, status.why) == ("Champion kept", "Few rows are new.")


def test_not_enough_evidence_is_no_rejection():
    run = event(outcome="REJECT", tasks=LOOP, gate="not_enough_evidence", candidate_version="3", champion_before="2")
    unclear = check(verdict="not_enough_evidence", sentence="To see it takes about 13 days.")
    status = told(run, gate_results=(check("finite_predictions"), unclear))[0]

    assert (status.title, status.tone, status.why) == ("Not enough evidence", "calm", "To see it takes about 13 days.")
    assert status.sentence == (
        "The rows that were left to judge it cannot tell candidate version 3 from version 2; version 2 stays champion."
    )


def test_a_check_that_failed_comes_before_one_that_lacks_evidence():
    run = event(outcome="REJECT", tasks=LOOP, gate="failed", candidate_version="3", champion_before="2")
    unclear = check(verdict="not_enough_evidence", sentence="Too few days.")
    failed = check("guard_mae", verdict="failed", sentence="MAE is worse.")

    assert told(run, gate_results=(unclear, failed))[0].why == "MAE is worse."


def test_a_candidate_that_a_person_refused_was_not_rejected_by_the_gate():
    refused = replace(promoted(("PROMOTE", "2"))[0], outcome="REJECT", request_id="9", reasons=("Seen by hand.",))
    run = event(outcome="REJECT", tasks=("approve", "promote"), candidate_version="3", champion_before="2")
    status = told(run, promotion=refused)[0]

    assert (status.title, status.tone, status.why) == ("Candidate refused by a person", "calm", "Seen by hand.")


def test_a_candidate_that_waits_for_approval_is_asked_about_in_every_run_until_it_is_answered():
    asked = replace(promoted(("PROMOTE", "2"))[0], outcome="PENDING", candidate_version="3", retrain_key="k")
    first = told(event(outcome="PENDING", tasks=LOOP, candidate_version="3"), promotions=(asked,))
    later = told(kept(run_id="102"), promotions=(asked,))
    answered = replace(asked, seq=2, outcome="REJECT", request_id="103")

    assert [status.title for status in first] == ["Waiting for approval"]
    assert [status.title for status in later] == ["Waiting for approval", "Champion kept"]
    assert later[0].todo == "Answer with the job approve: candidate=3, approve=yes or approve=no, and a reason."
    assert titles(kept(run_id="104"), promotions=(asked, answered)) == ["Champion kept"]


def test_a_frozen_model_says_since_when_and_how_it_is_let_go():
    frozen = replace(decision("An operator froze it."), frozen=True, frozen_reason="On Monday an operator froze it.")
    status = told(kept(), decision=frozen)[0]

    assert (status.title, status.tone, status.why) == ("Frozen", "calm", "On Monday an operator froze it.")
    assert "unfreeze" in status.todo


@pytest.mark.parametrize(
    ("outcome", "title"),
    [("FROZEN", "Model frozen"), ("RETIRED", "Model retired"), ("ACTIVE", "Model active again")],
)
def test_a_job_that_changes_the_mode_says_what_holds_from_now_on_and_why(outcome, title):
    control = Control("flights", 1, "frozen", "An audit.", "101", run_id="101", attempt_id="a", at=AT)
    status = told(idle(outcome=outcome, tasks=("change_mode",), champion_after="2"), control=control)[0]

    assert (status.title, status.tone, status.why) == (title, "calm", "An audit.")


@pytest.mark.parametrize(
    ("outcome", "title", "words"),
    [
        ("BATCH_RELEASED", "Batch released", "Batch 4, which was held, is used from now on: 900 rows."),
        ("REPAIRED", "Ingestion repaired", "Batch 4 is stored."),
    ],
)
def test_a_job_about_a_batch_says_what_became_of_it(outcome, title, words):
    run = idle(outcome=outcome, champion_after="2", **PLAN)
    status = told(run, requested=batch(4, reason="Looked at it."))[0]

    assert (status.title, status.sentence, status.why) == (title, words, "Looked at it.")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("ADOPTED", "Version 2, made outside the loop, is champion, instead of version 1."),
        ("APPROVED", "Candidate version 3 is approved, and goes live when it is promoted."),
        ("RELEASED", "A person let retraining go on; version 2 stays champion."),
        ("HEAL", "The alias had been moved outside this product; version 2 is champion again."),
    ],
)
def test_what_a_person_decided_is_said_with_the_reason(outcome, words):
    run = idle(outcome=outcome, tasks=("x",), champion_before="1", champion_after="2", candidate_version="3")
    status = told(run, promotion=promoted((outcome, "2"))[0])[0]

    assert (status.sentence, status.why) == (words, "Because.")


def test_an_operators_job_that_had_been_carried_out_before_says_so():
    status = told(idle(tasks=("roll_back",), champion_after="2"))[0]

    assert (status.title, status.sentence) == (
        "Nothing changed",
        "The same request had been carried out before, so nothing was left to do. Version 2 is champion.",
    )


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("previous_wins", "The previous champion is better"),
        ("error", "The error has grown"),
        ("concept", "The error has changed"),
        ("drift", "Drift persists"),
    ],
)
def test_an_open_incident_comes_before_a_run_that_changed_nothing(kind, title):
    first, second = told(kept(), batch=batch(5), incidents=(incident(kind),))

    assert (first.title, first.tone, first.sentence) == (title, "warn", "Something is wrong. Since batch 4.")
    assert second.title == "Champion kept"


@pytest.mark.parametrize("kind", ["previous_wins", "error", "concept", "drift"])
def test_a_new_champion_answers_what_was_wrong_with_the_one_before(kind):
    run = event(tasks=LOOP, champion_before="1")

    assert titles(run, incidents=(incident(kind),)) == ["New champion"]


def test_a_repair_answers_a_data_fault_until_the_next_decision_has_looked():
    run = idle(outcome="REPAIRED", champion_after="2", **PLAN)

    assert titles(run, incidents=(incident(),), requested=batch(6)) == ["Ingestion repaired"]


def test_an_incident_that_a_candidate_was_trained_for_leaves_nothing_to_do():
    trained = event(outcome="REJECT", tasks=LOOP, gate="failed", champion_before="2")
    made = replace(decision("It grew."), change_response="Look at it.")

    assert told(trained, incidents=(incident("error"),), decision=made)[0].todo.startswith("Nothing to do now:")
    waits = replace(made, action="keep")
    assert told(kept(), incidents=(incident("error"),), decision=waits)[0].todo.endswith("on the page. Look at it.")


def test_only_a_status_with_something_to_do_asks_a_person():
    assert told(kept(rows_read=0))[0].asks is False
    assert told(event(tasks=LOOP))[0].asks is False
    assert told(kept(), batches=(HELD,))[0].asks is True


def test_a_stored_headline_is_what_a_run_says_ever_after():
    run = kept(level="bad", headline="Data fault", headline_sentence="Broken.", what_to_do="Mend it.")
    status = status_of(run)

    assert (status.title, status.sentence, status.tone, status.todo) == ("Data fault", "Broken.", "bad", "Mend it.")
    assert status_of(kept()).title == "Champion kept"


def test_the_first_error_of_a_run_is_the_newest_of_the_first_task_that_failed():
    later = AT + timedelta(minutes=1)
    first, again = error("ingest"), error("ingest", line="Again.", at=later)
    second = error("score", at=later + timedelta(minutes=1))

    assert stopping_errors([second, again, first], ["ingest"]) == (again,)
    assert stopping_errors([first, second], ["score"]) == (second,)
    assert stopping_errors([error("rollback")], ["roll_back"]) == (error("rollback"),)
    assert stopping_errors([first], []) == ()
