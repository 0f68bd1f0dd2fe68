"""How far the training rows' own periods differ from their other days: what a batch may do too."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retraining.records.drift import DriftReference, RunFloor, ShortFloor
from retraining.rules.drift.bin_finder import bin_finder
from retraining.rules.drift.bins import category_bins
from retraining.rules.drift.measures import BinCounts, Scale, scale_of
from retraining.rules.drift.new_values import NEW_SHARE, alike, newest_shares
from retraining.rules.drift.noise_floor import distances_of_runs, greatest_of
from retraining.spec.drift_section import CategoricalMeasure, NumericMeasure

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MEASURES = {"numeric": get_args(NumericMeasure), "categorical": get_args(CategoricalMeasure)}
NULLS = "null_share"
UNSEEN = "unseen_share"
NEW = "new_value"
"""What a floor is of, beside the measures."""
SHORTER = (1, 2, 3, 5, 7, 10, 14, 21)
"""Days of the periods that batches shorter than usual are compared with: the next smaller one is taken."""
FEWEST_DAYS = 14
"""Two weeks, so that each day of the week has been there twice."""
FEWEST_PERIODS = 4
"""As many periods of one length must fit into the days."""
DAY_COUNTS = 0.05
"""A day with a smaller part of the rows of a usual one holds rows that came late, or too early, and does not count."""
_TWO = Scale(np.zeros(0), np.arange(2), 0.0)
_GAPS = 0.9


@dataclass(frozen=True)
class Calendar:
    """Days of the training rows. known: shape (days,), increasing; place: shape (rows,), which of them is a row's;
    usual: shape (days,), false for days with hardly any row; batch_days: how many days a batch usually spans."""

    known: IntArray
    place: IntArray
    usual: NDArray[np.bool_]
    batch_days: int

    @property
    def period_days(self) -> int:
        """How many days with rows a batch usually has."""
        days = self.known[self.usual]
        return max(1, round(self.batch_days * len(days) / int(days[-1] - days[0] + 1)))

    @property
    def gap(self) -> int:
        """From one day with rows to the next, in nine of ten cases."""
        gaps = np.diff(self.known[self.usual])
        return int(np.quantile(gaps, _GAPS, method="higher")) if gaps.size else 1

    @property
    def shorter(self) -> tuple[int, ...]:
        """Days of the shorter periods that there are enough of."""
        days = self.known[self.usual]
        if days[-1] - days[0] + 1 < FEWEST_DAYS:
            return ()
        return tuple(each for each in SHORTER if each < self.period_days and each * FEWEST_PERIODS <= len(days))


def calendar_of(days: IntArray, batch_days: int) -> Calendar:
    """The calendar of some rows, at least one."""
    known, place, rows = np.unique(days, return_inverse=True, return_counts=True)
    return Calendar(known, place, rows >= DAY_COUNTS * np.median(rows), batch_days)


def with_day_floors(
    reference: DriftReference, column: "pd.Series[Any]", calendar: Calendar, min_rows: int
) -> DriftReference:
    """The reference with its floors: the greatest distance of a batch-long period of days from the other days, in each
    measure, and the same for shorter periods."""
    rows = _Rows.of(reference, column, calendar)
    floors = tuple(RunFloor(what, found) for what, found in rows.floors(None, min_rows))
    short = tuple(
        ShortFloor(what, days, found) for days in calendar.shorter for what, found in rows.floors(days, min_rows)
    )
    return replace(
        reference, run_floors=floors, short_floors=short, period_days=calendar.period_days, day_gap=calendar.gap
    )


@dataclass(frozen=True)
class _Rows:
    """A column by day. counted: in the reference's bins; nulls: with a value, and without one, shape (days, 2). codes
    and code_days: equal for equal values, and their place in the calendar, of the rows whose value may matter."""

    reference: DriftReference
    calendar: Calendar
    counted: BinCounts
    nulls: BinCounts
    codes: IntArray
    code_days: IntArray

    @staticmethod
    def of(reference: DriftReference, column: "pd.Series[Any]", calendar: Calendar) -> "_Rows":
        there = column.notna().to_numpy()
        place = calendar.place[there]
        values = column[there]
        many = len(calendar.known)
        sides = np.column_stack([np.bincount(calendar.place[each], minlength=many) for each in (there, ~there)])
        counted, codes = _by_day(reference, values, place, many)
        kept = codes >= 0
        nulls = BinCounts(sides.astype(np.float64), np.zeros(sides.shape))
        return _Rows(reference, calendar, counted, nulls, codes[kept], place[kept])

    def floors(self, days: int | None, min_rows: int) -> Iterator[tuple[str, float]]:
        """Each measure with its floor, for periods of this many days with rows; None: for those of a batch. Of shorter
        periods only what could be measured."""
        scale = scale_of(self.reference)
        for measure in MEASURES[self.reference.kind]:
            if measure != "wasserstein" or scale.has_unit:
                found = distances_of_runs(measure, scale, *self._runs(self.counted, days), min_rows)
                if found.size or days is None:
                    yield measure, greatest_of(found)

        found = distances_of_runs("l_infinity", _TWO, *self._runs(self.nulls, days), min_rows)
        if found.size or days is None:
            yield NULLS, greatest_of(found)
            unseen, new = self._newest(days, min_rows)
            yield NEW, new
            if not self.reference.is_numeric:
                yield UNSEEN, unseen

    def _runs(self, counted: BinCounts, days: int | None) -> tuple[IntArray, BinCounts, int]:
        """The days, their counts and how many make a period. In the calendar a period of a batch may have days without
        rows; a shorter one is made of usual days, one after the other."""
        usual = self.calendar.usual
        if days is None:
            return self.calendar.known, counted, self.calendar.batch_days
        return np.arange(int(usual.sum())), BinCounts(counted.counts[usual], counted.sums[usual]), days

    def _newest(self, days: int | None, min_rows: int) -> tuple[float, float]:
        calendar = self.calendar
        if days is None:
            period = (calendar.known - calendar.known[0]) // calendar.batch_days
        else:
            period = np.where(calendar.usual, (np.cumsum(calendar.usual) - 1) // days, -1)
        in_period = period >= 0
        sizes = np.bincount(period[in_period], weights=self.nulls.counts[in_period, 0]).astype(np.int64)
        periods = period[self.code_days]
        kept = periods >= 0
        return newest_shares(self.codes[kept], periods[kept], sizes, min_rows)


def _by_day(
    reference: DriftReference, values: "pd.Series[Any]", place: IntArray, days: int
) -> tuple[BinCounts, IntArray]:
    """Counts and sums of shape (days, bins), and a code of each value: -1 where a number is too rare to matter."""
    size = len(reference.counts)
    if reference.is_numeric:
        weights = values.to_numpy(dtype=np.float64)
        bins = bin_finder(np.array(reference.edges)).find(weights)
        codes = _codes_of_frequent(weights, days)
    else:
        texts = values.astype(str)
        weights = np.zeros(len(texts))
        bins = category_bins(list(texts), reference.categories)
        codes = np.asarray(pd.factorize(texts)[0], dtype=np.int64)

    cells = place * size + np.asarray(bins, dtype=np.int64)
    shape = (days, size)
    parts = [np.bincount(cells, weights=each, minlength=days * size) for each in (np.ones(len(cells)), weights)]
    counts, sums = (np.asarray(each, dtype=np.float64).reshape(shape) for each in parts)
    return BinCounts(counts, sums), codes


def _codes_of_frequent(values: FloatArray, days: int) -> IntArray:
    """Codes of the numbers that are frequent enough to be NEW_SHARE of one day of average size, -1 for the others."""
    known, times = alike(np.sort(values))
    frequent = known[times >= max(2.0, NEW_SHARE * len(values) / days)]
    if not frequent.size:
        return np.full(len(values), -1)
    place = np.minimum(np.searchsorted(frequent, values), frequent.size - 1)
    return np.where(frequent[place] == values, place, -1)
