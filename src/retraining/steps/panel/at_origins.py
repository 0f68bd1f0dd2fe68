"""Two panels forecast from the same origins of a hold-out; only sums come back from the workers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, LongType, StringType, StructField, StructType

from retraining.adapters.tables.series_models import models_of_panel
from retraining.context import Context
from retraining.forecasting.buckets import COLUMNS_OF_MODEL, SERIES, Bucket
from retraining.forecasting.find_forecaster import FALLBACK
from retraining.forecasting.live_model import FALLBACK_MODEL
from retraining.forecasting.past_origins import naive_of_bucket, origins_of_bucket
from retraining.forecasting.plan_of_spec import section_of
from retraining.rules.gate.holdout import MOST_DAYS
from retraining.rules.panel.panel_losses import (
    answered_by_both,
    interval_sums,
    origin_sums,
    revision_sums,
    series_spread,
)
from retraining.steps.panel.fan_out import by_bucket
from retraining.steps.panel.follow_panel import in_buckets
from retraining.steps.panel.series_rows import BUCKET, STEP, SeriesRows, slice_column

_WHO = "_who"
_WEIGHT = "weight"
_SLICES = "_slices"
_SCALE = "_scale"
CANDIDATE = "candidate"
BASELINE = "baseline"
_PARTS = ("small", "middle", "large")
_SUMS = StructType(
    [
        StructField("what", StringType()),
        StructField("who", StringType()),
        StructField("name", StringType()),
        StructField("origin", LongType()),
        StructField("rows", DoubleType()),
        StructField("first", DoubleType()),
        StructField("second", DoubleType()),
        StructField(BUCKET, LongType()),
    ]
)


@dataclass(frozen=True)
class OriginSums:
    """Sums over all series, a row each: what, who (candidate or baseline), name, origin, rows, first, second.

    what is a metric's name (name: the slice; first, second: weight and loss), `inside` (name: the level; first: actuals
    inside), `series` and `spread` (name: the level; what SeriesSpread is made of), `revision` (first: the sum of
    changes) or `broken` (rows that only the candidate left open).
    """

    table: pd.DataFrame

    def of(self, what: str, who: str, name: str | None = None) -> pd.DataFrame:
        """The rows of one kind, by origin."""
        table = self.table
        chosen = table[(table["what"] == what) & (table["who"] == who)]
        return (chosen if name is None else chosen[chosen["name"] == name]).sort_values("origin")


def origins_between(first: int, last: int) -> list[int]:
    """From which steps a hold-out is forecast: all of them, or as many as a hold-out has days, spread evenly."""
    wanted = min(MOST_DAYS, last - first)
    return sorted({int(each) for each in np.linspace(first, last - 1, max(1, wanted)).round()})


def sums_at_origins(
    context: Context, rows: SeriesRows, origins: Sequence[int], panels: tuple[int, int | None], metrics: Sequence[str]
) -> OriginSums:
    """panels: the candidate's and the champion's; without a champion, and for a series that it does not have, the
    seasonal naive forecast is the baseline."""
    candidate, champion = panels
    state = _state(context, rows, candidate, champion)
    bucket = rows.bucket

    def work(own: pd.DataFrame, state: pd.DataFrame) -> pd.DataFrame:
        return _sums_of_bucket(own, state, origins, bucket, metrics)

    sums = by_bucket(rows, in_buckets(rows, state), work, _SUMS)
    keys = ["what", "who", "name", "origin"]
    added = sums.groupBy(*keys).agg(*(F.sum(each).alias(each) for each in ("rows", "first", "second")))
    return OriginSums(added.toPandas())


def _state(context: Context, rows: SeriesRows, candidate: int, champion: int | None) -> DataFrame:
    """Models of both panels, with what the gate needs of each of the candidate's series."""
    ours = models_of_panel(context.tables, context.model, candidate, "fitted").select(*COLUMNS_OF_MODEL)
    theirs = ours.limit(0)
    if champion is not None:
        theirs = models_of_panel(context.tables, context.model, champion, "fitted").select(*COLUMNS_OF_MODEL)
        theirs = theirs.join(ours.select(SERIES), SERIES, "left_semi").select(*COLUMNS_OF_MODEL)

    scales = theirs.select(SERIES, F.col("scale").alias("_theirs"))
    mean, low, high = ours.agg(F.avg("volume"), *_thirds()).collect()[0]
    by_volume = section_of(context.spec).weights == "volume" and mean
    weight = F.col("volume") / F.lit(mean) if by_volume else F.lit(1.0)
    place = F.when(F.col("volume") <= F.lit(low), 0).when(F.col("volume") <= F.lit(high), 1).otherwise(2)
    parts = F.array(*(F.lit(f"volume {each}") for each in _PARTS))
    volume = F.array(F.element_at(parts, place + 1)) if low != high else F.array().cast("array<string>")
    named = _named_slices(context, rows)
    about = (
        ours.join(scales, SERIES, "left")
        .join(named, SERIES, "left")
        .select(
            SERIES,
            weight.alias(_WEIGHT),
            F.coalesce("_theirs", "scale").alias(_SCALE),
            F.to_json(F.concat(volume, F.coalesce(F.col(_SLICES), F.array().cast("array<string>")))).alias(_SLICES),
        )
    )
    both = ours.withColumn(_WHO, F.lit(CANDIDATE)).unionByName(theirs.withColumn(_WHO, F.lit(BASELINE)))
    return both.join(about, SERIES)


def _thirds() -> list[Column]:
    return [F.percentile_approx("volume", share, 10_000) for share in (1 / 3, 2 / 3)]


def _named_slices(context: Context, rows: SeriesRows) -> DataFrame:
    """The slices of the spec that each series belongs to: the value of its newest row."""
    names = context.spec.columns.slices
    values = [
        F.concat(F.lit(f"{name}="), F.max_by(slice_column(place), STEP)).alias(f"_value_{place}")
        for place, name in enumerate(names)
    ]
    if not values:
        return rows.frame.select(SERIES).limit(0).withColumn(_SLICES, F.array().cast("array<string>"))
    newest = rows.frame.groupBy(SERIES).agg(*values)
    found = F.array_compact(F.array(*(F.col(f"_value_{place}") for place in range(len(names)))))
    return newest.select(SERIES, found.alias(_SLICES))


def _sums_of_bucket(
    own: pd.DataFrame, state: pd.DataFrame, origins: Sequence[int], bucket: Bucket, metrics: Sequence[str]
) -> pd.DataFrame:
    ours = state[state[_WHO] == CANDIDATE]
    theirs = state[state[_WHO] == BASELINE]
    new = sorted(set(ours[SERIES]) - set(theirs[SERIES]))
    naive = naive_of_bucket(own, new, min(origins), bucket)
    baseline = pd.concat([each for each in (theirs, naive) if len(each)] or [naive])
    about = ours.set_index(SERIES)
    scales: Mapping[str, float] = about[_SCALE].to_dict()

    candidate_rows = origins_of_bucket(own, ours, scales, origins, bucket)
    if not len(candidate_rows):
        return pd.DataFrame(columns=_SUMS.names)
    both = answered_by_both(candidate_rows, origins_of_bucket(own, baseline, scales, origins, bucket))
    fitted = _with_a_model(ours) & _with_a_model(theirs)
    slices = {key: json.loads(text) for key, text in about[_SLICES].to_dict().items()}
    lines: list[pd.DataFrame] = [_line("broken", CANDIDATE, float(both.broken), 0.0)]
    if not len(both.candidate):
        return pd.concat(lines).reindex(columns=_SUMS.names)
    for who, found in ((CANDIDATE, both.candidate), (BASELINE, both.baseline)):
        weighted = found.assign(weight=found["series"].map(about[_WEIGHT]), slices=found["series"].map(slices))
        lines += [_of_metric(weighted, who, metric) for metric in metrics]
        change, pairs = revision_sums(found[found["series"].isin(fitted)])
        lines.append(_line("revision", who, float(pairs), change))
    for level in bucket.plan.levels:
        lines += [_inside(both.candidate, level), _spread(both.candidate, level)]
    return pd.concat(lines, ignore_index=True).reindex(columns=_SUMS.names)


def _with_a_model(models: pd.DataFrame) -> set[str]:
    """Series that are not forecast by their last season: such a forecast never changes, so it does not measure
    stability."""
    return set(models.loc[~models["forecaster"].isin([FALLBACK_MODEL, FALLBACK]), SERIES])


def _line(what: str, who: str, rows: float, first: float) -> pd.DataFrame:
    return pd.DataFrame([{"what": what, "who": who, "name": "", "origin": 0, "rows": rows, "first": first}])


def _of_metric(weighted: pd.DataFrame, who: str, metric: str) -> pd.DataFrame:
    sums = origin_sums(weighted, metric).rename(columns={"slice": "name", "weight": "first", "loss": "second"})
    return sums.assign(what=metric, who=who)


def _inside(rows: pd.DataFrame, level: int) -> pd.DataFrame:
    found: Any = interval_sums(rows, level).rename(columns={"inside": "first"})
    return pd.DataFrame(found.assign(what="inside", who=CANDIDATE, name=str(level)))


def _spread(rows: pd.DataFrame, level: int) -> pd.DataFrame:
    found = series_spread(rows, level)
    shared = {"who": CANDIDATE, "name": str(level), "origin": 0}
    sums = {"rows": found.rows_squared, "first": found.rows_inside, "second": found.inside_squared}
    return pd.DataFrame(
        [{"what": "series", **shared, "rows": float(found.series)}, {"what": "spread", **shared, **sums}]
    )
