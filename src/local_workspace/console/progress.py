"""Who hears of a run while it happens: nobody, or one line a task (logs of CI, pipes). Terminals get live_table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rich.console import Console

from local_workspace.console.time_left import progress_note
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


class Lines:
    """One line for each task that ends, after what it printed."""

    def __init__(self, console: Console, verbose: bool) -> None:
        """verbose: also show what tasks of nested runs print."""
        self._console = console
        self._verbose = verbose
        self._counts: dict[TaskPath, int] = {}
        self._finished: dict[TaskPath, list[float]] = {}

    def run_starts(self, path: TaskPath, task_keys: Sequence[str]) -> None:
        """Nothing to say: the tasks will."""

    def loop_starts(self, path: TaskPath, count: int) -> None:
        """Remember how many there will be."""
        self._counts[path], self._finished[path] = count, []

    def task_starts(self, path: TaskPath) -> None:
        """Say what is being waited for."""
        self._print(f"{'/'.join(path)}: running")

    def task_prints(self, path: TaskPath, text: str) -> None:
        """The text as it is."""
        if self._verbose or len(path) == 1:
            self._console.file.write(text)

    def task_ends(self, path: TaskPath, result: TaskResult) -> None:
        """State, seconds and a note; after an iteration also how many are left."""
        notes = [note_of(result)]
        if path[:-1] in self._counts:
            self._finished[path[:-1]].append(result.seconds)
            notes.append(progress_note(self._counts[path[:-1]], self._finished[path[:-1]]))
        note = "; ".join(filter(None, notes))
        self._print(f"{'/'.join(path)}: {result.state}, {result.seconds:.1f} s{f' ({note})' if note else ''}")

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def note_of(result: TaskResult) -> str:
    """What a row says beyond the state: a condition's outcome, a nested run, or the first line of an error."""
    if result.error:
        return result.error.splitlines()[0][:160]
    if result.outcome is not None:
        return f"condition is {result.outcome}"
    if result.run is not None:
        return f"run {result.run.run_id} of {result.run.job}: {result.run.state}"
    if result.iterations:
        return f"{len(result.iterations)} iterations"
    return ""
