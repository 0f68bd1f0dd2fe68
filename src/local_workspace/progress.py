"""Shows a run while it happens: a live table in a terminal, one line a task elsewhere (logs of CI, pipes)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from local_workspace.graph import GOOD, State
from local_workspace.results import TaskResult

TaskPath = tuple[str, ...]

COLOURS = {State.SUCCESS: "green", State.EXCLUDED: "dim", State.CANCELED: "yellow", State.UPSTREAM_CANCELED: "yellow"}


class Progress(Protocol):
    """Hears of a run as it happens. A task's path: the keys of the run_job tasks above it, then its own."""

    def run_starts(self, path: TaskPath, task_keys: Sequence[str]) -> None:
        """A run begins; path is empty for the run asked for, else that of the task that runs it."""

    def task_starts(self, path: TaskPath) -> None:
        """A task begins."""

    def task_prints(self, path: TaskPath, text: str) -> None:
        """A task printed something."""

    def task_ends(self, path: TaskPath, result: TaskResult) -> None:
        """A task ended, or was passed over."""


class Silent:
    """Shows nothing: for tests and for Python callers that read the result."""

    def run_starts(self, path: TaskPath, task_keys: Sequence[str]) -> None:
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

    def run_starts(self, path: TaskPath, task_keys: Sequence[str]) -> None:
        """Nothing to say: the tasks will."""

    def task_starts(self, path: TaskPath) -> None:
        """Say what is being waited for."""
        self._print(f"{'/'.join(path)}: running")

    def task_prints(self, path: TaskPath, text: str) -> None:
        """The text as it is."""
        if self._verbose or len(path) == 1:
            self._console.file.write(text)

    def task_ends(self, path: TaskPath, result: TaskResult) -> None:
        """State, seconds and a note."""
        note = note_of(result)
        self._print(f"{'/'.join(path)}: {result.state}, {result.seconds:.1f} s{f' ({note})' if note else ''}")

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


@dataclass
class _Row:
    path: TaskPath
    started: float | None = None
    result: TaskResult | None = None
    printed: list[str] = field(default_factory=list)


class LiveTable:
    """A table that changes while tasks run; under it, at the end, what the tasks printed."""

    def __init__(self, console: Console, verbose: bool) -> None:
        """verbose: also show what tasks of nested runs print."""
        self._console = console
        self._verbose = verbose
        self._rows: list[_Row] = []
        self._live = Live(
            get_renderable=self._table,
            console=console,
            refresh_per_second=4,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="visible",
        )

    def __enter__(self) -> LiveTable:
        """Begin to draw."""
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Draw the last state, then what was printed."""
        self._live.stop()
        for row in self._rows:
            if row.printed:
                self._console.print(f"\n[bold]{escape('/'.join(row.path))}[/bold]")
                self._console.file.write("".join(row.printed))
        self._console.file.flush()

    def run_starts(self, path: TaskPath, task_keys: Sequence[str]) -> None:
        """Add the run's tasks under the task that runs it."""
        place = next((number + 1 for number, row in enumerate(self._rows) if row.path == path), len(self._rows))
        self._rows[place:place] = [_Row((*path, key)) for key in task_keys]

    def task_starts(self, path: TaskPath) -> None:
        """Let the seconds run."""
        self._row(path).started = time.monotonic()

    def task_prints(self, path: TaskPath, text: str) -> None:
        """Keep it for the end."""
        if self._verbose or len(path) == 1:
            self._row(path).printed.append(text)

    def task_ends(self, path: TaskPath, result: TaskResult) -> None:
        """Show how it ended."""
        self._row(path).result = result

    def _row(self, path: TaskPath) -> _Row:
        return next(row for row in self._rows if row.path == path)

    def _table(self) -> Table:
        table = Table("task", "state", "seconds", "note", box=None, pad_edge=False, padding=(0, 2, 0, 0))
        table.columns[2].justify = "right"
        for row in self._rows:
            table.add_row("  " * (len(row.path) - 1) + escape(row.path[-1]), *_cells(row))
        return table


def note_of(result: TaskResult) -> str:
    """What a row says beyond the state: a condition's outcome, a nested run, or the first line of an error."""
    if result.error:
        return result.error.splitlines()[0][:160]
    if result.outcome is not None:
        return f"condition is {result.outcome}"
    if result.run is not None:
        return f"run {result.run.run_id} of {result.run.job}: {result.run.state}"
    return ""


def _cells(row: _Row) -> tuple[str, str, str]:
    if row.result is None:
        running = row.started is not None
        return ("running" if running else "", f"{time.monotonic() - (row.started or 0):.0f}" if running else "", "")
    ran = row.started is not None
    state = row.result.state
    colour = COLOURS.get(state, "green" if state in GOOD else "red")
    return (f"[{colour}]{state}[/{colour}]", f"{row.result.seconds:.1f}" if ran else "", escape(note_of(row.result)))
