"""The rows of each batch and day, counted in the bins of their references: one pass, on the workers."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from retraining.records.drift import DriftReference
from retraining.rules.drift.profile import UNSEEN_NAMES, Profile, most_frequent, numeric_profile
from retraining.steps.drift.count_batches import PARTIAL, Bins, count_batches, to_arrow
from retraining.steps.drift.packed_rows import pack_rows, read_chunks


def count_bins(
    rows: DataFrame, references: Sequence[DriftReference], batch: Column, day: Column
) -> dict[tuple[int, date | None], tuple[Profile, ...]]:
    """Profiles of each batch and day, in the references' order. One Spark job.

    rows has a column of each reference's name: a double for a numeric one, text for a categorical one. batch: the
    batch number of a row, day: its date or null. A worker holds one chunk, and one set of totals a batch and day. One
    row a column, batch and day comes back.
    """
    columns = [bins_of(reference) for reference in references]

    def count_partition(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        yield to_arrow(count_batches(columns, read_chunks(batches)))

    partial = pack_rows(rows, references, batch, day).mapInArrow(count_partition, PARTIAL)
    by_batch_and_day: dict[tuple[int, date | None], list[Profile]] = {}
    for row in _totals(partial).collect():
        day_of_row = None if row["day"] is None else date(1970, 1, 1) + timedelta(days=row["day"])
        empty = [Profile((0,) * bins.size) for bins in columns]
        profiles = by_batch_and_day.setdefault((row["batch"], day_of_row), empty)
        profiles[row["part"]] = profile_of(columns[row["part"]], row)
    return {key: tuple(profiles) for key, profiles in by_batch_and_day.items()}


def bins_of(reference: DriftReference) -> Bins:
    """What a worker needs of a reference."""
    counts = np.array(reference.counts, dtype=np.float64)
    usual = counts / max(1.0, counts.sum())
    return Bins(np.array(reference.edges), reference.categories, len(counts), reference.mean, usual)


def _totals(partial: DataFrame) -> DataFrame:
    """The rows of all partitions summed to one row a column, batch and day; lists are added element by element."""
    grouped = partial.groupBy("part", "batch", "day").agg(
        F.collect_list("numbers").alias("lists"),
        F.sum("nulls").alias("nulls"),
        F.min("minimum").alias("minimum"),
        F.max("maximum").alias("maximum"),
        F.flatten(F.collect_list("names")).alias("names"),
        F.flatten(F.collect_list("times")).alias("times"),
    )
    sums = "aggregate(slice(lists, 2, size(lists)), lists[0], (a, b) -> zip_with(a, b, (x, y) -> x + y))"
    return grouped.withColumn("numbers", F.expr(sums)).drop("lists")


def profile_of(bins: Bins, row: Mapping[str, Any] | Row) -> Profile:
    """The profile behind a row with the columns of PARTIAL."""
    names: Counter[str] = Counter()
    for name, times in zip(row["names"], row["times"], strict=True):
        names[name] += times
    named = most_frequent(names, UNSEEN_NAMES)
    if bins.edges.size:
        return numeric_profile(np.array(row["numbers"]), row["minimum"], row["maximum"], row["nulls"], named)
    return Profile(tuple(int(count) for count in row["numbers"]), nulls=row["nulls"], unseen=named)
