"""The rows of each batch and day, counted in the bins of their references: one pass, on the workers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from retraining.records.drift import DriftReference
from retraining.rules.drift.profile import Profile, most_frequent, numeric_profile
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
    columns = [
        Bins(np.array(reference.edges), reference.categories, len(reference.counts), reference.mean)
        for reference in references
    ]

    def count_partition(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        yield to_arrow(count_batches(columns, read_chunks(batches)))

    partial = pack_rows(rows, references, batch, day).mapInArrow(count_partition, PARTIAL)
    by_batch_and_day: dict[tuple[int, date | None], list[Profile]] = {}
    for row in _totals(partial).collect():
        day_of_row = None if row["day"] is None else date(1970, 1, 1) + timedelta(days=row["day"])
        empty = [Profile((0,) * bins.size) for bins in columns]
        profiles = by_batch_and_day.setdefault((row["batch"], day_of_row), empty)
        profiles[row["part"]] = _profile(columns[row["part"]], row)
    return {key: tuple(profiles) for key, profiles in by_batch_and_day.items()}


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


def _profile(bins: Bins, row: Row) -> Profile:
    if bins.edges.size:
        return numeric_profile(np.array(row["numbers"]), row["minimum"], row["maximum"], row["nulls"])
    names: Counter[str] = Counter()
    for name, times in zip(row["names"], row["times"], strict=True):
        names[name] += times
    return Profile(tuple(int(count) for count in row["numbers"]), nulls=row["nulls"], unseen=most_frequent(names))
