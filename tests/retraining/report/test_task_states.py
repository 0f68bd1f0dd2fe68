"""How report learns which tasks failed."""

import pytest

from retraining.report.tasks import failed_tasks, is_of_loop, parse_states, skipped_tasks, unfinished_tasks


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("", {}),
        ("ingest=success", {"ingest": "success"}),
        ("ingest=success  score=failed\npromote=excluded ", dict(ingest="success", score="failed", promote="excluded")),
        ("retrain=", {"retrain": ""}),
    ],
    ids=["by hand", "one", "several", "without a state"],
)
def test_task_states_are_pairs(text, states):
    assert parse_states(text) == states


def test_tasks_that_succeeded_or_were_not_needed_have_not_failed():
    assert failed_tasks({"ingest": "success", "retrain": "excluded", "promote": "SUCCESS"}) == ()


@pytest.mark.parametrize(
    "state",
    [
        *("failed", "FAILED", "timedout", "canceled", ""),
        *("maximum_concurrent_runs_reached", "evicted", "a_state_of_next_year"),
    ],
)
def test_every_other_state_is_a_failure(state):
    assert failed_tasks({"ingest": "success", "score": state}) == ("score",)


def test_failed_tasks_keep_their_order():
    assert failed_tasks({"score": "failed", "retrain": "success", "ingest": "failed"}) == ("score", "ingest")


@pytest.mark.parametrize("state", ["upstream_failed", "UPSTREAM_CANCELED", "upstream_evicted"])
def test_a_task_that_never_started_has_not_failed_and_has_not_ended_well(state):
    states = {"ingest": "failed", "score": state, "promote": state, "retrain": "excluded"}

    assert failed_tasks(states) == ("ingest",)
    assert skipped_tasks(states) == ("score", "promote")
    assert unfinished_tasks(states) == ("ingest", "score", "promote")


@pytest.mark.parametrize(
    ("states", "of_loop"),
    [({}, True), ({"ingest": "failed", "check_drift": "upstream_failed"}, True), ({"roll_back": "success"}, False)],
    ids=["by hand", "the loop", "an operator's job"],
)
def test_only_runs_of_the_loop_take_up_batches(states, of_loop):
    assert is_of_loop(states) is of_loop
