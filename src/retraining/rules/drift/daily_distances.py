"""How far each day is from the reference: the series that a change point is looked for in."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from retraining.records.change import DistanceAt
from retraining.records.drift import DriftMetric, DriftReference
from retraining.rules.drift.measure_column import counted
from retraining.rules.drift.measures import BinCounts, distance, scale_of
from retraining.rules.drift.profile import Profile, stack
from retraining.spec.drift_section import Measure

FEWEST_ROWS = 20
"""A day with fewer rows says more about chance than about the day."""


def daily_distances(
    drifted: Sequence[DriftMetric],
    references: Mapping[str, DriftReference],
    profiles: Mapping[str, Mapping[date | None, Profile]],
) -> tuple[DistanceAt, ...]:
    """Oldest first, the mean distance of the drifted columns, each in units of its threshold; none without days."""
    by_day: dict[date, list[float]] = {}
    rows: dict[date, int] = {}
    for metric in drifted:
        days = {day: each for day, each in profiles.get(metric.column_name, {}).items() if day is not None}
        known = {day: each for day, each in sorted(days.items()) if each.values >= FEWEST_ROWS}
        for day, found in _distances(metric, references[metric.column_name], known).items():
            by_day.setdefault(day, []).append(found)
            rows[day] = max(rows.get(day, 0), known[day].rows)
    return tuple(DistanceAt(day, rows[day], float(np.mean(by_day[day]))) for day in sorted(by_day))


def _distances(metric: DriftMetric, reference: DriftReference, days: Mapping[date, Profile]) -> dict[date, float]:
    if not days or not metric.threshold or not sum(reference.counts):
        return {}
    measure: Measure = metric.measure  # type: ignore[assignment]  # a stored name of a measure
    before = counted(reference)
    one = BinCounts(before.counts[np.newaxis], before.sums[np.newaxis])
    found = distance(measure, scale_of(reference), one, BinCounts(*stack(list(days.values()))))
    return {day: float(each) / metric.threshold for day, each in zip(days, found, strict=True) if np.isfinite(each)}
