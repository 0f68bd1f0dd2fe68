"""How report learns which tasks failed."""

import pytest

from retraining.stages.report import failed_tasks, parse_states


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
        *("failed", "FAILED", "timedout", "canceled", "upstream_failed", "upstream_canceled"),
        *("maximum_concurrent_runs_reached", "evicted", "upstream_evicted", "a_state_of_next_year"),
    ],
)
def test_every_other_state_is_a_failure(state):
    assert failed_tasks({"ingest": "success", "score": state}) == ("score",)


def test_failed_tasks_keep_their_order():
    assert failed_tasks({"score": "failed", "ingest": "failed", "retrain": "upstream_failed"}) == (
        "score",
        "ingest",
        "retrain",
    )
