"""Every series' live model takes in the new points with its parameters kept, and forecasts the next steps."""

import json
from dataclasses import dataclass, replace

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, LongType, StringType, StructField, StructType, TimestampType

from retraining.adapters.tables import forecasts
from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.adapters.tables.schema_of_record import schema_of_record
from retraining.adapters.tables.series_models import append_models, followed_until, models_of_panel
from retraining.adapters.tables.tables import Fence
from retraining.context import Context
from retraining.errors import RegistryError
from retraining.forecasting.buckets import (
    COLUMNS_OF_MODEL,
    EVIDENCE,
    NAIVE,
    SERIES,
    TIME,
    follow_bucket,
    forecast_bucket,
    with_hits,
)
from retraining.records.panel import Made, SeriesModel
from retraining.records.version import Manifest
from retraining.rules.panel.accuracy import lower, upper
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.panel.check_known_ahead import check_known_ahead
from retraining.steps.panel.fan_out import by_bucket, with_fields
from retraining.steps.panel.needed_rows import needed_rows, with_corrected
from retraining.steps.panel.realised_losses import realised
from retraining.steps.panel.series_rows import BUCKET, SeriesRows, read_series
from retraining.steps.panel.step_column import before_dawn

_CAUGHT = "_caught"
_STORED_BESIDE = set(schema_of_record(SeriesModel).names) - set(COLUMNS_OF_MODEL)


@dataclass(frozen=True)
class PanelScore:
    """What the live panel did. rows: forecasts that are there for the newest batch; unanswered: those without a
    value."""

    rows: int
    unanswered: int


def score_panel(context: Context, source: IngestedSource, champion: Manifest) -> PanelScore:
    """Follows and forecasts once a batch and version: what is written is not computed again."""
    through = source.committed.through
    version = str(champion.version)
    panel = panel_version_of(champion)
    known = forecasts.are_there(context.tables, context.model, version, through)
    if not known:
        rows = read_series(context, source)
        follow(context, rows, panel, through, champion.batch_seq, version)
        _forecast(context, rows, version, panel, through)

    made = forecasts.of_version(context.tables, context.model, version, through)
    count, missing = made.agg(F.count(F.lit(1)), F.count_if(F.col("forecast").isNull())).collect()[0]
    return PanelScore(0 if known else count, 0 if known else missing)


def panel_version_of(manifest: Manifest) -> int:
    """The panel of a version. Raises RegistryError for a version that has none."""
    if manifest.panel_version is None:
        raise RegistryError(
            f"{manifest.model} version {manifest.version} names no panel, so its series cannot be forecast. Go back "
            f"with the job rollback (to_version) to a version that this product fitted as a forecast."
        )
    return manifest.panel_version


def follow(
    context: Context, rows: SeriesRows, panel: int, through: int, fitted_at: int, version: str | None = None
) -> None:
    """The models after the points of all batches up to one, with the evidence of each series, in one commit.

    version: the one whose intervals follow what they caught since; None where the panel has not forecast yet.
    """
    newest = followed_until(context.tables, context.model, panel)
    if newest is not None and newest >= through:
        return
    made: Made = "fitted" if newest is None else "followed"
    models = models_of_panel(context.tables, context.model, panel, made, newest)
    seen = fitted_at if newest is None else newest
    if version is not None:
        models = _with_caught(context, rows, models, seen, version)
    write_models(context, followed(rows, models, seen), panel, through, "followed")


def _with_caught(context: Context, rows: SeriesRows, models: DataFrame, seen: int, version: str) -> DataFrame:
    """The models with the actuals since then that were inside each interval of the next step, oldest first, as JSON."""
    met = realised(context, rows, seen)
    if met is None:
        return models
    levels = [level for level in rows.bucket.plan.levels if {lower(level), upper(level)} <= set(met.columns)]
    inside = {str(level): F.col("actual").between(F.col(lower(level)), F.col(upper(level))) for level in levels}
    next_step = met.where((F.col("model_version") == F.lit(version)) & (F.col("step") == 1))
    by_time = F.sort_array(F.collect_list(F.struct("target", *(each.alias(name) for name, each in inside.items()))))
    caught = next_step.groupBy(SERIES).agg(F.to_json(by_time).alias(_CAUGHT))
    return models.join(caught, SERIES, "left")


def hits_of(models: pd.DataFrame) -> pd.DataFrame:
    """Series, level, and whether each actual was inside, oldest first."""
    lines = [
        {"series": key, "level": level, "inside": bool(hit)}
        for key, text in zip(models[SERIES], models[_CAUGHT], strict=True)
        for each in json.loads(text or "[]")
        for level, hit in each.items()
        if level != "target"
    ]
    return pd.DataFrame(lines, columns=["series", "level", "inside"])


def followed(rows: SeriesRows, models: DataFrame | None, seen: int) -> DataFrame:
    """The models after the points of all rows, with the evidence of each series. seen: the newest batch that the models
    know; a row of a later one, of a step that they have taken in, was corrected or came late."""
    bucket = rows.bucket
    live = no_models(rows) if models is None else with_corrected(rows, models, seen)
    read = rows if models is None else replace(rows, frame=needed_rows(rows, models))

    def work(own: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
        adapted = with_hits(models, hits_of(models)) if _CAUGHT in models else models
        return follow_bucket(own, adapted, bucket)

    return by_bucket(read, in_buckets(rows, live), work, with_fields((EVIDENCE, StringType())))


def in_buckets(rows: SeriesRows, models: DataFrame) -> DataFrame:
    """Models in the buckets of these rows: a panel that has grown has more of them. Only what a worker needs of them
    travels."""
    beside = [name for name in models.columns if name not in _STORED_BESIDE]
    return models.select(*beside).withColumn(BUCKET, rows.bucket_of())


def no_models(rows: SeriesRows) -> DataFrame:
    """The models of a panel that has none."""
    schema = with_fields()
    return rows.frame.limit(0).select(*(F.lit(None).cast(each.dataType).alias(each.name) for each in schema))


def write_models(context: Context, models: DataFrame, panel: int, through: int, made: Made, part: int = 0) -> None:
    """Appends a panel's rows in one commit."""
    stamped = models.withColumns(
        {
            "model": F.lit(context.model),
            "panel_version": F.lit(panel),
            "made": F.lit(made),
            "batch_seq": F.lit(through),
            **{name: F.lit(value) for name, value in context.stamp.items()},
        }
    )
    if EVIDENCE not in stamped.columns:
        stamped = stamped.withColumn(EVIDENCE, F.lit(None).cast("string"))
    step = f"{made}:{part}" if made == "fitted" else made
    fence = Fence(step, f"{context.model}:{panel}", through)
    append_models(context.tables, stamped, fence, {"model": context.model, "panel_version": panel, "made": made})


def _forecast(context: Context, rows: SeriesRows, version: str, panel: int, through: int) -> None:
    bucket = rows.bucket
    followed = models_of_panel(context.tables, context.model, panel, "followed", through)
    models = followed.where(F.get_json_object(EVIDENCE, "$.ended") == "false")
    read = replace(rows, frame=needed_rows(rows, models))

    def work(own: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
        return forecast_bucket(own, models, bucket)

    live = in_buckets(rows, models)
    check_known_ahead(read, live)
    found = by_bucket(read, live, work, forecast_schema(bucket.plan.levels))
    made = found.withColumns(
        {
            TIME: before_dawn(F.col(TIME), rows.moved),
            "model_version": F.lit(version),
            BATCH_SEQ: F.lit(through),
            "run_id": F.lit(context.run.run_id),
            "made_at": F.lit(context.run.started_at),
        }
    )
    fence = Fence("forecast", f"{context.model}:{version}", through)
    forecasts.append_forecasts(context.tables, context.model, made, bucket.plan.levels, fence)


def forecast_schema(levels: tuple[int, ...]) -> StructType:
    """The columns of forecasts, as a worker returns them."""
    ends = [StructField(end(level), DoubleType()) for level in levels for end in (lower, upper)]
    return StructType(
        [
            StructField(SERIES, StringType()),
            StructField("origin", LongType()),
            StructField("step", LongType()),
            StructField(TIME, TimestampType()),
            StructField("forecast", DoubleType()),
            StructField(NAIVE, DoubleType()),
            StructField("scale", DoubleType()),
            StructField("forecaster", StringType()),
            StructField("reason", StringType()),
            *ends,
        ]
    )
