"""What each series of a panel needs, and what is done within the budget: a row a series in `panel_actions`."""

import json
from collections.abc import Iterable
from dataclasses import asdict

import pandas as pd
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, DoubleType, LongType, StringType, StructField, StructType

from retraining.adapters.tables.series_models import actions_of, append_actions, followed_until, models_of_panel
from retraining.adapters.tables.tables import Fence
from retraining.context import Context
from retraining.forecasting.buckets import EVIDENCE, SERIES
from retraining.forecasting.evidence import done_by_bucket, wanted_by_bucket
from retraining.forecasting.plan_of_spec import section_of
from retraining.records.panel import SeriesCount, SeriesLimits
from retraining.records.version import Manifest
from retraining.rules.panel.decide_series import Decided, limits_of, refit_budget
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.panel.follow_panel import follow, followed, panel_version_of
from retraining.steps.panel.series_rows import read_series

_WEIGHT = "weight"
_WANTED = StructType(
    [
        StructField(SERIES, StringType()),
        StructField(EVIDENCE, StringType()),
        StructField("wanted", StringType()),
        StructField("reason", StringType()),
        StructField("urgency", DoubleType()),
        StructField("counts", BooleanType()),
    ]
)
_DONE = StructType([*_WANTED, StructField("rank", LongType()), StructField("action", StringType())])


def decide_actions(
    context: Context, source: IngestedSource, champion: Manifest | None, evaluation_id: str, search_all: str | None
) -> tuple[SeriesCount, ...]:
    """How many series have which action. Their rows are written once: those of the same evaluation are found.

    search_all: why every series is searched for a model again; None where each one is looked at by itself.
    """
    there = actions_of(context.tables, context.model, evaluation_id)
    if there is None:
        limits = SeriesLimits(**{**asdict(limits_of(context.spec)), "search_all": search_all})
        decided = Decided(context.model, evaluation_id, source.committed.through)
        rows = _actions(context, _evidence(context, source, champion), limits, decided)
        append_actions(context.tables, rows, Fence("act", f"{context.model}:{evaluation_id}", 1))
        there = actions_of(context.tables, context.model, evaluation_id)

    if there is None:
        return ()
    counted = there.groupBy("action").count().orderBy("action").collect()
    return tuple(SeriesCount(row["action"], row["count"]) for row in counted)


def _evidence(context: Context, source: IngestedSource, champion: Manifest | None) -> DataFrame:
    """Series, evidence and volume. `score` has stored those of the live panel; without one every series is new."""
    if champion is None:
        return followed(read_series(context, source), None, 0).select(SERIES, EVIDENCE, "volume")
    panel = panel_version_of(champion)
    if followed_until(context.tables, context.model, panel) != source.committed.through:
        follow(context, read_series(context, source), panel, source.committed.through, champion.batch_seq)
    stored = models_of_panel(context.tables, context.model, panel, "followed", source.committed.through)
    return stored.select(SERIES, EVIDENCE, "volume")


def _actions(context: Context, evidence: DataFrame, limits: SeriesLimits, decided: Decided) -> DataFrame:
    """The worst come first until the budget is spent."""
    wanted = _with_weights(context, evidence).mapInPandas(lambda parts: _wanted(parts, limits), _WANTED)
    order = Window.partitionBy("counts").orderBy(F.col("urgency").desc(), SERIES)
    ranked = wanted.withColumn("rank", F.when(F.col("counts"), F.row_number().over(order)))

    live = evidence.where(F.get_json_object(EVIDENCE, "$.forecaster").isNotNull()).count()
    budget = refit_budget(live, limits)
    done = ranked.withColumn("action", F.lit(None).cast("string")).mapInPandas(
        lambda parts: (done_by_bucket(part, budget)[_DONE.names] for part in parts), _DONE
    )
    return done.withColumns(
        {
            "model": F.lit(decided.model),
            "evaluation_id": F.lit(decided.evaluation_id),
            "batch_seq": F.lit(decided.batch_seq),
            "budget": F.lit(budget),
            "limits": F.lit(json.dumps(asdict(limits), sort_keys=True)),
            **{name: F.lit(value) for name, value in context.stamp.items()},
        }
    )


def _with_weights(context: Context, evidence: DataFrame) -> DataFrame:
    """What each series counts: the mean is 1."""
    if section_of(context.spec).weights == "equal":
        return evidence.withColumn(_WEIGHT, F.lit(1.0))
    mean = evidence.agg(F.avg("volume")).collect()[0][0]
    return evidence.withColumn(_WEIGHT, F.col("volume") / F.lit(mean) if mean else F.lit(1.0))


def _wanted(parts: Iterable[pd.DataFrame], limits: SeriesLimits) -> Iterable[pd.DataFrame]:
    return (wanted_by_bucket(part, limits).reindex(columns=_WANTED.names) for part in parts)
