"""Rows of `drift_references`: what a version was trained on, one row a column, in counts and sums."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ColumnKind = Literal["numeric", "categorical"]

PREDICTION = ":prediction"
"""Stands as column name for the prediction."""


@dataclass(frozen=True)
class DriftReference:
    """The bins of one column, and the training rows counted in them.

    numeric: bin i holds (edges[i-1], edges[i]], the first and the last are open to the infinities, sums are the sums of
    the values in each bin, len(counts) == len(edges) + 1. categorical: categories are the known ones, most frequent
    first; the first len(counts) - 2 have a bin of their own, then come the bins "other known" and "unseen"; no sums.
    rows includes nulls (null or NaN). standard_deviation is that of the finite values, 0 for a constant.
    noise_floor: greatest population stability index, in nats, of a batch-long run of days inside the training rows
    against the other days; 0 where the rows have no days.
    """

    model: str
    version: str
    seq: int
    column_name: str
    kind: ColumnKind
    edges: tuple[float, ...]
    categories: tuple[str, ...]
    counts: tuple[int, ...]
    sums: tuple[float, ...]
    rows: int
    nulls: int
    standard_deviation: float
    noise_floor: float
    run_id: str
    attempt_id: str
    at: datetime
