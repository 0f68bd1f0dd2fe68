"""What a live model forecasts at each origin of a hold-out that it was not trained on: for the gate."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from retraining.forecasting.buckets import COLUMNS_OF_MODEL, SERIES, Bucket, series_of
from retraining.forecasting.guarded import CannotForecastError
from retraining.forecasting.learn_series import Series, fallback
from retraining.forecasting.live_model import LiveModel, from_row
from retraining.forecasting.panel_plan import PanelPlan
from retraining.forecasting.update_series import Ahead, forecast_ahead, no_answer, update_state, values_between
from retraining.rules.panel.accuracy import ACTUAL, FORECAST, SCALE, lower, upper
from retraining.rules.panel.regular import NOTHING, Regular


def at_origins(series: Series, plan: PanelPlan, live: LiveModel, origins: Sequence[int], scale: float) -> pd.DataFrame:
    """A row for each origin and step whose actual is known: series, origin, step, target, actual, forecast, scale and
    the ends of the intervals. The state is carried on from origin to origin, its parameters kept.

    scale: the same for every model that is compared. A model that has no answer has NaN as its forecast: it does not
    vanish.
    """
    frames = []
    for origin in sorted(origins):
        seen = replace(series, regular=_until(series.regular, origin))
        live = update_state(seen, plan, live)
        ahead = _answer(seen, plan, live, origin)
        frames.append(_rows(series, plan, ahead, origin, scale))
    rows = pd.concat(frames, ignore_index=True)
    known: pd.DataFrame = rows.loc[np.isfinite(rows[ACTUAL].to_numpy())]
    return known.reset_index(drop=True)


def origins_of_bucket(
    rows: pd.DataFrame, models: pd.DataFrame, scales: Mapping[str, float], origins: Sequence[int], bucket: Bucket
) -> pd.DataFrame:
    """The same for a bucket of series, up to the newest step of the panel, bucket.origin: what comes later is not known
    to be missing. models: as they were at the first origin or before; scales: of the champion's
    series, for both panels. A model that has seen more than the first origin would be judged on what it has learned:
    ValueError."""
    live = [from_row(row) for row in models.to_dict("records")]
    ahead = [each.series for each in live if each.updated_until > min(origins)]
    if ahead:
        raise ValueError(f"{len(ahead)} of {len(live)} models have seen points after the first origin")

    all_series = series_of(rows, bucket)
    frames = [
        at_origins(all_series[each.series], bucket.plan, each, origins, scales[each.series])
        for each in live
        if each.series in all_series
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def naive_of_bucket(rows: pd.DataFrame, keys: Sequence[str], origin: int, bucket: Bucket) -> pd.DataFrame:
    """The seasonal naive forecast of some series, as models that have seen the points up to an origin."""
    all_series = series_of(rows[rows[SERIES].isin(set(keys))], bucket)
    found = []
    for key in keys:
        series = all_series.get(key, Series(key, NOTHING))
        seen = replace(series, regular=_until(series.regular, origin))
        found.append(fallback(seen, bucket.plan, "The seasonal naive forecast.").as_row())
    return pd.DataFrame(found, columns=COLUMNS_OF_MODEL)


def _until(regular: Regular, origin: int) -> Regular:
    """The series as it was known at an origin. One that begins later has no value yet, up to the origin itself."""
    known = max(0, origin - regular.first + 1)
    return replace(regular, first=min(regular.first, origin + 1), values=regular.values[:known])


def _answer(series: Series, plan: PanelPlan, live: LiveModel, origin: int) -> Ahead:
    try:
        return forecast_ahead(series, plan, live, origin)
    except CannotForecastError:
        return no_answer(plan)


def _rows(series: Series, plan: PanelPlan, ahead: Ahead, origin: int, scale: float) -> pd.DataFrame:
    steps = np.arange(1, plan.horizon + 1)
    columns = {
        "series": series.key,
        "origin": origin,
        "step": steps,
        "target": origin + steps,
        ACTUAL: values_between(series.regular, origin + 1, origin + plan.horizon),
        FORECAST: ahead.forecast,
        SCALE: scale,
    }
    for level in plan.levels:
        columns |= {lower(level): ahead.lower[str(level)], upper(level): ahead.upper[str(level)]}
    return pd.DataFrame(columns)
