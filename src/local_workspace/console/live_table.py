"""A run as a table that changes in the terminal and never grows beyond the screen."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from local_workspace.console.notes import note_of, progress_note
from local_workspace.run.graph import GOOD
from local_workspace.run.progress import TaskPath
from local_workspace.run.results import State, TaskResult

COLOURS = {State.SUCCESS: "green", State.EXCLUDED: "dim", State.CANCELED: "yellow", State.UPSTREAM_CANCELED: "yellow"}
BAD = frozenset({State.FAILED, State.TIMEDOUT, State.CANCELED})

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
class Shown:
    """The rows that have room, in their order; how many ended ones and how many waiting ones are left out."""

    rows: tuple[Row, ...]
    ended: int = 0
    waiting: int = 0


def unfolded(rows: Sequence[Row]) -> list[Row]:
    """The rows without those below a task that has ended; what went wrong there stays, with the rows above it.

    The iterations of an ended loop stay too: they are its result.
    """
    closed = {row.path for row in rows if row.result is not None and row.count is None}
    bad = [row.path for row in rows if row.result is not None and row.result.state in BAD]
    return [
        row
        for row in rows
        if not any(row.path[:length] in closed for length in range(1, len(row.path)))
        or any(path[: len(row.path)] == row.path for path in bad)
    ]


def that_fit(rows: Sequence[Row], room: int) -> Shown:
    """At most room lines: first the oldest ended rows give way to one line, then the last waiting ones."""
    if len(rows) <= room:
        return Shown(tuple(rows))
    ended = [row for row in rows if row.result is not None]
    waiting = [row for row in rows if row.result is None and row.started is None]
    without_ended = min(len(ended), len(rows) - room + 1)
    too_many = len(rows) - without_ended + bool(without_ended) - room
    without_waiting = min(len(waiting), too_many + 1) if too_many > 0 else 0
    hidden = {row.path for row in (*ended[:without_ended], *waiting[len(waiting) - without_waiting :])}
    return Shown(tuple(row for row in rows if row.path not in hidden), without_ended, without_waiting)


class LiveTable:
    """The table; under it, at the end, what the tasks printed."""

    def __init__(self, console: Console, verbose: bool) -> None:
        """verbose: also show what tasks of nested runs print."""
        self._console = console
        self._verbose = verbose
        self._rows: list[Row] = []
        self._over = False
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
        self._over = True
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
        """Let the seconds run."""
        if not any(row.path == path for row in self._rows):
            self._insert_below(path[:-1], [Row(path)])
        self._row(path).started = time.monotonic()

    def task_prints(self, path: TaskPath, text: str) -> None:
        """Keep it for the end."""
        if self._verbose or len(path) == 1:
            self._row(path).printed.append(text)

    def task_ends(self, path: TaskPath, result: TaskResult) -> None:
        """Show how it ended."""
        self._row(path).result = result

    def _row(self, path: TaskPath) -> Row:
        return next(row for row in self._rows if row.path == path)

    def _insert_below(self, path: TaskPath, rows: list[Row]) -> None:
        """After everything that is already below the path."""
        places = [number + 1 for number, row in enumerate(self._rows) if row.path[: len(path)] == path]
        place = places[-1] if places else len(self._rows)
        self._rows[place:place] = rows

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for name in ("task", "state", "seconds", "note"):
            table.add_column(name, justify="right" if name == "seconds" else "left", no_wrap=True)
        rows = unfolded([*self._rows])
        shown = that_fit(rows, len(rows) if self._over else max(self._console.height - HEADER_AND_CURSOR, 1))
        if shown.ended:
            table.add_row(f"[dim]... {shown.ended} that ended[/dim]")
        for row in shown.rows:
            table.add_row("  " * (len(row.path) - 1) + escape(row.path[-1]), *self._cells(row))
        if shown.waiting:
            table.add_row(f"[dim]... {shown.waiting} more[/dim]")
        return table

    def _cells(self, row: Row) -> tuple[str, str, str]:
        if row.result is None:
            running = row.started is not None
            return ("running" if running else "", f"{_age(row):.0f}" if running else "", self._loop_note(row))
        ran = row.started is not None
        state = row.result.state
        colour = COLOURS.get(state, "green" if state in GOOD else "red")
        return (
            f"[{colour}]{state}[/{colour}]",
            f"{row.result.seconds:.1f}" if ran else "",
            escape(note_of(row.result)),
        )

    def _loop_note(self, row: Row) -> str:
        if row.count is None:
            return ""
        iterations = [each for each in [*self._rows] if each.path[:-1] == row.path]
        running = sum(_age(each) for each in iterations if each.result is None)
        return progress_note(row.count, [each.result.seconds for each in iterations if each.result], running)


def _age(row: Row) -> float:
    return time.monotonic() - row.started if row.started is not None else 0.0
