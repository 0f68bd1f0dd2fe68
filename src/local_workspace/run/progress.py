"""Who hears of a run while it happens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from local_workspace.run.results import TaskResult

TaskPath = tuple[str, ...]


class Progress(Protocol):
    """Hears of a run as it happens. A task's path: keys of tasks and names of iterations above it, then its own."""

    def run_starts(self, path: TaskPath, task_keys: Sequence[str]) -> None:
        """A run begins; path is empty for the run asked for, else that of the task that runs it."""

    def loop_starts(self, path: TaskPath, count: int) -> None:
        """A for_each task has as many iterations; each then begins and ends like a task below it."""

    def task_starts(self, path: TaskPath) -> None:
        """A task or an iteration begins."""

    def task_prints(self, path: TaskPath, text: str) -> None:
        """A task printed something."""

    def task_ends(self, path: TaskPath, result: TaskResult) -> None:
        """A task ended, or was passed over."""


class Silent:
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
