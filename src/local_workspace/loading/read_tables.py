"""Reads files whose values have types: Parquet in pieces, the others whole, with Arrow or pandas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.orc
import pyarrow.parquet as pq

from local_workspace.errors import LoadError

PIECE_ROWS = 200_000
PANDAS_INDEX = "__index_level_"
"""Columns that pandas adds to a file for the numbers of its rows."""


def table_pieces(path: Path, format: str) -> Iterator[pa.Table]:
    """The rows in pieces, always at least one, with the file's names and plain types."""
    try:
        if format == "parquet":
            with pq.ParquetFile(path) as file:
                yield plain(file.schema_arrow.empty_table(), path)
                for batch in file.iter_batches(PIECE_ROWS):
                    yield plain(pa.Table.from_batches([batch]), path)
        else:
            yield plain(_READERS[format](path), path)
    except (pa.ArrowException, ValueError, OSError) as err:
        first_line = next(iter(str(err).splitlines()), type(err).__name__)
        raise LoadError(f"{path}: not readable as {format}: {first_line}") from err
    except ImportError as err:
        raise LoadError(f"{path}: {err}. Install it in .venv, or save the table as CSV or Parquet.") from err


def plain(table: pa.Table, path: Path) -> pa.Table:
    """The table with types that Spark reads: times in microseconds and UTC, no dictionaries, no unsigned integers."""
    names = [name for name in table.column_names if not name.startswith(PANDAS_INDEX)]
    arrays = {name: _plain_column(table.column(name), f"{path}: column `{name}`") for name in names}
    return pa.table(arrays)


def _plain_column(column: pa.ChunkedArray, what: str) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain_column(column.cast(kind.value_type), what)
    if pa.types.is_timestamp(kind):
        in_micros = column.cast(pa.timestamp("us", kind.tz), safe=False)
        return in_micros.cast(pa.timestamp("us", "UTC"))

    target = _PLAIN.get(kind)
    if target is not None:
        return column.cast(target, safe=False)
    if pa.types.is_duration(kind) or pa.types.is_time(kind):
        raise LoadError(f"{what} has the type {kind}, which a table cannot hold. Write it as a number or as text.")
    return column


_PLAIN: dict[pa.DataType, pa.DataType] = {
    pa.null(): pa.string(),
    pa.large_string(): pa.string(),
    pa.string_view(): pa.string(),
    pa.large_binary(): pa.binary(),
    pa.uint8(): pa.int64(),
    pa.uint16(): pa.int64(),
    pa.uint32(): pa.int64(),
    pa.uint64(): pa.decimal128(20, 0),
    pa.float16(): pa.float32(),
    pa.date64(): pa.date32(),
}


def _json(path: Path) -> pa.Table:
    """An object a line, or a list of objects. Dates are text in JSON; their types are guessed like those of CSV."""
    lines = ".json" not in [each.lower() for each in path.suffixes]
    try:
        frame = pd.read_json(path, lines=lines, dtype=False, convert_dates=False)
    except ValueError:
        frame = pd.read_json(path, lines=not lines, dtype=False, convert_dates=False)
    return _from_pandas(frame)


def _excel(path: Path) -> pa.Table:
    return _from_pandas(pd.read_excel(path))


def _stata(path: Path) -> pa.Table:
    return _from_pandas(pd.read_stata(path))


def _from_pandas(frame: pd.DataFrame) -> pa.Table:
    frame.columns = frame.columns.map(str)
    return pa.Table.from_pandas(frame, preserve_index=False)


_READERS: dict[str, Callable[[Path], pa.Table]] = {
    "json": _json,
    "excel": _excel,
    "stata": _stata,
    "feather": lambda path: pa.feather.read_table(path),
    "orc": lambda path: pa.orc.read_table(path),
}
