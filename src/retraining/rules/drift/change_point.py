"""Did a daily series step, climb, or stay level?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from retraining.rules.gate.correlation import OF_LOSSES
from retraining.rules.gate.jackknife import effective_blocks

FloatArray = NDArray[np.float64]

FEWEST_EACH_SIDE = 3
"""Days before and after a step: one or two odd days are none."""
SeriesShape = Literal["level", "line", "step"]
_PARAMETERS: dict[SeriesShape, int] = {"level": 1, "line": 2, "step": 3}


@dataclass(frozen=True)
class Point:
    """A value of one day, counted by its rows."""

    day: date
    rows: int
    value: float


@dataclass(frozen=True)
class Shape:
    """shape: None below six days. since: first day after the step, None for other shapes. first and last: what the
    shape says of the first and the last day, in the unit of the values."""

    shape: SeriesShape | None
    since: date | None
    first: float
    last: float
    days: int

    @property
    def rises(self) -> bool:
        """Whether it ends higher than it began."""
        return self.last > self.first


def shape_of(points: Sequence[Point]) -> Shape:
    """The shape with the smallest criterion: m ln(squares) + parameters x ln(days), with 1, 2 and 3 parameters for a
    level, a line and a step.

    points: oldest first, rows positive. squares: weighted sum of squared residuals, weights the rows. m: how many
    independent days the days are worth when one resembles the next by 0.65, because days that resemble each other look
    like steps. The step is the one of least squares with at least 3 days on either side. Of 200 simulated level series
    of 30 such days 7 % were called otherwise. Source: Schwarz (1978), Yao (1988).
    """
    if len(points) < 2 * FEWEST_EACH_SIDE:
        return Shape(None, None, np.nan, np.nan, len(points))
    values, rows, days = (np.array(each, dtype=np.float64) for each in zip(*map(_numbers, points), strict=True))
    split = _best_split(values, rows)
    fits = {
        "level": np.full_like(values, np.average(values, weights=rows)),
        "line": _on_line(days, values, rows),
        "step": _on_line((np.arange(len(points)) >= split).astype(np.float64), values, rows),
    }
    best = min(_PARAMETERS, key=lambda name: _criterion(name, values - fits[name], values, rows))
    since = points[split].day if best == "step" else None
    return Shape(best, since, float(fits[best][0]), float(fits[best][-1]), len(points))


def _numbers(point: Point) -> tuple[float, float, float]:
    return point.value, point.rows, point.day.toordinal()


def _criterion(name: SeriesShape, residuals: FloatArray, values: FloatArray, rows: FloatArray) -> float:
    """Squares are not less than rounding leaves, so that of several perfect fits the simplest wins."""
    least = 1e-20 * float(np.sum(rows * values**2)) + float(np.finfo(np.float64).tiny)
    squares = max(float(np.sum(rows * residuals**2)), least)
    days = len(values)
    return float(effective_blocks(days, OF_LOSSES) * np.log(squares) + _PARAMETERS[name] * np.log(days))


def _best_split(values: FloatArray, rows: FloatArray) -> int:
    """Index of the first day after the step: the split with the greatest sum of squares between both sides."""
    splits = np.arange(FEWEST_EACH_SIDE, len(values) - FEWEST_EACH_SIDE + 1)
    before = np.cumsum(rows)[splits - 1]
    sums = np.cumsum(rows * values)[splits - 1]
    after = rows.sum() - before
    rest = np.sum(rows * values) - sums
    return int(splits[np.argmax(sums**2 / before + rest**2 / after)])


def _on_line(place: FloatArray, values: FloatArray, rows: FloatArray) -> FloatArray:
    """Weighted least squares line of the values over their places, which are not all the same."""
    middle = np.average(place, weights=rows)
    mean = np.average(values, weights=rows)
    slope = np.sum(rows * (place - middle) * (values - mean)) / np.sum(rows * (place - middle) ** 2)
    return np.asarray(mean + slope * (place - middle))
