"""Shows a run as lines, for logs of CI and pipes. A terminal gets live_table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from local_workspace.console.notes import progress_note, result_note
from local_workspace.run.progress import TaskPath
from local_workspace.run.results import TaskResult


class LineProgress:
    """Prints one line when a task starts and one when it ends, with what it printed in between."""

    def __init__(self, console: Console, verbose: bool) -> None:
        """verbose: also show what tasks of nested runs print."""
        self._console = console
        self._verbose = verbose
        self._counts: dict[TaskPath, int] = {}
        self._finished: dict[TaskPath, list[float]] = {}

    def run_starts(self, path: TaskPath, task_keys: Sequence[str]) -> None:
        """Nothing: each task gets its own lines."""

    def loop_starts(self, path: TaskPath, count: int) -> None:
        """Remember how many iterations there will be."""
        self._counts[path] = count
        self._finished[path] = []

    def task_starts(self, path: TaskPath) -> None:
        """Print which task is running."""
        self._print(f"{'/'.join(path)}: running")

    def task_prints(self, path: TaskPath, text: str) -> None:
        """Print the text as it is."""
        if self._verbose or len(path) == 1:
            self._console.file.write(text)

    def task_ends(self, path: TaskPath, result: TaskResult) -> None:
        """Print state, seconds and a note; after an iteration also how many are done."""
        notes = [result_note(result)]
        loop = path[:-1]
        if loop in self._counts:
            self._finished[loop].append(result.seconds)
            notes.append(progress_note(self._counts[loop], self._finished[loop]))

        note = "; ".join(filter(None, notes))
        self._print(f"{'/'.join(path)}: {result.state}, {result.seconds:.1f} s{f' ({note})' if note else ''}")

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)
