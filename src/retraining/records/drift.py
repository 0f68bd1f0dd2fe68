"""What versions were trained on, what batches looked like, and how far apart the two are."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from retraining.records.run import Stamped

ColumnKind = Literal["numeric", "categorical"]
_IS_NUMERIC: dict[ColumnKind, bool] = {"numeric": True, "categorical": False}

PREDICTION = ":prediction"
"""Column name of the prediction."""
LABEL = ":label"
"""Column name of the label."""


@dataclass(frozen=True)
class RunFloor:
    """How far a batch-long period of days differs from the other days of the training rows."""

    measure: str
    """The measure that the distance is in."""
    distance: float
    """The greatest of all such periods; 0 where the rows have no days."""


@dataclass(frozen=True)
class ShortFloor:
    """How far a period that is shorter than a batch usually is differs from the other days of the training rows."""

    measure: str
    """The measure that the distance is in."""
    days: int
    """Days with rows that such a period has, one after the other."""
    distance: float
    """The greatest of all such periods."""


@dataclass(frozen=True)
class DriftReference(Stamped):
    """The bins of one column, and the training rows counted in them."""

    model: str
    """Name of the model."""
    version: str
    """The version that was trained on the rows."""
    seq: int
    """Number of the commit of the model's references."""
    column_name: str
    """Name of the column, ":prediction" or ":label"."""
    kind: ColumnKind
    """How the column is binned."""
    edges: tuple[float, ...]
    """Numeric columns: bin i holds (edges[i-1], edges[i]]; the first and the last bin are open to the infinities."""
    categories: tuple[str, ...]
    """Categorical columns: the known categories, most frequent first. The first len(counts) - 2 have a separate
    bin, then come the bins "other known" and "unseen"."""
    counts: tuple[int, ...]
    """Rows in each bin. Numeric columns: len(counts) == len(edges) + 1."""
    sums: tuple[float, ...]
    """Sums of the values in each bin; empty for categorical columns."""
    rows: int
    """With nulls."""
    nulls: int
    """Null or NaN."""
    mean: float
    """Of the finite values; 0 without any."""
    standard_deviation: float
    """Of the finite values; 0 for a constant, or without any."""
    run_floors: tuple[RunFloor, ...]
    """One for each measure, and for the shares of nulls, of new categories and of one new value."""
    runs: int
    """How many batch lengths of days the rows span; 0 where they have no days."""
    short_floors: tuple[ShortFloor, ...] = ()
    """The same for periods of fewer days; empty without two weeks of days, and in rows older than this column."""
    period_days: int | None = None
    """How many days with rows a batch usually has; None where the rows have no days, and in rows older than this
    column."""
    day_gap: int | None = None
    """From one day with rows to the next, as in nine of ten cases; None as for period_days."""
    most_alike: tuple[int, ...] = ()
    """Numeric columns: rows of the most frequent value of each bin; empty in rows older than this column."""
    category_rows: tuple[int, ...] = ()
    """Categorical columns: rows of each of the known categories; empty in rows older than this column."""
    minimum: float | None = None
    """Numeric columns: the least finite value; None without any, and in rows older than this column."""
    maximum: float | None = None
    """Numeric columns: the greatest finite value; None as for minimum."""

    @property
    def is_numeric(self) -> bool:
        """Whether the bins are in order and have edges; else each is a category."""
        return _IS_NUMERIC[self.kind]


@dataclass(frozen=True)
class UnseenCategory:
    """A category that no training row had, or a number that many rows of the batch share."""

    name: str
    """The category, or the number as text."""
    rows: int
    """Rows of the day with it."""


@dataclass(frozen=True)
class DriftProfile(Stamped):
    """One column of one day of one batch, counted in the bins of `version`."""

    model: str
    """Name of the model."""
    version: str
    """The version whose bins are used."""
    batch_seq: int
    """Number of the batch."""
    column_name: str
    """Name of the column, ":prediction" or ":label"."""
    day: date | None
    """None where rows have no time."""
    counts: tuple[int, ...]
    """As in DriftReference."""
    sums: tuple[float, ...]
    """As in DriftReference."""
    nulls: int
    """Without NaN."""
    nans: int
    """NaN values."""
    zeros: int
    """Values that are 0."""
    squares: float
    """Sum of squared deviations from the reference's mean."""
    minimum: float | None
    """Of the finite values; None without any."""
    maximum: float | None
    """Of the finite values; None without any."""
    unseen: tuple[UnseenCategory, ...]
    """Categories that no training row had, and numbers that a part of the batch shares; rare ones are not named."""
    source: str | None = None
    """The source that counted batch_seq; None in rows that are older than this column."""


DriftVerdict = Literal["stable", "drifted", "not_enough_data"]
Against = Literal["reference", "previous_batch"]


@dataclass(frozen=True)
class DriftMetric(Stamped):
    """One column of one evaluation. Distances compare the values that are there; they are None where they have no
    meaning or nothing can be compared."""

    model: str
    """Name of the model."""
    evaluation_id: str
    """The evaluation, as in its decision."""
    seq: int
    """Number of the commit of the evaluation."""
    batch_seq: int
    """The batch that was compared."""
    champion_version: str
    """The version whose bins are used."""
    against: Against
    """What the batch is compared with."""
    column_name: str
    """":prediction" for the prediction, ":label" for the label."""
    kind: ColumnKind
    """How the column is binned."""
    rows: int
    """With missing values."""
    reference_rows: int
    """With missing values."""
    population_stability_index: float | None
    """In nats, over the reference's deciles."""
    kl_divergence: float | None
    """Of the batch from the reference, in nats, over the reference's deciles."""
    jensen_shannon: float | None
    """The distance, with logarithms to base 2: 0 to 1."""
    kolmogorov_smirnov: float | None
    """The greatest difference at the bins' edges."""
    wasserstein: float | None
    """In standard deviations of the reference."""
    total_variation: float | None
    """In shares, 0 to 1."""
    l_infinity: float | None
    """In shares, 0 to 1."""
    chi_squared: float | None
    """Pearson's statistic."""
    null_share: float
    """Null and NaN."""
    reference_null_share: float
    """The same share in the reference."""
    nan_share: float
    """NaN only."""
    unseen_share: float | None
    """Share of the values that no training row had."""
    unseen: tuple[str, ...]
    """The most frequent of them."""
    mean: float | None
    """Of the batch."""
    reference_mean: float | None
    """Mean of what it is compared with; None for a categorical column and without a finite value."""
    standard_deviation: float | None
    """Of the batch."""
    reference_deviation: float | None
    """Standard deviation of what it is compared with; None for a categorical column and without a finite value."""
    measure: str
    """The measure that decides."""
    noise_floor: float | None
    """The larger of pure sampling error and the variation between batch-length periods of the training data."""
    threshold: float | None
    """The larger of the policy's threshold and the noise floor."""
    verdict: DriftVerdict
    """Whether the column drifted."""
    reason: str
    """A sentence with the numbers."""
    fault: str | None = None
    """What is wrong, where the column looks broken and not changed."""
    source: str | None = None
    """The source that counted batch_seq; None in rows that are older than this column."""
    null_limit: float | None = None
    """Greatest change of the null share that passes; None in rows that are older than this column."""
    unseen_limit: float | None = None
    """Greatest unseen share that passes; None where there is no unseen share, and in rows older than this column."""
    new_value: str | None = None
    """A value that hardly any training row had, and many rows of the batch have; None where there is none."""
    new_value_share: float | None = None
    """Share of the values that are new_value."""
    new_value_limit: float | None = None
    """Greatest share of a new value that passes; None without a new value."""

    @property
    def is_numeric(self) -> bool:
        """Whether the column has numbers."""
        return _IS_NUMERIC[self.kind]

    @property
    def distance(self) -> float | None:
        """The distance that decides."""
        found: float | None = getattr(self, self.measure)
        return found


@dataclass(frozen=True)
class DetectorState(Stamped):
    """One detector after one batch."""

    model: str
    """Name of the model."""
    version: str
    """The champion whose errors the detector follows."""
    seq: int
    """Number of the commit among the model's detector states."""
    detector: str
    """Name of the algorithm."""
    state: str
    """The detector as JSON, which only the same version of its algorithm reads."""
    batch_seq: int
    """Rows of batches up to this one have been fed, in the order of the ledger and once."""
    newest: str | None
    """Ledger value of the last row fed, as text; None before the first."""
    rows: int
    """Fed in this batch."""
    late: int
    """Rows older than newest, which a sequence cannot take."""
    alarms: int
    """Raised in this batch."""
    first_alarm: str | None
    """Ledger value of the first alarm of this batch."""
    level: str
    """What the detector reports after the batch: stable, warning or drift."""
    source: str | None = None
    """The source that counted batch_seq; None in rows that are older than this column."""


@dataclass(frozen=True)
class DomainVerdict:
    """Whether a classifier can tell the rows of a batch from the training rows."""

    auc: float | None
    """Area under the curve on rows that the classifier had not seen; 0.5 is guessing. None without enough data."""
    bound: float | None
    """What the area reaches by chance. None without enough data."""
    verdict: DriftVerdict
    """Whether the batch differs."""
    columns: tuple[tuple[str, float], ...]
    """(name, importance), greatest first: the area that is lost when the values of the column are shuffled. Near 0, of
    either sign, where the column does not matter. Empty unless the batch differs."""
    reason: str
    """A sentence with the numbers."""
