"""The rules of Databricks jobs, without Spark."""

import pytest

from local_workspace.bundle.jobs import Dependency
from local_workspace.run.graph import NextAction, TaskEnd, next_action, run_state
from local_workspace.run.results import RunState, State

SUCCESS, FAILED, EXCLUDED = TaskEnd(State.SUCCESS), TaskEnd(State.FAILED), TaskEnd(State.EXCLUDED)
UPSTREAM_FAILED, CANCELED = TaskEnd(State.UPSTREAM_FAILED), TaskEnd(State.CANCELED)


def action_after(run_if: str, *ended: TaskEnd) -> NextAction:
    by_key = {str(number): item for number, item in enumerate(ended)}
    return next_action([Dependency(key) for key in by_key], run_if, by_key)


@pytest.mark.parametrize(
    ("run_if", "ended", "expected"),
    [
        ("ALL_SUCCESS", [SUCCESS, SUCCESS], NextAction.RUN),
        ("ALL_SUCCESS", [SUCCESS, FAILED], NextAction.FAIL_UPSTREAM),
        ("ALL_SUCCESS", [SUCCESS, UPSTREAM_FAILED], NextAction.FAIL_UPSTREAM),
        ("ALL_SUCCESS", [SUCCESS, EXCLUDED], NextAction.RUN),
        ("ALL_SUCCESS", [SUCCESS, CANCELED], NextAction.CANCEL_UPSTREAM),
        ("NONE_FAILED", [SUCCESS, EXCLUDED], NextAction.RUN),
        ("NONE_FAILED", [SUCCESS, FAILED], NextAction.FAIL_UPSTREAM),
        ("AT_LEAST_ONE_SUCCESS", [SUCCESS, FAILED], NextAction.RUN),
        ("AT_LEAST_ONE_SUCCESS", [FAILED, FAILED], NextAction.FAIL_UPSTREAM),
        ("ALL_DONE", [FAILED, UPSTREAM_FAILED], NextAction.RUN),
        ("ALL_DONE", [CANCELED], NextAction.RUN),
        ("AT_LEAST_ONE_FAILED", [SUCCESS, FAILED], NextAction.RUN),
        ("AT_LEAST_ONE_FAILED", [SUCCESS, SUCCESS], NextAction.EXCLUDE),
        ("ALL_FAILED", [FAILED, FAILED], NextAction.RUN),
        ("ALL_FAILED", [SUCCESS, FAILED], NextAction.EXCLUDE),
    ],
)
def test_run_if_decides_once_all_dependencies_have_ended(
    run_if: str, ended: list[TaskEnd], expected: NextAction
) -> None:
    assert action_after(run_if, *ended) is expected


@pytest.mark.parametrize("run_if", ["ALL_SUCCESS", "NONE_FAILED", "ALL_DONE", "ALL_FAILED"])
def test_a_task_whose_dependencies_were_all_excluded_is_excluded_whatever_its_run_if(run_if: str) -> None:
    assert action_after(run_if, EXCLUDED, EXCLUDED) is NextAction.EXCLUDE


@pytest.mark.parametrize(("outcome", "expected"), [("true", NextAction.RUN), ("false", NextAction.EXCLUDE)])
def test_only_the_branch_that_a_condition_takes_runs(outcome: str, expected: NextAction) -> None:
    ended = {"should_retrain": TaskEnd(State.SUCCESS, outcome)}

    assert next_action([Dependency("should_retrain", "true")], "ALL_SUCCESS", ended) is expected


def test_a_branch_behind_a_condition_that_could_not_be_evaluated_has_failed_upstream() -> None:
    assert next_action([Dependency("c", "true")], "ALL_SUCCESS", {"c": UPSTREAM_FAILED}) is NextAction.FAIL_UPSTREAM


def test_a_task_waits_until_every_dependency_has_ended() -> None:
    assert next_action([Dependency("a"), Dependency("b")], "ALL_DONE", {"a": FAILED}) is NextAction.WAIT


LEAF_AFTER_TWO = {"a": [], "b": [], "leaf": [Dependency("a"), Dependency("b")]}


@pytest.mark.parametrize(
    ("a", "b", "leaf", "expected"),
    [
        (State.SUCCESS, State.EXCLUDED, State.SUCCESS, RunState.SUCCESS),
        (State.SUCCESS, State.SUCCESS, State.EXCLUDED, RunState.SUCCESS),
        (State.SUCCESS, State.FAILED, State.SUCCESS, RunState.SUCCESS_WITH_FAILURES),
        (State.SUCCESS, State.SUCCESS, State.FAILED, RunState.FAILED),
        (State.SUCCESS, State.FAILED, State.UPSTREAM_FAILED, RunState.FAILED),
        (State.SUCCESS, State.CANCELED, State.SUCCESS, RunState.CANCELED),
    ],
)
def test_the_leaves_decide_how_a_run_ended(a: State, b: State, leaf: State, expected: RunState) -> None:
    assert run_state(LEAF_AFTER_TWO, {"a": a, "b": b, "leaf": leaf}) is expected
