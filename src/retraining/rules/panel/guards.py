"""Why a series has no model, and what is forecast then: an answer for every series, never an exception."""

import numpy as np

from retraining.rules.panel.regular import FloatArray, Regular

FEWEST_POINTS = 10
"""Fewer say nothing about trend or season."""
_STANDS_OUT = 1000.0
"""A value this much further from the median than any other is not part of what the others show."""


def why_no_model(series: Regular) -> str | None:
    """The reason in a sentence, with numbers and no values; None where a model may learn."""
    known = series.values[np.isfinite(series.values)]
    if not known.size:
        return "No value is known."
    unfit = why_not_followed(series)
    if unfit:
        return unfit

    stretch = series.stretch
    if len(stretch) < FEWEST_POINTS:
        gaps = " since its last gap" if len(stretch) < len(known) else ""
        return f"{_count(len(stretch), 'point')}{gaps}; a model needs {FEWEST_POINTS}."
    if np.ptp(stretch) == 0:
        return "All values are 0." if stretch[0] == 0 else "All values are equal."
    return None


def why_not_followed(series: Regular) -> str | None:
    """Why a model that is there may not take in these points, which need not be all of the series."""
    if series.conflicting:
        return f"{_count(series.conflicting, 'step')} with rows of different values; the keys let both in."
    if series.missing_means == "error" and (series.missing or series.unknown):
        return (
            f"{_count(series.missing, 'step')} without a row and {_count(series.unknown, 'row')} without a value; "
            f"forecast.missing says that both are errors."
        )

    if spikes(series.values).any():
        return f"A value is more than {_STANDS_OUT:g} times further from the median than all others."
    return None


def spikes(values: FloatArray) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    """Which value stands out from all others; at most one does."""
    away = np.abs(values - np.nanmedian(values)) if np.isfinite(values).any() else np.zeros(len(values))
    away = np.where(np.isfinite(away), away, 0.0)
    if len(values) < 3:
        return np.zeros(len(values), dtype=np.bool_)
    next_largest = np.partition(away, -2)[-2]
    return np.asarray((away > _STANDS_OUT * next_largest) & (next_largest > 0))


def fallback_forecast(values: FloatArray, season_length: int, horizon: int) -> FloatArray:
    """The newest known value of the same place in the season, else the newest known one; NaN where none is known. A
    value that stands out from all others is passed over.

    values: from the first step on, NaN where unknown; the forecast is of the steps after the last.
    """
    known = np.where(spikes(values), np.nan, values)
    places = np.flatnonzero(np.isfinite(known))
    if not places.size:
        return np.full(horizon, np.nan)

    forecast = np.full(horizon, known[places[-1]])
    for step in range(min(horizon, season_length)):
        same = places[(len(values) + step - places) % season_length == 0]
        if same.size:
            forecast[step::season_length] = known[same[-1]]
    return forecast


def fallback_errors(values: FloatArray, season_length: int, horizon: int) -> FloatArray:
    """What forecasts by the value of one season ago missed at past origins: (origins, horizon), NaN where one of both
    is unknown. One season is looked back for every step of it, so a longer horizon looks back further."""
    known = np.where(spikes(values), np.nan, values)
    season = season_length if np.isfinite(known[:-season_length]).any() else 1
    errors = np.full((len(values), horizon), np.nan)
    for step in range(1, horizon + 1):
        back = season * int(np.ceil(step / season))
        differences = known[back:] - known[:-back] if back < len(known) else np.empty(0)
        errors[: len(differences), step - 1] = differences[::-1]
    return np.asarray(errors[~np.isnan(errors).all(axis=1)])


def scale_of(values: FloatArray, season_length: int) -> float:
    """What errors of a series are divided by, so that series can be added up: the mean step of one season (MASE's
    denominator), of one step where the series is shorter or repeats itself exactly, else the mean size; 1 for a series
    of zeros."""
    known = np.where(spikes(values), np.nan, values)
    for back in (season_length, 1):
        steps = np.abs(known[back:] - known[:-back])
        steps = steps[np.isfinite(steps)]
        if steps.size and steps.mean() > 0:
            return float(steps.mean())
    sizes = np.abs(known[np.isfinite(known)])
    return float(sizes.mean()) if sizes.size and sizes.mean() > 0 else 1.0


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
