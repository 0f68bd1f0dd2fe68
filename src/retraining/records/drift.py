"""What versions were trained on, what batches looked like, and how far apart the two are."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

ColumnKind = Literal["numeric", "categorical"]
_IS_NUMERIC: dict[ColumnKind, bool] = {"numeric": True, "categorical": False}

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

    @property
    def is_numeric(self) -> bool:
        """Whether the bins are in order and have edges; else each is a category."""
        return _IS_NUMERIC[self.kind]


@dataclass(frozen=True)
class UnseenCategory:
    """A category that no training row had, and its rows."""

    name: str
    rows: int


@dataclass(frozen=True)
class DriftProfile:
    """One column of one day of one batch, counted in the bins of `version`. day is None where rows have no time.

    counts and sums as in DriftReference. squares: sum of squared deviations from the reference's mean. nulls does not
    count NaN. minimum and maximum are those of the finite values, None without any.
    """

    model: str
    version: str
    batch_seq: int
    column_name: str
    day: date | None
    counts: tuple[int, ...]
    sums: tuple[float, ...]
    nulls: int
    nans: int
    zeros: int
    squares: float
    minimum: float | None
    maximum: float | None
    unseen: tuple[UnseenCategory, ...]
    run_id: str
    attempt_id: str
    at: datetime


DriftVerdict = Literal["stable", "drifted", "not_enough_data"]
Against = Literal["reference", "previous_batch"]


@dataclass(frozen=True)
class DriftMetric:
    """One column of one evaluation. column_name is ":prediction" for the prediction, ":label" for the label.

    rows and reference_rows include missing values. population_stability_index and kl_divergence (of the batch from the
    reference) in nats over the reference's deciles, jensen_shannon the distance in bits (0 to 1), kolmogorov_smirnov
    the greatest difference at the bins' edges, wasserstein in standard deviations of the reference, total_variation and
    l_infinity in shares, chi_squared Pearson's statistic. Distances compare values that are there, and are None where
    they have no meaning or there is nothing to compare. null_share counts null and NaN, nan_share only NaN. mean and
    standard_deviation are those of the batch. unseen_share: share of the values that no training row had, unseen the
    most frequent of them. measure decides: its distance is held to threshold = max(policy, noise_floor). fault says
    what is wrong where a column looks broken rather than changed.
    """

    model: str
    evaluation_id: str
    seq: int
    batch_seq: int
    champion_version: str
    against: Against
    column_name: str
    kind: ColumnKind
    rows: int
    reference_rows: int
    population_stability_index: float | None
    kl_divergence: float | None
    jensen_shannon: float | None
    kolmogorov_smirnov: float | None
    wasserstein: float | None
    total_variation: float | None
    l_infinity: float | None
    chi_squared: float | None
    null_share: float
    reference_null_share: float
    nan_share: float
    unseen_share: float | None
    unseen: tuple[str, ...]
    mean: float | None
    reference_mean: float | None
    standard_deviation: float | None
    reference_deviation: float | None
    measure: str
    noise_floor: float | None
    threshold: float | None
    verdict: DriftVerdict
    reason: str
    run_id: str
    attempt_id: str
    at: datetime
    fault: str | None = None

    @property
    def distance(self) -> float | None:
        """The distance that decides."""
        found: float | None = getattr(self, self.measure)
        return found


@dataclass(frozen=True)
class DetectorState:
    """One detector after one batch. state: JSON of the detector, read by its own algorithm version alone.

    batch_seq: rows of batches up to this one have been fed, in the order of the ledger and once. newest: ledger value,
    as text, of the last row fed; None before the first. rows: fed in this batch; late: rows older than newest, which a
    sequence cannot take back. alarms: raised in this batch, first_alarm the ledger value of the first.
    """

    model: str
    version: str
    seq: int
    detector: str
    state: str
    batch_seq: int
    newest: str | None
    rows: int
    late: int
    alarms: int
    first_alarm: str | None
    level: str
    run_id: str
    attempt_id: str
    at: datetime


@dataclass(frozen=True)
class DomainVerdict:
    """auc: area under the curve on rows that the classifier had not seen, 0.5 is guessing; bound: what it reaches by
    chance. Both are None without enough data. columns: (name, importance), worst first, the importance being the area
    that is lost when the column's values are shuffled (near 0, of either sign, where it does not matter). reason: a
    sentence with the numbers."""

    auc: float | None
    bound: float | None
    verdict: DriftVerdict
    columns: tuple[tuple[str, float], ...]
    reason: str
