"""What notebooks show: `display` prints a table, `displayHTML` leaves a file."""

from __future__ import annotations

import io
import re
import shutil
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
from pyspark.sql import DataFrame
from rich import box
from rich.console import Console
from rich.table import Table

ROW_LIMIT = 50
MIN_WIDTH = 80
LONG_TEXT = 30
NUMBER = re.compile(r"-?[\d.,e+-]*|nan|inf")


def display(*shown: object, **_: object) -> None:
    """Print DataFrames of Spark or pandas as tables of at most 50 rows, and anything else as text."""
    for item in shown:
        print(shown_as_text(item))  # noqa: T201 - printing is what display is for


def shown_as_text(item: object, width: int | None = None) -> str:
    """The text that display prints."""
    if isinstance(item, pd.DataFrame):
        return _shown([str(name) for name in item.columns], item.head(ROW_LIMIT + 1).to_numpy().tolist(), width)
    if isinstance(item, DataFrame):
        return _shown(item.columns, item.limit(ROW_LIMIT + 1).collect(), width)
    return str(item)


def html_writer(path: Path) -> Callable[[str], None]:
    """displayHTML for one task: saves what it is given and prints where it is."""

    def display_html(html: str) -> None:
        """Save the page next to the task's log; a later call adds to it."""
        with path.open("a", encoding="utf-8") as page:
            page.write(html)
        print(f"page: {path}")  # noqa: T201 - tells the user where to look

    return display_html


def _shown(columns: Sequence[str], rows: Sequence[Sequence[object]], wanted: int | None) -> str:
    """A table; long texts that would squeeze it follow below, by row."""
    width = max(wanted or shutil.get_terminal_size((120, 24)).columns, MIN_WIDTH)
    cells = [[_cell(value) for value in row] for row in rows[:ROW_LIMIT]]
    aside = _long_columns(columns, cells, width)
    numbers = [str(number) for number in range(1, len(cells) + 1)]
    inside = [place for place in range(len(columns)) if place not in aside]
    headers = [*(["row"] if aside else []), *(columns[place] for place in inside)]
    body = [
        [*([number] if aside else []), *(row[place] for place in inside)]
        for number, row in zip(numbers, cells, strict=True)
    ]
    parts = [_table(headers, body, width)]
    for number, row in zip(numbers, cells, strict=True):
        parts += [_paragraph(f"row {number}, {columns[place]}: {row[place]}", width) for place in aside if row[place]]
    return "\n".join([*parts, f"(first {ROW_LIMIT} rows)"] if len(rows) > ROW_LIMIT else parts)


def _long_columns(columns: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """Columns of long text, when they would get too little room beside the others."""
    widths = [max(map(len, (name, *(row[place] for row in cells)))) for place, name in enumerate(columns)]
    long = [place for place, wide in enumerate(widths) if wide > LONG_TEXT]
    short = sum(wide for place, wide in enumerate(widths) if place not in long) + 3 * len(columns)
    needed = min(sum(widths[place] for place in long), LONG_TEXT * len(long))
    return long if short + needed > width and len(long) < len(columns) else []


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    table = Table(box=box.SIMPLE_HEAD)
    for place, name in enumerate(columns):
        numeric = bool(rows) and all(NUMBER.fullmatch(row[place]) for row in rows)
        table.add_column(name, overflow="fold", justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*row)
    target = io.StringIO()
    Console(file=target, width=width, markup=False, highlight=False).print(table)
    return "\n".join(line.rstrip() for line in target.getvalue().splitlines()).strip("\n")


def _paragraph(text: str, width: int) -> str:
    return textwrap.fill(text, width, initial_indent="  ", subsequent_indent="    ")


def _cell(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "" if value is None else str(value)
