"""Rows of all columns counted in the bins of their references, a day at a time: one pass, where the rows are."""

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
    batch number of a row, day: its date or null. A worker holds one chunk and one set of totals per batch and day; what
    comes back is a row per column, batch and day.
    """
    columns = [Bins(np.array(each.edges), each.categories, len(each.counts), each.mean) for each in references]

    def count_partition(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        yield to_arrow(count_batches(columns, read_chunks(batches)))

    partial = pack_rows(rows, references, batch, day).mapInArrow(count_partition, PARTIAL)
    found: dict[tuple[int, date | None], list[Profile]] = {}
    for row in _added(partial).collect():
        key = (row["batch"], None if row["day"] is None else date(1970, 1, 1) + timedelta(days=row["day"]))
        profiles = found.setdefault(key, [Profile((0,) * each.size) for each in columns])
        profiles[row["part"]] = _profile(columns[row["part"]], row)
    return {key: tuple(profiles) for key, profiles in found.items()}


def _added(partial: DataFrame) -> DataFrame:
    """One row per column, batch and day, however many partitions there were: lists are added element by element."""
    grouped = partial.groupBy("part", "batch", "day").agg(
        F.collect_list("numbers").alias("lists"),
        F.sum("nulls").alias("nulls"),
        F.min("minimum").alias("minimum"),
        F.max("maximum").alias("maximum"),
        F.flatten(F.collect_list("names")).alias("names"),
        F.flatten(F.collect_list("times")).alias("times"),
    )
    added = "aggregate(slice(lists, 2, size(lists)), lists[0], (a, b) -> zip_with(a, b, (x, y) -> x + y))"
    return grouped.withColumn("numbers", F.expr(added)).drop("lists")


def _profile(bins: Bins, row: Row) -> Profile:
    if bins.edges.size:
        return numeric_profile(np.array(row["numbers"]), row["minimum"], row["maximum"], row["nulls"])
    names: Counter[str] = Counter()
    for name, times in zip(row["names"], row["times"], strict=True):
        names[name] += times
    return Profile(tuple(int(each) for each in row["numbers"]), nulls=row["nulls"], unseen=most_frequent(names))
