"""Rows on their way to a worker: all numbers of a row in one list, and its texts.

Spark 4.1 asks how large every column of an Arrow batch is after each row it writes: with a column a number nearly half
of all the time went there.
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
"""Arrow batches are put together up to so many rows: a day's part of a small one costs more to start than to count."""

NO_DAY = -(2.0**31)
"""Instead of null, for which every number of a chunk would have to be asked."""


@dataclass(frozen=True)
class Chunk:
    """numbers: shape (2 + numeric columns, rows), of batch number, day counted from 1970-01-01 (NO_DAY without one) and
    the numeric columns; NaN where a value is null. nulls: of the same shape, None without a null. texts: the
    categorical columns."""

    numbers: NDArray[np.float64]
    nulls: NDArray[np.bool_] | None
    texts: tuple[pa.Array, ...]


def pack_rows(rows: DataFrame, references: Sequence[DriftReference], batch: Column, day: Column) -> DataFrame:
    """The columns of the references, numeric and categorical ones each in their order, behind the batch number of a row
    and its day."""
    named = [(F.col(f"`{each.column_name}`"), bool(each.edges)) for each in references]
    numeric = [column for column, is_numeric in named if is_numeric]
    texts = [column.alias(f"_text_{at}") for at, (column, is_numeric) in enumerate(named) if not is_numeric]
    keys = [batch.cast("double"), F.coalesce(F.unix_date(day).cast("double"), F.lit(NO_DAY))]
    return rows.select(F.array(*keys, *numeric).alias("_numbers"), *texts)


def read_chunks(batches: Iterable[pa.RecordBatch]) -> Iterator[Chunk]:
    """What pack_rows packed, on the worker. A chunk has a row at least."""
    waiting: list[pa.RecordBatch] = []
    for each in batches:
        waiting += [each] if each.num_rows else []
        if sum(batch.num_rows for batch in waiting) >= _CHUNK_ROWS:
            chunk = _chunk(waiting)
            waiting = []
            yield chunk
    if waiting:
        yield _chunk(waiting)


def take_rows(chunk: Chunk, order: NDArray[np.int64]) -> Chunk:
    """The rows at these places."""
    nulls = None if chunk.nulls is None else chunk.nulls[:, order]
    return Chunk(chunk.numbers[:, order], nulls, tuple(each.take(pa.array(order)) for each in chunk.texts))


def _chunk(batches: Sequence[pa.RecordBatch]) -> Chunk:
    lists = [each.column(0).flatten() for each in batches]
    rows = sum(each.num_rows for each in batches)
    width = len(lists[0]) // batches[0].num_rows
    numbers = np.empty((width, rows))
    np.concatenate([_by_column(each, width) for each in lists], axis=1, out=numbers)
    nulls = None
    if any(each.null_count for each in lists):
        nulls = np.concatenate([_by_column(each.is_null(), width) for each in lists], axis=1)
    texts = [pa.concat_arrays([each.column(at) for each in batches]) for at in range(1, batches[0].num_columns)]
    return Chunk(numbers, nulls, tuple(texts))


def _by_column(values: pa.Array, width: int) -> NDArray[np.float64] | NDArray[np.bool_]:
    """Shape (width, rows). A null double becomes NaN."""
    return np.asarray(values.to_numpy(zero_copy_only=False)).reshape(-1, width).T
