"""What kind of change a batch shows, and what the kind is named from."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from retraining.records.drift import DriftVerdict

KindOfChange = Literal["none", "data_fault", "virtual", "sudden", "gradual", "recurring", "unknown"]


@dataclass(frozen=True)
class ChangeKind:
    """since: estimated first day of the change, None where no day stands out. response: what the kind suggests, which
    decides nothing. Both texts are sentences; reason has the numbers."""

    kind: KindOfChange
    since: date | None
    response: str
    reason: str


@dataclass(frozen=True)
class ColumnState:
    """One column of the newest batch beside the champion's reference.

    distance and threshold in the unit of the measure that decides. Shares are 0 to 1; null shares are of all rows,
    unseen_share of the values, unseen: such categories where known, most frequent first. mean and standard_deviation
    are those of the finite values; None for a category or without a value.
    """

    name: str
    verdict: DriftVerdict
    distance: float | None
    threshold: float | None
    null_share: float
    reference_null_share: float
    unseen_share: float | None = None
    unseen: tuple[str, ...] = ()
    mean: float | None = None
    standard_deviation: float | None = None
    reference_mean: float | None = None
    reference_standard_deviation: float | None = None


@dataclass(frozen=True)
class DayLoss:
    """Mean loss of the champion on the rows of one day that it had not seen; days without labels are absent."""

    day: date
    rows: int
    loss: float


@dataclass(frozen=True)
class DistanceAt:
    """Distance from the live reference of the rows of one day, or of the batch that begins on that day."""

    day: date
    rows: int
    distance: float


@dataclass(frozen=True)
class ArchivedDistance:
    """Distance of the newest batch from what an earlier version was trained on."""

    version: str
    distance: float


@dataclass(frozen=True)
class SeasonDistance:
    """Distance of the drifted columns of the newest batch from the rows of the days `first` to `last`, its part of the
    calendar a year before: their mean, each in units of the threshold that it exceeds against the champion's rows."""

    first: date
    last: date
    distance: float


@dataclass(frozen=True)
class ChangeEvidence:
    """Everything that the naming of a change may look at.

    losses and distances: oldest first, one a day at most, since the champion went live. expected_loss: mean loss at
    promotion, in the unit of losses. batch_from: first day of the newest batch. labelled_share: share of its rows that
    have a label. live_distance and archived: distances of the newest batch, of one kind. season: None where
    there are not enough rows of a year before.
    """

    columns: tuple[ColumnState, ...]
    losses: tuple[DayLoss, ...]
    expected_loss: float | None
    distances: tuple[DistanceAt, ...]
    batch_from: date | None
    labelled_share: float
    live_distance: float | None = None
    archived: tuple[ArchivedDistance, ...] = ()
    season: SeasonDistance | None = None
