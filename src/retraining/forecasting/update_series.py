"""The live model of one series takes in new points with its parameters kept, and forecasts the next steps."""

from dataclasses import dataclass, replace

import numpy as np

from retraining.forecasting import guarded
from retraining.forecasting.forecaster import EMPTY, FloatArray, Forecaster, Points, State
from retraining.forecasting.guarded import CannotForecastError
from retraining.forecasting.learn_series import Series, fallback
from retraining.forecasting.live_model import LiveModel
from retraining.forecasting.panel_plan import PanelPlan
from retraining.rules.panel.error_blocks import block_length, with_new_errors
from retraining.rules.panel.guards import fallback_forecast, why_no_model, why_not_followed
from retraining.rules.panel.regular import Regular


@dataclass(frozen=True)
class Ahead:
    """The forecast of one series from one origin: (horizon,), NaN where nothing can be said; lower and upper by level
    in per cent."""

    forecast: FloatArray
    lower: dict[str, FloatArray]
    upper: dict[str, FloatArray]


SEASONS_BEFORE = 2
"""Of the newest points that a model has taken in, an update reads these seasons again."""


def needed_from(live: LiveModel, plan: PanelPlan) -> int | None:
    """The first step of the series that an update reads; None for all of them. It reads at least the newest row, so
    that the steps after it are known to be missing."""
    if live.is_fallback:
        return None
    if live.candidate.build(live.season_length).needs_history:
        return live.trained_from
    recent = live.updated_until - SEASONS_BEFORE * plan.season_length
    return recent if live.last_row is None else min(recent, live.last_row)


def update_state(series: Series, plan: PanelPlan, live: LiveModel) -> LiveModel:
    """The same parameters after the new points, with the one-step errors of these in its blocks. A step without a value
    is passed by the model's own forecast of it. The fallback with its reason where the model cannot follow.

    The series must begin at `needed_from` or before.
    """
    if live.is_fallback:
        return fallback(series, plan, why_no_model(series.regular) or live.reason)

    why = why_not_followed(series.regular)
    if why:
        return fallback(series, plan, why)
    end = series.regular.last - series.regular.behind
    if end <= live.updated_until:
        return replace(live, action="keep", reason="No point is new.")

    try:
        state, one_step = _followed(series, plan, live, end)
    except CannotForecastError as err:
        return fallback(series, plan, str(err))

    actual = values_between(series.regular, live.updated_until + 1, end)
    naive = actual - values_between(
        series.regular, *(step - plan.season_length for step in (live.updated_until + 1, end))
    )
    length = block_length(plan.season_length)
    blocks = with_new_errors(live.blocks, actual - one_step, naive, live.expected_error or 0.0, length)
    return replace(
        live,
        state=state,
        updated_until=end,
        points=live.points + int(np.isfinite(actual).sum()),
        last_row=series.regular.last_row if series.regular.last_row is not None else live.last_row,
        volume=live.volume + float(np.nansum(np.abs(actual))),
        blocks=blocks,
        action="update_state",
        reason="The same parameters after new points.",
    )


def _followed(series: Series, plan: PanelPlan, live: LiveModel, end: int) -> tuple[State, FloatArray]:
    """The state after the new steps, and what was expected of each of them."""
    forecaster = live.candidate.build(live.season_length)
    values = values_between(series.regular, live.updated_until + 1, end)
    known = series.known_after(live.updated_until, len(values))
    state: State = live.state
    one_step = np.full(len(values), np.nan)
    start = 0
    for stop in _ends_of_runs(values):
        if np.isnan(values[start]):
            state = _over_gap(forecaster, state, known, (start, stop))
        else:
            new = Points(values[start:stop], None if known is None else known[start:stop])
            found = guarded.carry_on(forecaster, state, new, _before(forecaster, series, live, start))
            one_step[start:stop] = found.one_step
            state = found.state
        start = stop
    return state, one_step


def _ends_of_runs(values: FloatArray) -> list[int]:
    """Where runs of known, and of unknown, values end."""
    gaps = np.isnan(values)
    return [*(np.flatnonzero(gaps[1:] != gaps[:-1]) + 1).tolist(), len(values)]


def _over_gap(forecaster: Forecaster, state: State, known: FloatArray | None, gap: tuple[int, int]) -> State:
    if forecaster.needs_history:
        raise CannotForecastError(f"{type(forecaster).__name__} goes over the whole history, which has a gap.")
    for place in range(*gap):
        ahead = None if known is None else known[place : place + 1]
        own = guarded.forecast(forecaster, state, 1, ahead)
        state = guarded.carry_on(forecaster, state, Points(own, ahead), EMPTY).state
    return state


def _before(forecaster: Forecaster, series: Series, live: LiveModel, start: int) -> Points:
    if not forecaster.needs_history:
        return EMPTY
    return Points(values_between(series.regular, live.trained_from, live.updated_until + start))


def values_between(regular: Regular, first: int, last: int) -> FloatArray:
    """Of the steps from first to last, NaN where the series has none."""
    places = np.arange(first, last + 1) - regular.first
    inside = (places >= 0) & (places < len(regular.values))
    return np.where(inside, regular.values[np.clip(places, 0, len(regular.values) - 1)], np.nan)


def forecast_ahead(series: Series, plan: PanelPlan, live: LiveModel, origin: int) -> Ahead:
    """The steps after the panel's origin. A series that is behind is forecast further, so that all series of a panel
    are forecast for the same steps. Raises CannotForecastError where the model has no answer."""
    behind = max(0, origin - live.updated_until)
    steps = plan.horizon + behind
    if live.is_fallback:
        values = np.array([np.nan if each is None else each for each in live.state["values"]], dtype=np.float64)
        found = fallback_forecast(values, live.season_length, steps)
    else:
        forecaster = live.candidate.build(live.season_length)
        known = series.known_after(live.updated_until, steps)
        found = guarded.forecast(forecaster, live.state, steps, known)

    ahead = found[behind:]
    reach = {level: _reach(live, level, behind, plan.horizon) for level in map(str, plan.levels)}
    lower = {level: ahead - each for level, each in reach.items()}
    upper = {level: ahead + each for level, each in reach.items()}
    return Ahead(ahead, lower, upper)


def no_answer(plan: PanelPlan) -> Ahead:
    """Where a model cannot say anything."""
    nothing = np.full(plan.horizon, np.nan)
    return Ahead(nothing, dict.fromkeys(map(str, plan.levels), nothing), dict.fromkeys(map(str, plan.levels), nothing))


def _reach(live: LiveModel, level: str, behind: int, horizon: int) -> FloatArray:
    """Half the width of each step's interval; steps beyond those that were measured grow with their root."""
    measured = np.array([np.nan if each is None else each for each in live.radii[level]], dtype=np.float64)
    steps = np.arange(behind + 1, behind + horizon + 1)
    inside = measured[np.minimum(steps, len(measured)) - 1]
    grown = np.sqrt(np.maximum(steps, len(measured)) / len(measured))
    return np.asarray(inside * grown * live.widths.get(level, 1.0))
