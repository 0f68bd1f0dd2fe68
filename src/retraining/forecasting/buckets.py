"""A bucket of series as data frames: what a task of Spark computes. Frames in, frames out, no table and no clock.

Every function returns a row for each series that it was given, and raises an error if it does not: a series that is
lost is never noticed otherwise.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from retraining.forecasting.evidence import ENDED, Followed, as_text, evidence_of, has_ended
from retraining.forecasting.guarded import CannotForecastError
from retraining.forecasting.isolated import isolated
from retraining.forecasting.learn_series import Series, fallback, reestimate, respecify
from retraining.forecasting.live_model import LiveModel, from_row
from retraining.forecasting.panel_plan import PanelPlan
from retraining.forecasting.update_series import forecast_ahead, no_answer, update_state
from retraining.records.panel import REFITS, SeriesAction
from retraining.rules.panel.accuracy import lower, upper
from retraining.rules.panel.guards import fallback_forecast, why_no_model
from retraining.rules.panel.intervals import adapted
from retraining.rules.panel.regular import NOTHING, Calendar, Regular, regular
from retraining.rules.panel.steps import Steps, steps_of, times_of

SERIES = "series"
TIME = "time"
VALUE = "value"
"""Columns of a bucket's rows: the key of the series, the time, and the value as a double (null is NaN)."""
EVIDENCE = "evidence"
CORRECTED = "corrected"
"""Column beside models: how many rows that came lately change a step which the model has taken in."""
NAIVE = "naive"
"""Column of forecasts: the seasonal naive forecast from the same origin, which a model has to beat."""
COLUMNS_OF_MODEL = [each.name for each in fields(LiveModel)]


@dataclass(frozen=True)
class Bucket:
    """What a task knows beside its rows. origin: the newest step of the panel; known: columns that are known ahead."""

    plan: PanelPlan
    calendar: Calendar
    origin: int
    known: tuple[str, ...] = ()


def series_of(rows: pd.DataFrame, bucket: Bucket) -> dict[str, Series]:
    """The series of a bucket by their keys. rows: series, time, value, and the columns known ahead, whose rows reach
    beyond the origin."""
    found = {}
    for key, own in rows.groupby(SERIES, sort=True):
        times = pd.DatetimeIndex(own[TIME])
        series = regular(times, own[VALUE].to_numpy(np.float64), bucket.calendar, bucket.origin)
        known = _known(own, times, bucket, series.first) if bucket.known and len(series.values) else None
        found[str(key)] = Series(str(key), series, known)
    return found


def _known(own: pd.DataFrame, times: pd.DatetimeIndex, bucket: Bucket, first: int) -> np.ndarray[Any, Any]:
    """Step by step from the first one to the horizon's end; NaN where the source says nothing yet."""
    steps = steps_of(times, bucket.calendar.frequency) - first
    length = bucket.origin + bucket.plan.horizon - first + 1
    table = np.full((length, len(bucket.known)), np.nan)
    inside = (steps >= 0) & (steps < length)
    table[steps[inside]] = own.loc[inside, list(bucket.known)].to_numpy(np.float64)
    return table


def unknown_ahead(rows: pd.DataFrame, bucket: Bucket) -> pd.DataFrame:
    """What should be known of the steps to forecast and is not: series, column and time, a row each. Empty where the
    spec names no such column."""
    found = []
    for key, series in series_of(rows, bucket).items():
        if series.known is None:
            continue
        ahead = series.known[-bucket.plan.horizon :]
        times = _times(series.regular, np.arange(1, bucket.plan.horizon + 1) + bucket.origin, bucket)
        for step, column in np.argwhere(~np.isfinite(ahead)):
            found.append({SERIES: key, "column": bucket.known[column], TIME: times[step]})
    return pd.DataFrame(found, columns=[SERIES, "column", TIME])


def act_on_bucket(
    rows: pd.DataFrame,
    models: pd.DataFrame,
    actions: Mapping[str, SeriesAction],
    bucket: Bucket,
    most_seconds: float | None = None,
) -> pd.DataFrame:
    """Models after the action of each series: rows of `series_models`, without the stamp and the panel's version.

    models: the live models; actions: by series. A series that retires has no row any more; every other one of actions
    has exactly one. Live models without an action are carried over as they are. most_seconds: fits are made in a child
    process, and one that crashes or takes longer leaves its series with the fallback; None fits in this process.
    """
    all_series = series_of(rows, bucket)
    live = {str(row[SERIES]): from_row(row) for row in models.to_dict("records")}
    kept = {key: action for key, action in sorted(actions.items()) if action != "retire"}

    def act(key: str) -> dict[str, Any]:
        return _acted(all_series.get(key) or _nothing(key), kept[key], live.get(key), bucket).as_row()

    def failed(key: str, why: str) -> dict[str, Any]:
        return fallback(all_series.get(key) or _nothing(key), bucket.plan, why).as_row()

    fits = [key for key, action in kept.items() if action in REFITS and most_seconds is not None]
    found = isolated(fits, act, failed, most_seconds) if most_seconds is not None else []
    found += [act(key) for key in kept if key not in set(fits)]
    found += [live[key].as_row() for key in sorted(set(live) - set(actions))]

    retired = set(actions) - set(kept)
    _none_lost((set(live) | set(actions)) - retired, [str(each[SERIES]) for each in found])
    return pd.DataFrame(found, columns=COLUMNS_OF_MODEL)


def _nothing(key: str) -> Series:
    return Series(key, NOTHING)


def _acted(series: Series, action: SeriesAction, live: LiveModel | None, bucket: Bucket) -> LiveModel:
    plan = bucket.plan
    if action == "fallback":
        why = why_no_model(series.regular) or "The run has decided it."
        return fallback(series, plan, why)
    if live is None or action == "respecify" or (action == "reestimate" and live.is_fallback):
        known = None if live is None or live.is_fallback else live.forecaster
        return respecify(series, plan, known)
    if action == "reestimate":
        return replace(reestimate(series, plan, live), reestimated=True)
    if action == "keep":
        return replace(live, action="keep", reason="No point is new.")
    return update_state(series, plan, live)


def follow_bucket(rows: pd.DataFrame, models: pd.DataFrame, bucket: Bucket) -> pd.DataFrame:
    """The live models after the new points, with the evidence of each as text in the column `evidence`.

    A series without a model gets the fallback, so that it is forecast from its first point on; it is specified where
    the run's actions are carried out. models may have the column `corrected`.
    """
    all_series = series_of(rows, bucket)
    live = {str(row[SERIES]): from_row(row) for row in models.to_dict("records")}
    corrected = _corrected(models)
    found = []
    for key in sorted(set(all_series) | set(live)):
        followed = _followed(all_series.get(key) or _nothing(key), live.get(key), bucket)
        evidence = evidence_of(
            replace(followed, corrected_points=corrected.get(key, 0)), bucket.plan, bucket.calendar, bucket.origin
        )
        found.append({**followed.after.as_row(), "evidence": as_text(evidence)})

    _none_lost(set(all_series) | set(live), [str(each[SERIES]) for each in found])
    return pd.DataFrame(found, columns=[*COLUMNS_OF_MODEL, EVIDENCE])


def _followed(series: Series, live: LiveModel | None, bucket: Bucket) -> Followed:
    if live is None or live.is_fallback:
        why = why_no_model(series.regular) if len(series.regular.values) or live is None else live.reason
        after = fallback(series, bucket.plan, why or "The series is new: this run's training specifies it.")
        if has_ended(after, bucket.plan, bucket.origin):
            after = replace(after, reason=ENDED)
        return Followed(live, after, why)
    if not len(series.regular.values):
        return Followed(live, replace(live, action="keep", reason="No point is new."), None)
    after = update_state(series, bucket.plan, live)
    return Followed(live, after, after.reason if after.is_fallback else None)


def _corrected(models: pd.DataFrame) -> dict[str, int]:
    """How many points of each series were corrected."""
    if CORRECTED not in models:
        return {}
    return dict(zip(models[SERIES].astype(str), models[CORRECTED].fillna(0).astype(int), strict=True))


def forecast_bucket(rows: pd.DataFrame, models: pd.DataFrame, bucket: Bucket) -> pd.DataFrame:
    """The forecasts of every series for the steps after the origin: a row a series and step, null where nothing can be
    said. rows: as for act_on_bucket, needed only for the times, and for columns that are known ahead."""
    all_series = series_of(rows, bucket)
    found = []
    for row in models.to_dict("records"):
        live = from_row(row)
        found.append(_forecast_columns(all_series.get(live.series) or _nothing(live.series), live, bucket))

    _none_lost({str(key) for key in models[SERIES]}, [str(each[SERIES][0]) for each in found])
    names = found[0] if found else (SERIES,)
    return pd.DataFrame({name: np.concatenate([each[name] for each in found]) if found else [] for name in names})


def _forecast_columns(series: Series, live: LiveModel, bucket: Bucket) -> dict[str, Any]:
    plan = bucket.plan
    why = live.reason if live.is_fallback else None
    try:
        ahead = forecast_ahead(series, plan, live, bucket.origin)
    except CannotForecastError as err:
        why = str(err)
        ahead = no_answer(plan)

    steps = np.arange(1, plan.horizon + 1)
    columns: dict[str, Any] = {
        SERIES: _repeated(series.key, plan.horizon),
        "origin": np.full(plan.horizon, bucket.origin),
        "step": steps,
        TIME: _times(series.regular, bucket.origin + steps, bucket),
        "forecast": ahead.forecast,
        NAIVE: _naive(series.regular, bucket),
        "scale": np.full(plan.horizon, live.scale),
        "forecaster": _repeated(live.forecaster, plan.horizon),
        "reason": _repeated(why, plan.horizon),
    }
    for level in plan.levels:
        columns |= {lower(level): ahead.lower[str(level)], upper(level): ahead.upper[str(level)]}
    return columns


def _naive(series: Regular, bucket: Bucket) -> Any:
    """The seasonal naive forecast of what is known at the origin."""
    behind = max(0, bucket.origin - series.last) if len(series.values) else 0
    steps = bucket.plan.horizon + behind
    return fallback_forecast(series.values, bucket.plan.season_length, steps)[behind:]


def _times(series: Regular, steps: Steps, bucket: Bucket) -> Any:
    """When the steps are, as datetime64; unknown for a series without a row."""
    if series.last_time is None or series.last_row is None:
        return np.full(len(steps), np.datetime64("NaT", "ns"))
    return times_of(steps, bucket.calendar.frequency, series.last_time, series.last_row).to_numpy("datetime64[ns]")


def _repeated(text: str | None, times: int) -> Any:
    return np.array([text] * times, dtype=object)


def with_hits(models: pd.DataFrame, hits: pd.DataFrame) -> pd.DataFrame:
    """The models with intervals that have followed what they caught. hits: series, level, and whether each actual that
    came in was inside its interval, oldest first."""
    found = models.copy()
    by_series = {str(key): own for key, own in hits.groupby("series")}
    found["widths"] = [
        _widths(text, by_series[str(key)]) if str(key) in by_series else text
        for key, text in zip(models[SERIES], models["widths"], strict=True)
    ]
    return found


def _widths(text: str, hits: pd.DataFrame) -> str:
    inside = {str(level): own["inside"].astype(bool).tolist() for level, own in hits.groupby("level")}
    return json.dumps(adapted(json.loads(text), inside), sort_keys=True)


def _none_lost(expected: set[str], found: Sequence[str]) -> None:
    """Input series = output series."""
    if len(found) == len(set(found)) and set(found) == expected:
        return
    lost = len(expected - set(found))
    twice = len(found) - len(set(found))
    raise ValueError(f"{lost} of {len(expected)} series are lost and {twice} are there twice; expected each one once")
