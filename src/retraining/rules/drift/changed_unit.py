"""Do a column's values look like the reference's in another unit?"""

from dataclasses import dataclass

import numpy as np

from retraining.records.change import ColumnState

MOST_POWER = 9
_POWER_SPREAD = 1.5
_POWER_SHIFT = 0.5
_UNIT_SPREAD = 1.05
_UNIT_SHIFT = 0.25


@dataclass(frozen=True)
class Unit:
    """A change of unit: now = factor x before + offset."""

    factor: float
    offset: float
    words: str


KNOWN_UNITS = (
    Unit(1.609344, 0.0, "miles became kilometres"),
    Unit(3.6, 0.0, "metres a second became kilometres an hour"),
    Unit(0.3048, 0.0, "feet became metres"),
    Unit(2.54, 0.0, "inches became centimetres"),
    Unit(2.204623, 0.0, "kilograms became pounds"),
    Unit(60.0, 0.0, "hours became minutes, or minutes seconds"),
    Unit(1.8, 32.0, "degrees Celsius became Fahrenheit"),
    Unit(1 / 1.609344, 0.0, "kilometres became miles"),
    Unit(1 / 3.6, 0.0, "kilometres an hour became metres a second"),
    Unit(1 / 0.3048, 0.0, "metres became feet"),
    Unit(1 / 2.54, 0.0, "centimetres became inches"),
    Unit(1 / 2.204623, 0.0, "pounds became kilograms"),
    Unit(1 / 60.0, 0.0, "minutes became hours, or seconds minutes"),
    Unit(1 / 1.8, -32.0 / 1.8, "degrees Fahrenheit became Celsius"),
)


@dataclass(frozen=True)
class _Moments:
    mean: float
    spread: float
    mean_now: float
    spread_now: float


def changed_unit(column: ColumnState) -> Unit | None:
    """The unit whose factor mean and standard deviation both follow; the closest one, None when there is none.

    A power of ten (10 to 10^9, or its inverse) may miss the spread by half and the mean by half a standard deviation:
    batches differ, but not by orders of magnitude. A known unit may miss the spread by 5 % and the mean by a quarter of
    a standard deviation, and the mean must be informative: it is at least one standard deviation from where the
    conversion leaves it unchanged. Half of the rows in another unit are not recognised.
    """
    known = column.mean, column.standard_deviation, column.reference_mean, column.reference_standard_deviation
    if any(each is None or not np.isfinite(each) for each in known):
        return None
    mean_now, spread_now, mean, spread = (float(each) for each in known if each is not None)
    if spread <= 0 or spread_now <= 0:
        return None
    moments = _Moments(mean, spread, mean_now, spread_now)
    power = round(np.log10(spread_now / spread))
    if 0 < abs(power) <= MOST_POWER and _follows(moments, ten := _power(power), _POWER_SPREAD, _POWER_SHIFT):
        return ten
    fitting = [
        each for each in KNOWN_UNITS if _tells(moments, each) and _follows(moments, each, _UNIT_SPREAD, _UNIT_SHIFT)
    ]
    return min(fitting, key=lambda each: abs(np.log(spread_now / spread / each.factor)), default=None)


def _power(power: int) -> Unit:
    factor = 10.0**power
    times = f"{factor:,.0f} times" if power > 0 else f"1/{10**-power:,} of"
    return Unit(factor, 0.0, times)


def _follows(moments: _Moments, unit: Unit, most_spread: float, most_shift: float) -> bool:
    spread = moments.spread * unit.factor
    shift = abs(moments.mean_now - (moments.mean * unit.factor + unit.offset)) / spread
    return bool(abs(np.log(moments.spread_now / spread)) <= np.log(most_spread) and shift <= most_shift)


def _tells(moments: _Moments, unit: Unit) -> bool:
    unchanged = unit.offset / (1 - unit.factor)
    return abs(moments.mean - unchanged) >= moments.spread
