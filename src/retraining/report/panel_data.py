"""What the page of a forecast shows beside that of any model, as values. Its size does not depend on the number of
series."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Accuracy:
    """Measures of forecasts whose actuals are there. version: the version that forecast; steps: which steps of the
    horizon; measures: by the names of `rules.panel.accuracy`, and `naive`, the mean scaled error of the seasonal naive
    forecast on the same actuals; None where nothing is known."""

    version: str
    steps: str
    forecasts: int
    measures: Mapping[str, float | None]


@dataclass(frozen=True)
class PanelError:
    """Mean scaled errors of one batch of actuals: of the version that was live, of the seasonal naive forecast from the
    same origins, and of a panel that is fitted again in full where the stage compare_refit has measured it."""

    batch_seq: int
    version: str
    live: float
    naive: float
    refit: float | None


@dataclass(frozen=True)
class BatchActions:
    """How many series had which action when a batch came."""

    batch_seq: int
    series: Mapping[str, int]


@dataclass(frozen=True)
class Point:
    """One step of a series that is drawn: its actual, or its forecast with the ends of the widest interval."""

    at: datetime
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class DrawnSeries:
    """A series that stands for others. place: best, median or worst by its mean scaled error, which is `error`."""

    series: str
    place: str
    error: float
    forecaster: str
    actual: tuple[Point, ...]
    ahead: tuple[Point, ...]


@dataclass(frozen=True)
class FallbackReason:
    """Series of the live panel that have the seasonal naive forecast for one reason, and some of them by name."""

    reason: str
    series: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class PanelPage:
    """The live panel of a forecast. levels: of the intervals, in per cent; errors and actions are oldest first."""

    version: str
    series: int
    levels: tuple[int, ...]
    accuracy: tuple[Accuracy, ...] = ()
    errors: tuple[PanelError, ...] = ()
    actions: tuple[BatchActions, ...] = ()
    drawn: tuple[DrawnSeries, ...] = ()
    fallbacks: tuple[FallbackReason, ...] = ()
