"""One series gets a model: searched for, estimated again, or none but the fallback."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from retraining.forecasting import guarded
from retraining.forecasting.backtest import Backtest, backtest
from retraining.forecasting.find_forecaster import FALLBACK, Candidate
from retraining.forecasting.forecaster import Filtered, FloatArray, Forecaster, Points
from retraining.forecasting.guarded import CannotForecastError
from retraining.forecasting.live_model import FALLBACK_MODEL, LiveModel
from retraining.forecasting.panel_plan import PanelPlan
from retraining.records.panel import SeriesAction
from retraining.rules.panel.error_blocks import usual
from retraining.rules.panel.guards import fallback_errors, scale_of, why_no_model
from retraining.rules.panel.intervals import radii
from retraining.rules.panel.regular import Regular

HYSTERESIS = 0.05
"""A model must be better by this share than the live one to take its place, and than the seasonal naive forecast to be
taken at all: the best of many is partly luck."""


@dataclass(frozen=True)
class Series:
    """One series. known: what is known ahead of its steps and of those to forecast, (steps + horizon, columns); None
    where the spec names no such column."""

    key: str
    regular: Regular
    known: FloatArray | None = None

    def points(self) -> Points:
        """The newest values without a gap between them."""
        stretch = self.regular.stretch
        end = len(self.regular.values) - self.regular.behind
        return Points(stretch, None if self.known is None else self.known[end - len(stretch) : end])

    def known_after(self, step: int, horizon: int) -> FloatArray | None:
        """What is known ahead of the steps after one."""
        if self.known is None:
            return None
        start = step + 1 - self.regular.first
        return self.known[start : start + horizon]


def respecify(series: Series, plan: PanelPlan, live: str | None = None) -> LiveModel:
    """The best of the candidates on origins that they have not learned, fitted to everything; the fallback with its
    reason where the series allows none or all of them fail.

    live: the candidate that the series has, which stays unless another one is better by a margin.
    """
    why = why_no_model(series.regular)
    if why:
        return fallback(series, plan, why)

    points = series.points()
    tried: dict[str, Backtest] = {}
    refused: list[str] = []
    for candidate in plan.tried:
        try:
            tried[candidate.name] = backtest(built(candidate, points, plan), points, plan.horizon)
        except CannotForecastError as err:
            refused.append(str(err))

    for name in _in_order(tried, live):
        try:
            return _learned(plan.candidate(name), series, plan, tried[name], "respecify")
        except CannotForecastError as err:
            refused.append(str(err))
    return fallback(series, plan, " ".join(dict.fromkeys(refused)))


def reestimate(series: Series, plan: PanelPlan, live: LiveModel) -> LiveModel:
    """The same form with new parameters; the fallback with its reason where that fails."""
    why = why_no_model(series.regular)
    if why:
        return fallback(series, plan, why)

    points = series.points()
    candidate = live.candidate
    forecaster = built(candidate, points, plan)
    form = forecaster.form_of(live.state) if forecaster.season_length == live.season_length else None
    try:
        return _learned(candidate, series, plan, backtest(forecaster, points, plan.horizon, form), "reestimate")
    except CannotForecastError as err:
        return fallback(series, plan, str(err))


def fallback(series: Series, plan: PanelPlan, why: str) -> LiveModel:
    """The seasonal naive forecast of what is known. Its state is the newest values as they are, None where nothing is
    known."""
    values = series.regular.values
    errors = fallback_errors(values, plan.season_length, plan.horizon)
    newest = values[-2 * plan.season_length - 1 :]
    return LiveModel(
        series=series.key,
        forecaster=FALLBACK_MODEL,
        made_by=Candidate(FALLBACK, FALLBACK).made_by,
        state={"values": [float(each) if np.isfinite(each) else None for each in newest]},
        season_length=plan.season_length,
        trained_from=series.regular.first,
        trained_until=series.regular.last,
        updated_until=series.regular.last,
        points=int(np.isfinite(values).sum()),
        action="fallback",
        reason=why,
        **_expectations(series, plan, errors, errors[:, 0] if errors.size else np.empty(0)),
    )


def built(candidate: Candidate, points: Points, plan: PanelPlan) -> Forecaster:
    """A season that the series has not seen twice cannot be learned."""
    season = plan.season_length if len(points) >= 2 * plan.season_length else 1
    return candidate.build(season)


def _in_order(tried: dict[str, Backtest], live: str | None) -> list[str]:
    """The best first; before it the seasonal naive forecast, and before that the live one, unless the best beats them
    by the margin."""
    sizes = {name: each.mean_size() for name, each in tried.items()}
    order = sorted(sizes, key=lambda name: (np.isnan(sizes[name]), sizes[name]))
    best = sizes[order[0]] if order else np.nan
    for kept in (FALLBACK, live):
        if kept in sizes and not best < (1 - HYSTERESIS) * sizes[kept]:
            order = [kept, *(name for name in order if name != kept)]
    return order


def _learned(
    candidate: Candidate, series: Series, plan: PanelPlan, tested: Backtest, action: SeriesAction
) -> LiveModel:
    """The model fitted to everything, of the form that its past origins were forecast with: the search is the expensive
    part, and what was tested is what goes live."""
    points = series.points()
    forecaster = built(candidate, points, plan)
    fitted = guarded.fit(forecaster, points, tested.form)
    guarded.forecast(forecaster, fitted.state, plan.horizon, _like(points.known, plan.horizon))
    errors, one_step = _missed(fitted, points, tested)

    last = series.regular.last - series.regular.behind
    return LiveModel(
        series=series.key,
        forecaster=candidate.name,
        made_by=candidate.made_by,
        state=fitted.state,
        library=candidate.library,
        season_length=forecaster.season_length,
        trained_from=last - len(points) + 1,
        trained_until=last,
        updated_until=last,
        points=len(points),
        action=action,
        reason=_reason(action, plan, tested),
        **_expectations(series, plan, errors, one_step),
    )


def _missed(fitted: Filtered, points: Points, tested: Backtest) -> tuple[FloatArray, FloatArray]:
    """Errors at past origins, and those one step ahead; without origins those that the fit left."""
    left = points.values - fitted.one_step
    if not np.isfinite(tested.errors).any():
        return left[:, None], left
    return tested.errors, tested.one_step


def _expectations(series: Series, plan: PanelPlan, errors: FloatArray, one_step: FloatArray) -> dict[str, Any]:
    expected = usual(one_step)
    widths = radii(errors, plan.horizon, plan.levels)
    return {
        "last_row": series.regular.last_row,
        "volume": float(np.nansum(np.abs(series.regular.values))),
        "scale": scale_of(series.regular.values, plan.season_length),
        "expected_error": expected.size if expected.points else None,
        "expected_points": expected.points,
        "usual_loss": expected.loss,
        "usual_spread": expected.spread,
        "radii": {level: [each if np.isfinite(each) else None for each in width] for level, width in widths.items()},
        "widths": dict.fromkeys(map(str, plan.levels), 1.0),
    }


def _like(known: FloatArray | None, horizon: int) -> FloatArray | None:
    """Values that were known ahead once, to see whether a model forecasts at all."""
    return None if known is None else np.resize(known, (horizon, known.shape[1]))


def _reason(action: SeriesAction, plan: PanelPlan, tested: Backtest) -> str:
    if action == "reestimate":
        return "The same form with new parameters."
    return f"Best of {len(plan.tried)} models at {len(tested.errors)} past origins."
