"""What notebooks show: `display` prints a table, `displayHTML` saves a file."""

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
FAR_TOO_WIDE = 1.5
"""Of the width: a table that needs more is shown as a list for each row."""
NUMBER = re.compile(r"-?[\d.,e+-]*|nan|inf")


def display(*items: object, **_: object) -> None:
    """Print DataFrames of Spark or pandas as tables of at most 50 rows, and anything else as text."""
    for item in items:
        print(shown_as_text(item))  # noqa: T201 - printing is what display is for


def shown_as_text(item: object, width: int | None = None, limit: int = ROW_LIMIT) -> str:
    """The text that display prints. limit: rows of a table that are shown."""
    if isinstance(item, pd.DataFrame):
        rows = item.head(limit + 1).to_numpy().tolist()
        return _table_text([str(name) for name in item.columns], rows, width, limit)
    if isinstance(item, DataFrame):
        return _table_text(item.columns, item.limit(limit + 1).collect(), width, limit)
    return str(item)


def html_writer(path: Path) -> Callable[[str], None]:
    """displayHTML for one task: it saves the page and prints its path."""

    def display_html(html: str) -> None:
        """Save the page next to the task's log; a later call adds to it."""
        with path.open("a", encoding="utf-8") as page:
            page.write(html)
        print(f"page: {path}")  # noqa: T201 - the user needs the path

    return display_html


def _table_text(columns: Sequence[str], rows: Sequence[Sequence[object]], wanted_width: int | None, limit: int) -> str:
    """A table. Long texts that would make its columns too narrow follow below it, by row. Where there are far too many
    columns, each row is a list."""
    width = max(wanted_width or shutil.get_terminal_size((120, 24)).columns, MIN_WIDTH)
    cells = [[_cell(value) for value in row] for row in rows[:limit]]
    more = [f"(first {limit} rows)"] if len(rows) > limit else []
    if _is_far_too_wide(columns, cells, width):
        listed = [_listed(number, columns, row, width) for number, row in enumerate(cells, start=1)]
        return "\n".join([*listed, *more])

    below = _long_columns(columns, cells, width)
    inside = [index for index in range(len(columns)) if index not in below]

    headers = [*(["row"] if below else []), *(columns[index] for index in inside)]
    body = [
        [*([str(number)] if below else []), *(row[index] for index in inside)]
        for number, row in enumerate(cells, start=1)
    ]

    parts = [_table(headers, body, width)]
    for number, row in enumerate(cells, start=1):
        parts += [_paragraph(f"row {number}, {columns[index]}: {row[index]}", width) for index in below if row[index]]
    return "\n".join([*parts, *more])


def _is_far_too_wide(columns: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> bool:
    """Whether even short values would be broken into pieces."""
    return bool(cells) and sum(min(each, LONG_TEXT) + 3 for each in _widths(columns, cells)) > FAR_TOO_WIDE * width


def _listed(number: int, columns: Sequence[str], row: Sequence[str], width: int) -> str:
    """A row as lines of column and value."""
    room = max(map(len, columns))
    lines = [
        textwrap.fill(f"  {name:<{room}}  {value}", width, subsequent_indent=" " * (room + 4))
        for name, value in zip(columns, row, strict=True)
        if value
    ]
    return "\n".join([f"row {number}", *lines])


def _widths(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, (name, *(row[index] for row in cells)))) for index, name in enumerate(columns)]


def _long_columns(columns: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """Indexes of the columns of long text, if they would be too narrow beside the others."""
    widths = _widths(columns, cells)
    long = [index for index, column_width in enumerate(widths) if column_width > LONG_TEXT]

    separators = 3 * len(columns)
    short_width = sum(column_width for index, column_width in enumerate(widths) if index not in long) + separators
    long_width = min(sum(widths[index] for index in long), LONG_TEXT * len(long))
    return long if short_width + long_width > width and len(long) < len(columns) else []


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    table = Table(box=box.SIMPLE_HEAD)
    for index, name in enumerate(columns):
        numeric = bool(rows) and all(NUMBER.fullmatch(row[index]) for row in rows)
        table.add_column(name, overflow="fold", justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*row)

    output = io.StringIO()
    Console(file=output, width=width, markup=False, highlight=False).print(table)
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines()).strip("\n")


def _paragraph(text: str, width: int) -> str:
    return textwrap.fill(text, width, initial_indent="  ", subsequent_indent="    ")


def _cell(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "" if value is None else str(value)
