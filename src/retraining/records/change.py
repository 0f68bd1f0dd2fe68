"""What kind of change a batch shows, and what the kind is named from."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from retraining.records.drift import DriftVerdict

KindOfChange = Literal["none", "data_fault", "virtual", "sudden", "gradual", "recurring", "unknown"]


@dataclass(frozen=True)
class ChangeKind:
    """What kind of change a batch shows."""

    kind: KindOfChange
    """Name of the kind."""
    since: date | None
    """Estimated first day of the change; None where no day is clear."""
    response: str
    """A sentence: what the kind suggests. It decides nothing."""
    reason: str
    """A sentence with the numbers."""


@dataclass(frozen=True)
class DataFault:
    """A certain fault of one column in one batch. Until a person has answered it, nothing is trained."""

    batch_seq: int
    """The batch whose rows show it."""
    column_name: str
    """Name of the column, ":prediction" or ":label"."""
    fault: str
    """null_surge, changed_unit, frozen or other_type."""
    detail: str
    """What tells it from another fault of this name: the factor of a unit, the one value of a frozen column."""
    champion_version: str
    """The version whose training rows show what the column was before."""
    first_day: date | None
    """First day of the batch's rows; None where rows have no time."""
    last_day: date | None
    """Last day of the batch's rows; None where rows have no time."""
    sentence: str
    """The fault in words, with the numbers."""


@dataclass(frozen=True)
class ColumnState:
    """One column of the newest batch beside the champion's reference. Shares are 0 to 1."""

    name: str
    """Name of the column."""
    verdict: DriftVerdict
    """Whether it drifted."""
    distance: float | None
    """In the unit of the measure that decides."""
    threshold: float | None
    """In the unit of the measure that decides."""
    null_share: float
    """Of all rows."""
    reference_null_share: float
    """Of all rows."""
    unseen_share: float | None = None
    """Of the values."""
    unseen: tuple[str, ...] = ()
    """Unseen categories where known, most frequent first."""
    mean: float | None = None
    """Of the finite values; None for a category or without a value."""
    standard_deviation: float | None = None
    """Of the finite values; None for a category or without a value."""
    reference_mean: float | None = None
    """Mean in the reference; None for a category and without a value."""
    reference_standard_deviation: float | None = None
    """Standard deviation in the reference; None for a category and without a value."""
    varies_within_days: bool = True
    """Whether a day of the batch before had several values. Else, as of the month, one value says nothing."""
    only_category: str | None = None
    """The category that all values have; None for a number, and for several categories."""
    known_categories: tuple[str, ...] = ()
    """Those of the reference, most frequent first; none for a number."""
    null_limit: float | None = None
    """Greatest change of the null share that passes; None: the least one."""
    unseen_limit: float | None = None
    """Greatest unseen share that passes; None: the least one."""
    new_value: str | None = None
    """A value that hardly any row of the reference has, and too many of the batch."""
    new_value_share: float | None = None
    """Share of the values that are new_value."""
    is_numeric: bool = True
    """Whether the values are numbers."""


@dataclass(frozen=True)
class DayLoss:
    """Mean loss of the champion on the rows of one day that it had not seen; days without labels are absent."""

    day: date
    """The day."""
    rows: int
    """Labelled rows of the day."""
    loss: float
    """Mean over its rows."""


@dataclass(frozen=True)
class DistanceAt:
    """Distance of the rows of one day, or of a batch, from the live reference."""

    day: date
    """The day, or the batch's first day."""
    rows: int
    """Rows of the day or the batch."""
    distance: float
    """In the unit of the measure that decides."""


@dataclass(frozen=True)
class ArchivedDistance:
    """Distance of the newest batch from what an earlier version was trained on."""

    version: str
    """The earlier version."""
    distance: float
    """Mean distance of the columns that drifted from the live reference."""


@dataclass(frozen=True)
class SeasonDistance:
    """Distance of the drifted columns of the newest batch from the same days a year earlier."""

    first: date
    """First day of the rows a year earlier."""
    last: date
    """Last day of the rows a year earlier."""
    distance: float
    """Mean over the columns, each in units of the threshold that it exceeds against the champion's rows."""


@dataclass(frozen=True)
class ChangeEvidence:
    """Everything that the naming of a change may look at."""

    columns: tuple[ColumnState, ...]
    """The columns of the newest batch."""
    losses: tuple[DayLoss, ...]
    """Oldest first, at most one a day, since the champion went live."""
    expected_loss: float | None
    """Mean loss at promotion, in the unit of losses."""
    distances: tuple[DistanceAt, ...]
    """Oldest first, at most one a day, since the champion went live."""
    batch_from: date | None
    """First day of the newest batch."""
    labelled_share: float
    """Share of its rows that have a label."""
    live_distance: float | None = None
    """Distance of the newest batch from the live reference."""
    archived: tuple[ArchivedDistance, ...] = ()
    """Distances of the newest batch from earlier references, of the same kind."""
    season: SeasonDistance | None = None
    """None where there are not enough rows of a year earlier."""
    label: ColumnState | None = None
    """The label, which may be broken as a feature may; what it is otherwise shows in the error."""
    together: str | None = None
    """Said where a classifier tells the rows from the training rows by more than how high they are."""
