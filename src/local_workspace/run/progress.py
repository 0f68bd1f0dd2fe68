"""Who is informed while a job runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from local_workspace.run.results import TaskResult

# Keys of the tasks and labels of the iterations above a task, then its own key.
TaskPath = tuple[str, ...]


class Progress(Protocol):
    """Is called at each step of a run."""

    def run_starts(self, path: TaskPath, task_keys: Sequence[str]) -> None:
        """A run begins. path: the task that runs it; empty for the outermost run."""

    def loop_starts(self, path: TaskPath, count: int) -> None:
        """A for_each_task has this number of iterations. Each of them begins and ends like a task below it."""

    def task_starts(self, path: TaskPath) -> None:
        """A task or an iteration begins."""

    def task_prints(self, path: TaskPath, text: str) -> None:
        """A task printed something."""

    def task_ends(self, path: TaskPath, result: TaskResult) -> None:
        """A task ended, with or without having run."""


class NoProgress:
    """Shows nothing: for tests and for Python callers that read the result."""

    def run_starts(self, path: TaskPath, task_keys: Sequence[str]) -> None:
        """Nothing."""

    def loop_starts(self, path: TaskPath, count: int) -> None:
        """Nothing."""

    def task_starts(self, path: TaskPath) -> None:
        """Nothing."""

    def task_prints(self, path: TaskPath, text: str) -> None:
        """Nothing."""

    def task_ends(self, path: TaskPath, result: TaskResult) -> None:
        """Nothing."""
