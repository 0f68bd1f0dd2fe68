"""The rules of Databricks jobs, without Spark."""

import pytest

from local_workspace.bundle.jobs import Dependency
from local_workspace.run.graph import Ended, Fate, fate_of, run_state
from local_workspace.run.results import RunState, State

SUCCESS, FAILED, EXCLUDED = Ended(State.SUCCESS), Ended(State.FAILED), Ended(State.EXCLUDED)
UPSTREAM_FAILED, CANCELED = Ended(State.UPSTREAM_FAILED), Ended(State.CANCELED)


def fate(run_if: str, *ended: Ended) -> Fate:
    by_key = {str(number): item for number, item in enumerate(ended)}
    return fate_of([Dependency(key) for key in by_key], run_if, by_key)


@pytest.mark.parametrize(
    ("run_if", "ended", "expected"),
    [
        ("ALL_SUCCESS", [SUCCESS, SUCCESS], Fate.RUN),
        ("ALL_SUCCESS", [SUCCESS, FAILED], Fate.FAIL_UPSTREAM),
        ("ALL_SUCCESS", [SUCCESS, UPSTREAM_FAILED], Fate.FAIL_UPSTREAM),
        ("ALL_SUCCESS", [SUCCESS, EXCLUDED], Fate.RUN),
        ("ALL_SUCCESS", [SUCCESS, CANCELED], Fate.CANCEL_UPSTREAM),
        ("NONE_FAILED", [SUCCESS, EXCLUDED], Fate.RUN),
        ("NONE_FAILED", [SUCCESS, FAILED], Fate.FAIL_UPSTREAM),
        ("AT_LEAST_ONE_SUCCESS", [SUCCESS, FAILED], Fate.RUN),
        ("AT_LEAST_ONE_SUCCESS", [FAILED, FAILED], Fate.FAIL_UPSTREAM),
        ("ALL_DONE", [FAILED, UPSTREAM_FAILED], Fate.RUN),
        ("ALL_DONE", [CANCELED], Fate.RUN),
        ("AT_LEAST_ONE_FAILED", [SUCCESS, FAILED], Fate.RUN),
        ("AT_LEAST_ONE_FAILED", [SUCCESS, SUCCESS], Fate.EXCLUDE),
        ("ALL_FAILED", [FAILED, FAILED], Fate.RUN),
        ("ALL_FAILED", [SUCCESS, FAILED], Fate.EXCLUDE),
    ],
)
def test_run_if_decides_once_all_dependencies_have_ended(run_if: str, ended: list[Ended], expected: Fate) -> None:
    assert fate(run_if, *ended) is expected


@pytest.mark.parametrize("run_if", ["ALL_SUCCESS", "NONE_FAILED", "ALL_DONE", "ALL_FAILED"])
def test_a_task_whose_dependencies_were_all_excluded_is_excluded_whatever_its_run_if(run_if: str) -> None:
    assert fate(run_if, EXCLUDED, EXCLUDED) is Fate.EXCLUDE


@pytest.mark.parametrize(("outcome", "expected"), [("true", Fate.RUN), ("false", Fate.EXCLUDE)])
def test_only_the_branch_that_a_condition_takes_runs(outcome: str, expected: Fate) -> None:
    ended = {"should_retrain": Ended(State.SUCCESS, outcome)}

    assert fate_of([Dependency("should_retrain", "true")], "ALL_SUCCESS", ended) is expected


def test_a_branch_behind_a_condition_that_could_not_be_evaluated_has_failed_upstream() -> None:
    assert fate_of([Dependency("c", "true")], "ALL_SUCCESS", {"c": UPSTREAM_FAILED}) is Fate.FAIL_UPSTREAM


def test_a_task_waits_until_every_dependency_has_ended() -> None:
    assert fate_of([Dependency("a"), Dependency("b")], "ALL_DONE", {"a": FAILED}) is Fate.WAIT


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
def test_a_run_is_judged_by_its_leaves(a: State, b: State, leaf: State, expected: RunState) -> None:
    assert run_state(LEAF_AFTER_TWO, {"a": a, "b": b, "leaf": leaf}) is expected
