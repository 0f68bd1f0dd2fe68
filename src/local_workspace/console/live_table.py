"""Shows a run as a table that is redrawn in the terminal and never exceeds the height of the screen."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from local_workspace.console.notes import progress_note, result_note
from local_workspace.run.graph import SUCCESSFUL_STATES
from local_workspace.run.progress import TaskPath
from local_workspace.run.results import State, TaskResult

COLOURS = {State.SUCCESS: "green", State.EXCLUDED: "dim", State.CANCELED: "yellow", State.UPSTREAM_CANCELED: "yellow"}

# Rows in these states stay visible below a task that has ended.
UNFOLDED_STATES = frozenset({State.FAILED, State.TIMEDOUT, State.CANCELED})

HEADER_AND_CURSOR = 2  # lines of the screen


@dataclass
class Row:
    """A task, or an iteration of one. count: how many iterations it has."""

    path: TaskPath
    started: float | None = None
    result: TaskResult | None = None
    count: int | None = None
    printed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class VisibleRows:
    """The rows that fit on the screen, in their order, and how many ended and waiting rows are left out."""

    rows: tuple[Row, ...]
    hidden_ended: int = 0
    hidden_waiting: int = 0


def fold(rows: Sequence[Row]) -> list[Row]:
    """The rows without those below a task that has ended.

    Rows in UNFOLDED_STATES and the rows above them stay. So do the iterations of an ended loop, which are its result.
    """
    folded = {row.path for row in rows if row.result is not None and row.count is None}
    unfolded = [row.path for row in rows if row.result is not None and row.result.state in UNFOLDED_STATES]
    return [
        row
        for row in rows
        if not any(row.path[:length] in folded for length in range(1, len(row.path)))
        or any(path[: len(row.path)] == row.path for path in unfolded)
    ]


def fit_to_height(rows: Sequence[Row], height: int) -> VisibleRows:
    """At most this many lines, if the running rows allow it.

    One line replaces the oldest ended rows. If that is not enough, another replaces the last waiting rows.
    """
    if len(rows) <= height:
        return VisibleRows(tuple(rows))

    ended = [row for row in rows if row.result is not None]
    hidden_ended = min(len(ended), len(rows) - height + 1)
    excess = len(rows) - hidden_ended + bool(hidden_ended) - height

    waiting = [row for row in rows if row.result is None and row.started is None]
    hidden_waiting = min(len(waiting), excess + 1) if excess > 0 else 0

    hidden = {row.path for row in (*ended[:hidden_ended], *waiting[len(waiting) - hidden_waiting :])}
    return VisibleRows(tuple(row for row in rows if row.path not in hidden), hidden_ended, hidden_waiting)


class LiveTable:
    """The table. When the run is over, what the tasks printed follows below it."""

    def __init__(self, console: Console, verbose: bool) -> None:
        """verbose: also show what tasks of nested runs print."""
        self._console = console
        self._verbose = verbose
        self._rows: list[Row] = []
        self._is_over = False
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
        """Draw the last state, then what the tasks printed."""
        self._is_over = True
        self._live.stop()
        for row in self._rows:
            if row.printed:
                self._console.print(f"\n[bold]{escape('/'.join(row.path))}[/bold]")
                self._console.file.write("".join(row.printed))
        self._console.file.flush()

    def run_starts(self, path: TaskPath, task_keys: Sequence[str]) -> None:
        """Add the run's tasks under the task that runs it."""
        self._insert_below(path, [Row((*path, key)) for key in task_keys])

    def loop_starts(self, path: TaskPath, count: int) -> None:
        """Remember how many iterations there will be; each gets its row when it begins."""
        self._row(path).count = count

    def task_starts(self, path: TaskPath) -> None:
        """Start counting the seconds."""
        if not any(row.path == path for row in self._rows):
            self._insert_below(path[:-1], [Row(path)])
        self._row(path).started = time.monotonic()

    def task_prints(self, path: TaskPath, text: str) -> None:
        """Keep the text for the end."""
        if self._verbose or len(path) == 1:
            self._row(path).printed.append(text)

    def task_ends(self, path: TaskPath, result: TaskResult) -> None:
        """Show how the task ended."""
        self._row(path).result = result

    def _row(self, path: TaskPath) -> Row:
        return next(row for row in self._rows if row.path == path)

    def _insert_below(self, path: TaskPath, rows: list[Row]) -> None:
        """Insert the rows after everything that is already below the path."""
        ends = [index + 1 for index, row in enumerate(self._rows) if row.path[: len(path)] == path]
        end = ends[-1] if ends else len(self._rows)
        self._rows[end:end] = rows

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for name in ("task", "state", "seconds", "note"):
            table.add_column(name, justify="right" if name == "seconds" else "left", no_wrap=True)

        rows = fold([*self._rows])
        height = len(rows) if self._is_over else max(self._console.height - HEADER_AND_CURSOR, 1)
        visible = fit_to_height(rows, height)

        if visible.hidden_ended:
            table.add_row(f"[dim]... {visible.hidden_ended} ended[/dim]")
        for row in visible.rows:
            table.add_row("  " * (len(row.path) - 1) + escape(row.path[-1]), *self._cells(row))
        if visible.hidden_waiting:
            table.add_row(f"[dim]... {visible.hidden_waiting} waiting[/dim]")
        return table

    def _cells(self, row: Row) -> tuple[str, str, str]:
        """State, seconds and note."""
        has_started = row.started is not None
        if row.result is None:
            seconds = f"{_seconds_since_start(row):.0f}" if has_started else ""
            return ("running" if has_started else "", seconds, self._loop_note(row))

        state = row.result.state
        colour = COLOURS.get(state, "green" if state in SUCCESSFUL_STATES else "red")
        seconds = f"{row.result.seconds:.1f}" if has_started else ""
        return (f"[{colour}]{state}[/{colour}]", seconds, escape(result_note(row.result)))

    def _loop_note(self, row: Row) -> str:
        if row.count is None:
            return ""
        iterations = [other for other in [*self._rows] if other.path[:-1] == row.path]
        finished = [iteration.result.seconds for iteration in iterations if iteration.result]
        running = sum(_seconds_since_start(iteration) for iteration in iterations if iteration.result is None)
        return progress_note(row.count, finished, running)


def _seconds_since_start(row: Row) -> float:
    return time.monotonic() - row.started if row.started is not None else 0.0
