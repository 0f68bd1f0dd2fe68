"""What notebooks show: `display` prints a table, `displayHTML` leaves a file."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
from pyspark.sql import DataFrame
from rich import box
from rich.console import Console
from rich.table import Table

ROW_LIMIT = 50
MIN_WIDTH = 80


def display(*shown: object, **_: object) -> None:
    """Print DataFrames of Spark or pandas as tables of at most 50 rows, and anything else as text."""
    for item in shown:
        print(shown_as_text(item))  # noqa: T201 - printing is what display is for


def shown_as_text(item: object, width: int | None = None) -> str:
    """The text that display prints."""
    if isinstance(item, pd.DataFrame):
        return _table(
            [str(name) for name in item.columns], item.head(ROW_LIMIT).to_numpy().tolist(), len(item) > ROW_LIMIT, width
        )
    if isinstance(item, DataFrame):
        rows = item.limit(ROW_LIMIT + 1).collect()
        return _table(item.columns, rows[:ROW_LIMIT], len(rows) > ROW_LIMIT, width)
    return str(item)


def html_writer(path: Path) -> Callable[[str], None]:
    """displayHTML for one task: saves what it is given and prints where it is."""

    def display_html(html: str) -> None:
        """Save the page next to the task's log; a later call adds to it."""
        with path.open("a", encoding="utf-8") as page:
            page.write(html)
        print(f"page: {path}")  # noqa: T201 - tells the user where to look

    return display_html


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]], cut: bool, width: int | None) -> str:
    table = Table(box=box.SIMPLE_HEAD)
    numeric = [all(isinstance(row[place], int | float) for row in rows) for place in range(len(columns))]
    for name, right in zip(columns, numeric, strict=True):
        table.add_column(name, overflow="fold", justify="right" if right and len(rows) else "left")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    target = io.StringIO()
    columns_wide = max(width or shutil.get_terminal_size((120, 24)).columns, MIN_WIDTH)
    Console(file=target, width=columns_wide, markup=False, highlight=False).print(table)
    lines = target.getvalue().splitlines()
    shown = "\n".join(line.rstrip() for line in lines).strip("\n")
    return f"{shown}\n(first {ROW_LIMIT} rows)" if cut else shown


def _cell(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "" if value is None else str(value)
