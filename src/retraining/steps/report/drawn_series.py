"""The best, the median and the worst series of a panel, with what was forecast of them."""

from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.forecasting.buckets import SERIES, TIME, VALUE
from retraining.report.panel_data import DrawnSeries, Point
from retraining.rules.panel.accuracy import lower, upper
from retraining.steps.panel.series_rows import STEP, SeriesRows
from retraining.steps.panel.step_column import before_dawn

_MOST_POINTS = 120


def drawn_series(rows: SeriesRows, newest: DataFrame, errors: DataFrame, level: int) -> tuple[DrawnSeries, ...]:
    """newest: the forecasts of the live panel after its newest batch; errors: series and their mean scaled error. None
    where no series has both. level: of the interval that is shaded."""
    chosen = _chosen(newest, errors)
    if not chosen:
        return ()

    keys = [each["series"] for each in chosen.values()]
    steps = _steps(rows)
    recent = rows.frame.where(F.col(SERIES).isin(keys) & F.col(STEP).between(rows.origin - steps + 1, rows.origin))
    actual = recent.select(SERIES, before_dawn(F.col(TIME), rows.moved).alias(TIME), F.col(VALUE).alias("value"))
    ahead = newest.where(F.col(SERIES).isin(keys)).select(
        SERIES,
        F.col("time").alias(TIME),
        F.col("forecast").alias("value"),
        F.col(lower(level)).alias("low"),
        F.col(upper(level)).alias("high"),
        "forecaster",
    )

    seen = actual.toPandas()
    told = ahead.toPandas()
    return tuple(_drawn(place, each, seen, told) for place, each in chosen.items())


def _chosen(newest: DataFrame, errors: DataFrame) -> dict[str, dict[str, Any]]:
    """Series and error by place. The median is the series nearest to it."""
    answered = newest.where((F.col("step") == 1) & F.col("forecast").isNotNull()).select(SERIES)
    both = errors.join(answered, SERIES, "left_semi")
    median = both.agg(F.percentile_approx("error", 0.5, 10_000)).collect()[0][0]
    if median is None:
        return {}

    orders = {"best": F.col("error"), "median": F.abs(F.col("error") - F.lit(median)), "worst": F.col("error").desc()}
    found = {place: both.orderBy(order, SERIES).limit(1).collect()[0] for place, order in orders.items()}
    different: dict[str, dict[str, Any]] = {}
    for place, row in found.items():
        if row[SERIES] not in [each["series"] for each in different.values()]:
            different[place] = {"series": row[SERIES], "error": row["error"]}
    return different


def _steps(rows: SeriesRows) -> int:
    """How much of the past is drawn: a few seasons and horizons."""
    plan = rows.bucket.plan
    return min(_MOST_POINTS, 3 * max(plan.season_length, plan.horizon))


def _drawn(place: str, chosen: dict[str, Any], seen: pd.DataFrame, told: pd.DataFrame) -> DrawnSeries:
    own = told[told[SERIES] == chosen["series"]].dropna(subset=["value"]).sort_values(TIME)
    past = seen[seen[SERIES] == chosen["series"]].dropna(subset=["value"]).sort_values(TIME)
    return DrawnSeries(
        series=chosen["series"],
        place=place,
        error=float(chosen["error"]),
        forecaster=str(own["forecaster"].iloc[0]),
        actual=tuple(Point(row[TIME].to_pydatetime(), row["value"]) for row in past.to_dict("records")),
        ahead=tuple(
            Point(row[TIME].to_pydatetime(), row["value"], _known(row["low"]), _known(row["high"]))
            for row in own.to_dict("records")
        ),
    )


def _known(value: float) -> float | None:
    return None if value != value else float(value)
