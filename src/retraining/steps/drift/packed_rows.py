"""Rows on their way to a worker: all numbers of a row in one list, and its texts.

After each row it writes, Spark 4.1 computes the size of every column of an Arrow batch: with one column a number that
took nearly half of all the time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.records.drift import DriftReference

_CHUNK_ROWS = 131_072
"""Arrow batches are joined up to this many rows: to start on one day of a small batch costs more than to count it."""

NO_DAY = -(2.0**31)
"""Instead of null, because then every number of a chunk would have to be checked for null."""


@dataclass(frozen=True)
class Chunk:
    """Some rows, column by column."""

    numbers: NDArray[np.float64]
    """Shape (2 + numeric columns, rows): batch number, day counted from 1970-01-01 (NO_DAY without one), then the
    numeric columns. NaN where a value is null."""
    nulls: NDArray[np.bool_] | None
    """Where numbers are null, in the same shape; None without any null."""
    texts: tuple[pa.Array, ...]
    """The categorical columns."""


def pack_rows(rows: DataFrame, references: Sequence[DriftReference], batch: Column, day: Column) -> DataFrame:
    """The batch number and day of each row, then the columns of the references: numeric ones, then categorical ones,
    each in their order."""
    columns = [(F.col(f"`{reference.column_name}`"), bool(reference.edges)) for reference in references]
    numeric = [column for column, is_numeric in columns if is_numeric]
    texts = [column.alias(f"_text_{at}") for at, (column, is_numeric) in enumerate(columns) if not is_numeric]
    keys = [batch.cast("double"), F.coalesce(F.unix_date(day).cast("double"), F.lit(NO_DAY))]
    return rows.select(F.array(*keys, *numeric).alias("_numbers"), *texts)


def read_chunks(batches: Iterable[pa.RecordBatch]) -> Iterator[Chunk]:
    """The rows that pack_rows packed, on a worker. A chunk has at least one row."""
    waiting: list[pa.RecordBatch] = []
    for arrived in batches:
        waiting += [arrived] if arrived.num_rows else []
        if sum(batch.num_rows for batch in waiting) >= _CHUNK_ROWS:
            chunk = _chunk(waiting)
            waiting = []
            yield chunk

    if waiting:
        yield _chunk(waiting)


def take_rows(chunk: Chunk, order: NDArray[np.int64]) -> Chunk:
    """The rows at these places."""
    nulls = None if chunk.nulls is None else chunk.nulls[:, order]
    return Chunk(chunk.numbers[:, order], nulls, tuple(text.take(pa.array(order)) for text in chunk.texts))


def _chunk(batches: Sequence[pa.RecordBatch]) -> Chunk:
    lists = [batch.column(0).flatten() for batch in batches]
    rows = sum(batch.num_rows for batch in batches)
    width = len(lists[0]) // batches[0].num_rows
    numbers = np.empty((width, rows))
    np.concatenate([_by_column(values, width) for values in lists], axis=1, out=numbers)

    nulls = None
    if any(values.null_count for values in lists):
        nulls = np.concatenate([_by_column(values.is_null(), width) for values in lists], axis=1)

    texts = [pa.concat_arrays([batch.column(at) for batch in batches]) for at in range(1, batches[0].num_columns)]
    return Chunk(numbers, nulls, tuple(texts))


def _by_column(values: pa.Array, width: int) -> NDArray[np.float64] | NDArray[np.bool_]:
    """Shape (width, rows). A null double becomes NaN."""
    return np.asarray(values.to_numpy(zero_copy_only=False)).reshape(-1, width).T
