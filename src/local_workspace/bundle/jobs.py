"""What a job is: its tasks, what each of them does and what it waits for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_workspace.errors import TaskError

RUN_IF = ("ALL_SUCCESS", "AT_LEAST_ONE_SUCCESS", "NONE_FAILED", "ALL_DONE", "AT_LEAST_ONE_FAILED", "ALL_FAILED")

OPERATORS = (
    "EQUAL_TO",
    "NOT_EQUAL",
    "GREATER_THAN",
    "GREATER_THAN_OR_EQUAL",
    "LESS_THAN",
    "LESS_THAN_OR_EQUAL",
)


@dataclass(frozen=True)
class Dependency:
    """A task that must end first. outcome: the branch of a condition task that must have been taken, if any."""

    task_key: str
    outcome: str | None = None


@dataclass(frozen=True)
class NotebookTask:
    """Runs a source notebook with parameters, which are text."""

    path: Path
    base_parameters: Mapping[str, str]


@dataclass(frozen=True)
class ConditionTask:
    """Compares two texts; its outcome is `true` or `false`."""

    op: str
    left: str
    right: str


@dataclass(frozen=True)
class RunJobTask:
    """Runs another job of the bundle as a separate run."""

    job_key: str
    job_parameters: Mapping[str, str]


@dataclass(frozen=True)
class ForEachTask:
    """Does its nested work once for each item of a JSON array, here one item after the other."""

    inputs: str
    key: str
    work: NotebookTask | RunJobTask


@dataclass(frozen=True)
class Task:
    """One node of the job's graph."""

    key: str
    depends_on: tuple[Dependency, ...]
    run_if: str
    work: NotebookTask | ConditionTask | RunJobTask | ForEachTask

    @property
    def innermost(self) -> NotebookTask | ConditionTask | RunJobTask:
        """The nested work of a for_each_task, else the work itself."""
        return self.work.work if isinstance(self.work, ForEachTask) else self.work


@dataclass(frozen=True)
class Job:
    """A job of the chosen target. Each task comes after the tasks that it depends on."""

    key: str
    name: str
    description: str
    parameters: Mapping[str, str]
    tasks: tuple[Task, ...]


def for_each_items(text: str) -> list[object]:
    """The items of a JSON array, possibly none; a TaskError for any other text."""
    try:
        items = json.loads(text)
    except ValueError as err:
        raise TaskError(f'for_each_task.inputs: expected a JSON array such as ["a", "b"], found {text!r}.') from err

    if not isinstance(items, list):
        raise TaskError(f"for_each_task.inputs: expected a JSON array, found the single value {text}.")
    return items
