"""Rows of all columns counted in the bins of their references: one pass, where the rows are."""

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.records.drift_reference import DriftReference
from retraining.rules.drift.bin_counts import BinCounts, count_numeric, to_counts
from retraining.rules.drift.categorical_bins import category_bins

Bins = tuple[NDArray[np.float64], tuple[str, ...], int]
"""What a worker needs of a reference: edges, known categories (one of the two is empty), and the number of bins."""
Totals = list[NDArray[np.float64]]
"""Per column an array of shape (bins + 1, 2): count and sum of each bin. The last row counts the nulls."""

_PARTIAL = "part int, bin int, amount bigint, total double"


def count_bins(rows: DataFrame, references: Sequence[DriftReference]) -> tuple[BinCounts, ...]:
    """The counts of each reference's column, in the references' order. One Spark job.

    rows has a column of each reference's name: a double for a numeric one, text for a categorical one. A worker holds
    one Arrow batch and one set of totals; what comes back is a row per column and bin.
    """
    columns: list[Bins] = [(np.array(each.edges), each.categories, len(each.counts)) for each in references]

    def count_partition(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        yield to_arrow(count_batches(columns, batches))

    named = [F.col(f"`{each.column_name}`").alias(f"_column_{part}") for part, each in enumerate(references)]
    partial = rows.select(*named).mapInArrow(count_partition, _PARTIAL)
    summed = (
        partial.groupBy("part", "bin").agg(F.sum("amount").alias("amount"), F.sum("total").alias("total")).collect()
    )
    totals = [np.zeros((size + 1, 2)) for _, _, size in columns]
    for row in summed:
        totals[row["part"]][row["bin"]] = row["amount"], row["total"]
    return tuple(_plain(each, reference) for each, reference in zip(totals, references, strict=True))


def count_batches(columns: Sequence[Bins], batches: Iterable[pa.RecordBatch]) -> Totals:
    """The totals of some Arrow batches whose columns stand in the order of the bins."""
    totals = [np.zeros((size + 1, 2)) for _, _, size in columns]
    for batch in batches:
        for total, (edges, known, size), values in zip(totals, columns, batch.columns, strict=True):
            total += count_texts(values, known, size) if not edges.size else count_doubles(values, edges)
    return totals


def count_doubles(values: pa.Array, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """The totals of one numeric Arrow column; null becomes NaN on its way to numpy."""
    counts, sums, nulls = count_numeric(values.to_numpy(zero_copy_only=False), edges)
    return np.column_stack([np.append(counts, nulls), np.append(sums, 0.0)])


def count_texts(values: pa.Array, known: Sequence[str], size: int) -> NDArray[np.float64]:
    """The totals of one text Arrow column: each distinct value is looked up once."""
    encoded = values.dictionary_encode()
    times = np.bincount(encoded.indices.drop_null().to_numpy(), minlength=len(encoded.dictionary))
    bins = category_bins(encoded.dictionary.to_pylist(), known)
    counts = np.bincount(bins, weights=times, minlength=size)
    return np.column_stack([np.append(counts, values.null_count), np.zeros(size + 1)])


def to_arrow(totals: Totals) -> pa.RecordBatch:
    """One row per column and bin, as _PARTIAL says."""
    parts = np.concatenate([np.full(len(each), part, dtype=np.int32) for part, each in enumerate(totals)])
    bins = np.concatenate([np.arange(len(each), dtype=np.int32) for each in totals])
    both = np.concatenate(totals)
    arrays = [pa.array(parts), pa.array(bins), pa.array(both[:, 0].astype(np.int64)), pa.array(both[:, 1])]
    return pa.RecordBatch.from_arrays(arrays, ["part", "bin", "amount", "total"])


def _plain(total: NDArray[np.float64], reference: DriftReference) -> BinCounts:
    counts = total[:-1, 0].astype(np.int64)
    return to_counts(counts, total[:-1, 1] if reference.kind == "numeric" else (), int(total[-1, 0]))
