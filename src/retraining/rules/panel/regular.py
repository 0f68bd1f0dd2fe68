"""One series as values of consecutive steps, with all that is odd about it counted."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retraining.rules.panel.steps import Steps, steps_of
from retraining.spec.forecast_section import Frequency, Missing

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Calendar:
    """How a panel counts time. missing: what a step without a row means; error: the series has no model until it is
    there, gap: its value is not known, zero: its value is 0."""

    frequency: Frequency
    season_length: int
    missing: Missing = "error"


@dataclass(frozen=True)
class Regular:
    """values: of the steps from first on, NaN where none is known; last_time: the newest time, which forecasts are
    stamped like."""

    first: int
    values: FloatArray
    last_time: pd.Timestamp | None
    missing: int = 0
    """Steps without a row between the first and the last one."""
    unknown: int = 0
    """Rows whose value is null, NaN or infinite."""
    conflicting: int = 0
    """Steps with rows of different values; the newest row counts."""
    future: int = 0
    """Rows after the origin, which are not looked at."""
    last_row: int | None = None
    """Step of the newest row; None without one."""
    missing_means: Missing = "error"

    @property
    def last(self) -> int:
        """The last step."""
        return self.first + len(self.values) - 1

    @property
    def stretch(self) -> FloatArray:
        """The newest values without an unknown one between them: what models learn from."""
        known = np.isfinite(self.values)
        end = len(known) - int(np.argmax(known[::-1])) if known.any() else 0
        gaps = np.flatnonzero(~known[:end])
        return self.values[int(gaps[-1]) + 1 if gaps.size else 0 : end]

    @property
    def behind(self) -> int:
        """Unknown steps after the newest known value."""
        known = np.flatnonzero(np.isfinite(self.values))
        return len(self.values) - 1 - int(known[-1]) if known.size else len(self.values)


NOTHING = Regular(0, np.empty(0), None)


def regular(times: pd.DatetimeIndex, values: FloatArray, calendar: Calendar, until: int) -> Regular:
    """The series up to and with the step `until`, the panel's origin. Rows may come in any order; of two rows of one
    step, the later time counts, and of two of one time the last row.

    Where a missing step means 0, steps after the last row are 0 up to the origin.
    """
    if not len(times):
        return NOTHING

    steps = steps_of(times, calendar.frequency)
    seen = steps <= until
    order = np.argsort(times.to_numpy()[seen], kind="stable")
    kept = steps[seen][order]
    if not len(kept):
        return Regular(0, np.empty(0), None, future=int((~seen).sum()))

    ordered = np.asarray(values, dtype=np.float64)[seen][order]
    finite = np.where(np.isfinite(ordered), ordered, np.nan)
    last = until if calendar.missing == "zero" else int(kept.max())
    row, found = _one_a_step(kept, finite, int(kept.min()), last)
    if calendar.missing == "zero":
        found = np.where(row, found, 0.0)

    return Regular(
        first=int(kept.min()),
        values=found,
        last_time=times[int(np.flatnonzero(seen)[order[-1]])],
        missing=int((~row[: int(kept.max() - kept.min()) + 1]).sum()),
        unknown=int(np.isnan(finite).sum()),
        conflicting=_conflicting(kept, finite),
        future=int((~seen).sum()),
        last_row=int(kept.max()),
        missing_means=calendar.missing,
    )


def _one_a_step(steps: Steps, values: FloatArray, first: int, last: int) -> tuple[NDArray[np.bool_], FloatArray]:
    """Whether each step has a row, and the value of its newest one."""
    row = np.zeros(last - first + 1, dtype=np.bool_)
    found = np.full(last - first + 1, np.nan)
    row[steps - first] = True
    found[steps - first] = values  # the last of equal places is kept
    return row, found


def _conflicting(steps: Steps, values: FloatArray) -> int:
    """Steps whose rows differ in value."""
    if len(np.unique(steps)) == len(steps):
        return 0
    pairs = pd.DataFrame({"step": steps, "value": values}).drop_duplicates()
    return int((pairs["step"].value_counts() > 1).sum())
