"""The rows of a panel as its workers get them: key of the series, time, value, and the bucket that computes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.context import Context
from retraining.errors import NothingToDoError
from retraining.forecasting.buckets import SERIES, TIME, VALUE, Bucket
from retraining.forecasting.plan_of_spec import calendar_of, plan_of, section_of
from retraining.rules.panel.steps import steps_of
from retraining.spec.forecast_section import Frequency
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_frame import label_column
from retraining.steps.panel.step_column import after_dawn, around_midnight, step_column

BUCKET = "bucket"
STEP = "step"
_POINTS_OF_BUCKET = 50_000
_SERIES_OF_BUCKET = 64
_MOST_BUCKETS = 20_000
"""A bucket is what one thread computes in one go: small enough for a worker's memory, and many enough for all workers
even where few series have most of the points."""


@dataclass(frozen=True)
class SeriesRows:
    """frame: bucket, series, time, value, step, the batch that brought the row, the series' slices and what is known
    ahead. moved: whether times are two hours later than in the source."""

    frame: DataFrame
    bucket: Bucket
    buckets: int
    moved: bool

    @property
    def origin(self) -> int:
        """The newest step with a value: what forecasts start after."""
        return self.bucket.origin

    def bucket_of(self, series: str = SERIES) -> Column:
        """The bucket of a series."""
        return bucket_column(F.col(series), self.buckets)


def bucket_column(series: Column, buckets: int) -> Column:
    """Which bucket a key belongs to: series of a panel are spread evenly, whatever they are called."""
    return F.pmod(F.xxhash64(series), F.lit(buckets)).cast("bigint")


def series_column(names: Sequence[str], rows: DataFrame) -> Column:
    """The key of each row's series, the same text as `series_key` makes of its values."""
    if not names:
        return F.lit("[]")
    texts = [F.coalesce(_quoted(_text(name, rows)), F.lit("null")) for name in names]
    return F.concat(F.lit("["), F.concat_ws(", ", *texts), F.lit("]"))


def _quoted(text: Column) -> Column:
    return F.when(text.isNotNull(), F.regexp_extract(F.to_json(F.array(text)), r"(?s)^\[(.*)\]$", 1))


def _text(name: str, rows: DataFrame) -> Column:
    """Whole numbers are the same text in every type."""
    column = F.col(f"`{name}`")
    kind = next(each.dataType.simpleString() for each in rows.schema if each.name.lower() == name.lower())
    if kind in ("double", "float") or kind.startswith("decimal"):
        whole = (column == F.floor(column)) & (F.abs(column) < 1e18)
        return F.when(whole, column.cast("bigint").cast("string")).otherwise(column.cast("string"))
    return column.cast("string")


def read_series(
    context: Context, source: IngestedSource, through: int | None = None, before: date | None = None
) -> SeriesRows:
    """The current rows of all series, as of the newest batch or an earlier one; before: of the steps before the one
    that this day is in.

    One small aggregate tells the newest step, and how many buckets the points need. Raises NothingToDoError where no
    row has a value.
    """
    spec = context.spec
    section = section_of(spec)
    rows = _rows(spec, source.current_rows(through=through))
    size = _size(rows, section.frequency, before, context.run.as_of)
    if not size["points"]:
        raise NothingToDoError(f"{spec.model}: no row of `{source.name}` has a value of {spec.columns.label} yet.")

    moved = bool(size["moved"])
    bucket = Bucket(plan_of(spec), calendar_of(spec), int(size["later" if moved else "last"]), _known(spec))
    buckets = _buckets(int(size["points"]), int(size["series"]))
    ahead = section.horizon if bucket.known else 0
    frame = (
        rows.withColumn(TIME, after_dawn(F.col(TIME), moved))
        .withColumn(STEP, step_column(F.col(TIME), section.frequency))
        .where(F.col(STEP) <= bucket.origin + ahead)
        .withColumn(BUCKET, bucket_column(F.col(SERIES), buckets))
    )
    return SeriesRows(frame, bucket, buckets, moved)


def _rows(spec: ModelSpec, found: DataFrame) -> DataFrame:
    """The columns that a panel reads, without rows that have no time."""
    section = section_of(spec)
    rows = found.select(
        series_column(section.series, found).alias(SERIES),
        F.col(f"`{section.time}`").cast("timestamp").alias(TIME),
        label_column(spec).alias(VALUE),
        F.col(BATCH_SEQ),
        *(F.col(f"`{name}`").try_cast("double").alias(name) for name in section.exogenous_known_ahead),
        *(F.col(f"`{name}`").cast("string").alias(slice_column(place)) for place, name in enumerate(_slices(spec))),
    )
    return rows.where(F.col(TIME).isNotNull())


def _size(rows: DataFrame, frequency: Frequency, before: date | None, now: datetime) -> dict[str, Any]:
    """One pass: how many points and series there are, and the newest step, as if times were moved and as they are."""
    time = F.col(TIME)
    later = after_dawn(time, True)
    seen = F.col(VALUE).isNotNull() & ~F.isnan(VALUE) & (time <= F.lit(now))
    sizes = rows.where(seen).agg(
        F.count(F.lit(1)).alias("points"),
        F.approx_count_distinct(SERIES).alias("series"),
        F.max(_step_before(time, frequency, before)).alias("last"),
        F.max(_step_before(later, frequency, before)).alias("later"),
        (around_midnight(time) & F.lit(frequency != "hourly")).alias("moved"),
    )
    found = dict(sizes.collect()[0].asDict())
    known = found["later" if found["moved"] else "last"]
    return {**found, "points": found["points"] if known is not None else 0}


def _step_before(time: Column, frequency: Frequency, day: date | None) -> Column:
    """The step of a time; null from the step that the day is in."""
    step = step_column(time, frequency)
    if day is None:
        return step
    return F.when(step < F.lit(int(steps_of(pd.DatetimeIndex([day]), frequency)[0])), step)


def _buckets(points: int, series: int) -> int:
    wanted = max(points // _POINTS_OF_BUCKET, series // _SERIES_OF_BUCKET) + 1
    return min(wanted, _MOST_BUCKETS)


def _known(spec: ModelSpec) -> tuple[str, ...]:
    return section_of(spec).exogenous_known_ahead


def _slices(spec: ModelSpec) -> tuple[str, ...]:
    return spec.columns.slices


def slice_column(place: int) -> str:
    """The column with the values of a slice that the spec names."""
    return f"_slice_{place}"
