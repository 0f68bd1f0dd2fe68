"""Rows of `drift_references`: what a version was trained on, one row a column, in counts and sums."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ColumnKind = Literal["numeric", "categorical"]

PREDICTION = ":prediction"
"""Stands as column name for the prediction."""
LABEL = ":label"
"""Stands as column name for the label."""


@dataclass(frozen=True)
class RunFloor:
    """Greatest distance, by one measure, of a batch-long run of days inside the training rows from the other days; 0
    where the rows have no days."""

    measure: str
    distance: float


@dataclass(frozen=True)
class DriftReference:
    """The bins of one column, and the training rows counted in them.

    numeric: bin i holds (edges[i-1], edges[i]], the first and the last are open to the infinities, sums are the sums of
    the values in each bin, len(counts) == len(edges) + 1. categorical: categories are the known ones, most frequent
    first; the first len(counts) - 2 have a bin of their own, then come the bins "other known" and "unseen"; no sums.
    rows includes nulls (null or NaN). mean and standard_deviation are those of the finite values, 0 for none; the
    deviation of a constant is 0. run_floors: one a measure; runs: how many batch lengths of days the rows span, 0 where
    they have none.
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
    mean: float
    standard_deviation: float
    run_floors: tuple[RunFloor, ...]
    runs: int
    run_id: str
    attempt_id: str
    at: datetime
