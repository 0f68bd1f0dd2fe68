"""A run as lines, for logs of CI and pipes. Terminals get live_table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from local_workspace.console.notes import note_of, progress_note
from local_workspace.run.progress import TaskPath
from local_workspace.run.results import TaskResult


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
