"""How good forecasts were, once their actuals are there: by step of the horizon, series and version.

Every measure is a formula on sums over rows, as the gate's metrics are: sums are added up where the rows are, over any
groups, and no row is read twice.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from retraining.rules.panel.regular import FloatArray

ACTUAL = "actual"
FORECAST = "forecast"
SCALE = "scale"
WEIGHT = "weight"


def lower(level: int) -> str:
    """The column of an interval's lower end."""
    return f"lower_{level}"


def upper(level: int) -> str:
    """The column of an interval's upper end."""
    return f"upper_{level}"


def row_sums(rows: pd.DataFrame, levels: Sequence[int]) -> pd.DataFrame:
    """What each row adds to the sums. rows: actual, forecast, the series' scale, and both ends of each interval. A row
    without an actual or a forecast adds nothing; an interval that is not known is left out of the levels' sums."""
    actual = rows[ACTUAL].to_numpy(np.float64)
    forecast = rows[FORECAST].to_numpy(np.float64)
    scale = rows[SCALE].to_numpy(np.float64)
    error = actual - forecast
    size = np.abs(actual) + np.abs(forecast)
    sums = {
        "rows": np.ones(len(rows)),
        "error": error,
        "absolute": np.abs(error),
        "actual": np.abs(actual),
        "scaled": np.abs(error) / scale,
        "scaled_squared": (error / scale) ** 2,
        "symmetric": np.where(size > 0, 2 * np.abs(error) / np.where(size > 0, size, 1.0), 0.0),
    }
    for level in levels:
        sums |= _level_sums(rows, actual, level)

    counted = np.isfinite(error)
    return pd.DataFrame({name: np.where(counted & np.isfinite(each), each, 0.0) for name, each in sums.items()})


def _level_sums(rows: pd.DataFrame, actual: FloatArray, level: int) -> dict[str, FloatArray]:
    low = rows[lower(level)].to_numpy(np.float64)
    high = rows[upper(level)].to_numpy(np.float64)
    tail = (1 - level / 100) / 2
    known = np.isfinite(low) & np.isfinite(high)
    return {
        f"interval_rows_{level}": np.where(known, 1.0, 0.0),
        f"inside_{level}": np.where(known, (actual >= low) & (actual <= high), 0.0),
        f"pinball_{level}": np.where(known, (_pinball(actual, low, tail) + _pinball(actual, high, 1 - tail)) / 2, 0.0),
    }


def _pinball(actual: FloatArray, quantile: FloatArray, level: float) -> FloatArray:
    away = actual - quantile
    return np.maximum(level * away, (level - 1) * away)


def measures(sums: Mapping[str, float], levels: Sequence[int]) -> dict[str, float]:
    """The measures from sums; NaN where there is nothing to divide by.

    mase, rmsse: in units of each series' scale. wape and bias: shares of the actuals' size; a positive bias means that
    forecasts were too low. smape: from 0 to 2, two zeros count as right. coverage: the share of actuals inside.
    """
    rows = sums["rows"]
    found = {
        "mase": _ratio(sums["scaled"], rows),
        "rmsse": float(np.sqrt(_ratio(sums["scaled_squared"], rows))),
        "wape": _ratio(sums["absolute"], sums["actual"]),
        "smape": _ratio(sums["symmetric"], rows),
        "bias": _ratio(sums["error"], sums["actual"]),
    }
    for level in levels:
        known = sums[f"interval_rows_{level}"]
        found[f"coverage_{level}"] = _ratio(sums[f"inside_{level}"], known)
        found[f"pinball_{level}"] = _ratio(sums[f"pinball_{level}"], known)
    return found


def measured(rows: pd.DataFrame, levels: Sequence[int], by: Sequence[str] = ()) -> pd.DataFrame:
    """The measures of each group of rows, such as step, series and version; one line for all of them without groups."""
    sums = row_sums(rows, levels)
    if not by:
        return pd.DataFrame([measures({str(name): float(each.sum()) for name, each in sums.items()}, levels)])

    keys = rows[list(by)].reset_index(drop=True)
    grouped = pd.concat([keys, sums], axis=1).groupby(list(by), sort=True, dropna=False).sum()
    totals = grouped.to_dict("records")
    lines = [measures({str(name): float(each) for name, each in line.items()}, levels) for line in totals]
    return pd.DataFrame(lines, index=grouped.index).reset_index()


def _ratio(above: float, below: float) -> float:
    return above / below if below else float("nan")
