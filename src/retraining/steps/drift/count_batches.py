"""Counting on a worker: chunks of rows in, counts and sums of each column, batch and day out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from retraining.rules.drift.bin_finder import BinFinder, bin_finder
from retraining.rules.drift.bins import category_bins
from retraining.rules.drift.frequent_values import frequent_values
from retraining.rules.drift.profile import UNSEEN_NAMES, most_frequent, profile_doubles
from retraining.steps.drift.packed_rows import NO_DAY, Chunk, take_rows

FloatArray = NDArray[np.float64]
GroupKey = tuple[int, int | None]
"""Batch, and day counted from 1970-01-01 (None where rows have no time)."""

PARTIAL = (
    "part int, batch bigint, day int, numbers array<double>, nulls bigint, minimum double, maximum double, "
    "names array<string>, times array<bigint>"
)
"""The row of one column, batch and day. numbers: as profile_doubles returns them, or counts of categories."""


@dataclass(frozen=True)
class Bins:
    """What a worker needs of a reference. edges is empty for a categorical column, categories for a numeric one."""

    edges: FloatArray
    categories: tuple[str, ...]
    size: int
    centre: float
    usual: FloatArray
    """Share of the training rows' values in each bin."""


@dataclass
class Totals:
    """One column of one group so far."""

    numbers: FloatArray
    nulls: int = 0
    minimum: float | None = None
    maximum: float | None = None
    names: Counter[str] = field(default_factory=Counter)


def count_batches(columns: Sequence[Bins], chunks: Iterable[Chunk]) -> dict[tuple[int, GroupKey], Totals]:
    """The totals of each column, in the order of the bins, and of each batch and day."""
    totals: dict[tuple[int, GroupKey], Totals] = {}
    finders = [bin_finder(bins.edges) if bins.edges.size else None for bins in columns]

    for unordered in chunks:
        chunk, groups = _group(unordered)
        numeric = iter(range(2, len(chunk.numbers)))
        texts = iter(chunk.texts)
        for part, (bins, finder) in enumerate(zip(columns, finders, strict=True)):
            if finder:
                counts = _count_doubles(chunk, next(numeric), finder, bins, groups)
            else:
                counts = _count_texts(bins, next(texts), groups)
            for key, of_chunk in counts:
                so_far = totals.get((part, key))
                totals[part, key] = of_chunk if so_far is None else _sum_of(so_far, of_chunk)

    return totals


def _group(chunk: Chunk) -> tuple[Chunk, list[tuple[GroupKey, slice]]]:
    """The chunk ordered by batch and day, and the slice of each batch and day."""
    batches, days = chunk.numbers[:2]
    if (np.diff(batches) < 0).any() or (np.diff(days) < 0).any():
        order = np.lexsort((days, batches))
        chunk = take_rows(chunk, order)
        batches = batches[order]
        days = days[order]

    starts = np.flatnonzero(np.append(True, (np.diff(batches) != 0) | (np.diff(days) != 0)))
    groups = [
        ((int(batches[start]), None if days[start] == NO_DAY else int(days[start])), slice(int(start), int(stop)))
        for start, stop in zip(starts, [*starts[1:], batches.size], strict=True)
    ]
    return chunk, groups


def _count_doubles(
    chunk: Chunk, column: int, finder: BinFinder, bins: Bins, groups: Sequence[tuple[GroupKey, slice]]
) -> Iterator[tuple[GroupKey, Totals]]:
    values = chunk.numbers[column]
    totals = []
    for _, rows in groups:
        nulls = 0 if chunk.nulls is None else int(np.count_nonzero(chunk.nulls[column, rows]))
        numbers, minimum, maximum = profile_doubles(values[rows], finder, bins.centre)
        totals.append(Totals(numbers, nulls, minimum, maximum))

    counts = np.sum([each.numbers[: finder.bins] for each in totals], axis=0)
    for value in frequent_values(values, counts, finder, bins.usual):
        for (_, rows), of_group in zip(groups, totals, strict=True):
            of_group.names[repr(value)] = int(np.count_nonzero(values[rows] == value))
    return zip((key for key, _ in groups), totals, strict=True)


def _count_texts(
    bins: Bins, values: pa.Array, groups: Sequence[tuple[GroupKey, slice]]
) -> Iterator[tuple[GroupKey, Totals]]:
    """Each distinct value is looked up once."""
    encoded = values.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    places = category_bins(texts, bins.categories)
    known = set(bins.categories)
    is_new = np.array([text not in known for text in texts], dtype=bool)
    for key, rows in groups:
        indices = encoded.indices[rows]
        times = np.bincount(indices.drop_null().to_numpy(), minlength=len(texts))
        counts = np.bincount(places, weights=times, minlength=bins.size)
        new = np.flatnonzero(is_new & (times > 0))
        names = Counter({texts[place]: int(times[place]) for place in new})
        yield key, Totals(counts.astype(np.float64), indices.null_count, names=names)


def _sum_of(one: Totals, other: Totals) -> Totals:
    names = Counter(dict((one.names + other.names).most_common(UNSEEN_NAMES)))
    return Totals(
        one.numbers + other.numbers,
        one.nulls + other.nulls,
        min((totals.minimum for totals in (one, other) if totals.minimum is not None), default=None),
        max((totals.maximum for totals in (one, other) if totals.maximum is not None), default=None),
        names,
    )


def to_arrow(totals: Mapping[tuple[int, GroupKey], Totals]) -> pa.RecordBatch:
    """One row a column, batch and day, with the columns of PARTIAL."""
    keys = list(totals)
    parts = list(totals.values())
    names = [most_frequent(column.names, UNSEEN_NAMES) for column in parts]
    arrays = {
        "part": pa.array([part for part, _ in keys], pa.int32()),
        "batch": pa.array([key[0] for _, key in keys], pa.int64()),
        "day": pa.array([key[1] for _, key in keys], pa.int32()),
        "numbers": pa.array([column.numbers for column in parts], pa.list_(pa.float64())),
        "nulls": pa.array([column.nulls for column in parts], pa.int64()),
        "minimum": pa.array([column.minimum for column in parts], pa.float64()),
        "maximum": pa.array([column.maximum for column in parts], pa.float64()),
        "names": pa.array([[name for name, _ in of_column] for of_column in names], pa.list_(pa.string())),
        "times": pa.array([[times for _, times in of_column] for of_column in names], pa.list_(pa.int64())),
    }

    return pa.RecordBatch.from_pydict(arrays)
