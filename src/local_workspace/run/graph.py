"""What becomes of a task, given what became of the tasks before it: the rules of Databricks jobs, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from local_workspace.bundle.jobs import Dependency
from local_workspace.run.results import RunState, State


class Fate(StrEnum):
    """What to do with a task now."""

    WAIT = "wait"
    RUN = "run"
    EXCLUDE = "exclude"
    FAIL_UPSTREAM = "fail_upstream"
    CANCEL_UPSTREAM = "cancel_upstream"


@dataclass(frozen=True)
class Ended:
    """A task that has ended; a condition task also has an outcome."""

    state: State
    outcome: str | None = None


# Databricks treats excluded tasks as successful.
GOOD = frozenset({State.SUCCESS, State.EXCLUDED})
CANCELED = frozenset({State.CANCELED, State.UPSTREAM_CANCELED})


def fate_of(depends_on: Iterable[Dependency], run_if: str, ended: Mapping[str, Ended]) -> Fate:
    """Whether a task waits, runs or is passed over.

    A branch that was not taken excludes the task whatever its run_if says, and so do dependencies that were all
    excluded. An unmet run_if that asks for success fails the task, one that asks for failure excludes it.
    """
    dependencies = [*depends_on]
    if any(dependency.task_key not in ended for dependency in dependencies):
        return Fate.WAIT
    if not dependencies:
        return Fate.RUN
    if any(_not_taken(dependency, ended[dependency.task_key]) for dependency in dependencies):
        return Fate.EXCLUDE
    states = [ended[dependency.task_key].state for dependency in dependencies]
    if all(state is State.EXCLUDED for state in states):
        return Fate.EXCLUDE
    if _met(run_if, [state in GOOD for state in states]):
        return Fate.RUN
    if run_if in ("AT_LEAST_ONE_FAILED", "ALL_FAILED"):
        return Fate.EXCLUDE
    bad = [state for state in states if state not in GOOD]
    return Fate.CANCEL_UPSTREAM if all(state in CANCELED for state in bad) else Fate.FAIL_UPSTREAM


def run_state(depends_on: Mapping[str, Iterable[Dependency]], states: Mapping[str, State]) -> RunState:
    """How the run ended: by its leaves, and with a remark when another task failed."""
    upstream = {dependency.task_key for dependencies in depends_on.values() for dependency in dependencies}
    leaves = [states[key] for key in depends_on if key not in upstream]
    if State.CANCELED in states.values():
        return RunState.CANCELED
    if any(state not in GOOD for state in leaves):
        return RunState.FAILED
    return RunState.SUCCESS if all(state in GOOD for state in states.values()) else RunState.SUCCESS_WITH_FAILURES


def _not_taken(dependency: Dependency, ended: Ended) -> bool:
    return dependency.outcome is not None and ended.state is State.SUCCESS and dependency.outcome != ended.outcome


def _met(run_if: str, good: list[bool]) -> bool:
    return {
        "ALL_SUCCESS": all(good),
        "NONE_FAILED": all(good),
        "AT_LEAST_ONE_SUCCESS": any(good),
        "ALL_DONE": True,
        "AT_LEAST_ONE_FAILED": not all(good),
        "ALL_FAILED": not any(good),
    }[run_if]
