"""The rules of Databricks jobs: what happens to a task after those it depends on, and how the run ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from local_workspace.bundle.jobs import Dependency
from local_workspace.run.results import RunState, State


class NextAction(StrEnum):
    """What to do with a task now."""

    WAIT = "wait"
    RUN = "run"
    EXCLUDE = "exclude"
    FAIL_UPSTREAM = "fail_upstream"
    CANCEL_UPSTREAM = "cancel_upstream"


@dataclass(frozen=True)
class TaskEnd:
    """How a task has ended; a condition task also has an outcome."""

    state: State
    outcome: str | None = None


# Databricks treats excluded tasks as successful.
SUCCESSFUL_STATES = frozenset({State.SUCCESS, State.EXCLUDED})
CANCELED_STATES = frozenset({State.CANCELED, State.UPSTREAM_CANCELED})


def next_action(depends_on: Iterable[Dependency], run_if: str, ended: Mapping[str, TaskEnd]) -> NextAction:
    """Whether a task waits, runs or ends without running. ended: by key, the tasks that have ended.

    A task is excluded, whatever its run_if, if it depends on a branch that was not taken or if all its dependencies
    were excluded. If run_if is not met, the task fails when run_if requires success, and is excluded when it requires
    failure.
    """
    dependencies = [*depends_on]
    if any(dependency.task_key not in ended for dependency in dependencies):
        return NextAction.WAIT
    if not dependencies:
        return NextAction.RUN

    if any(_branch_was_not_taken(dependency, ended[dependency.task_key]) for dependency in dependencies):
        return NextAction.EXCLUDE
    states = [ended[dependency.task_key].state for dependency in dependencies]
    if all(state is State.EXCLUDED for state in states):
        return NextAction.EXCLUDE

    if _run_if_is_met(run_if, [state in SUCCESSFUL_STATES for state in states]):
        return NextAction.RUN
    if run_if in ("AT_LEAST_ONE_FAILED", "ALL_FAILED"):
        return NextAction.EXCLUDE
    all_canceled = all(state in CANCELED_STATES for state in states if state not in SUCCESSFUL_STATES)
    return NextAction.CANCEL_UPSTREAM if all_canceled else NextAction.FAIL_UPSTREAM


def run_state(depends_on: Mapping[str, Iterable[Dependency]], states: Mapping[str, State]) -> RunState:
    """How the run ended. Its leaves decide; a failure elsewhere makes a success a SUCCESS_WITH_FAILURES."""
    upstream = {dependency.task_key for dependencies in depends_on.values() for dependency in dependencies}
    leaves = [states[key] for key in depends_on if key not in upstream]

    if State.CANCELED in states.values():
        return RunState.CANCELED
    if any(state not in SUCCESSFUL_STATES for state in leaves):
        return RunState.FAILED
    all_successful = all(state in SUCCESSFUL_STATES for state in states.values())
    return RunState.SUCCESS if all_successful else RunState.SUCCESS_WITH_FAILURES


def _branch_was_not_taken(dependency: Dependency, end: TaskEnd) -> bool:
    return dependency.outcome is not None and end.state is State.SUCCESS and dependency.outcome != end.outcome


def _run_if_is_met(run_if: str, successes: list[bool]) -> bool:
    return {
        "ALL_SUCCESS": all(successes),
        "NONE_FAILED": all(successes),
        "AT_LEAST_ONE_SUCCESS": any(successes),
        "ALL_DONE": True,
        "AT_LEAST_ONE_FAILED": not all(successes),
        "ALL_FAILED": not any(successes),
    }[run_if]
