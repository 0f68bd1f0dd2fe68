"""The panel that goes live: the candidate's, with the champion's model of every series that it would make worse."""

import hashlib
from dataclasses import replace

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import LongType, StringType, StructField, StructType

from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq
from retraining.adapters.tables.series_models import buckets_there, models_of_panel
from retraining.context import Context
from retraining.forecasting.buckets import COLUMNS_OF_MODEL, SERIES
from retraining.forecasting.past_origins import origins_of_bucket
from retraining.records.panel import REFITS
from retraining.records.version import Manifest
from retraining.rules.panel.mix_panels import KEPT, series_losses, series_to_keep
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_history import ModelHistory
from retraining.steps.panel.at_origins import BASELINE, CANDIDATE, origins_between
from retraining.steps.panel.fan_out import by_bucket
from retraining.steps.panel.fit_panel import first_day, register_panel
from retraining.steps.panel.follow_panel import in_buckets, panel_version_of, write_models
from retraining.steps.panel.series_rows import BUCKET, SeriesRows, read_series

_WHO = "_who"
_WHY = "_why"
_KEPT_SERIES = StructType(
    [StructField(SERIES, StringType()), StructField(_WHY, StringType()), StructField(BUCKET, LongType())]
)


def mix_panel(
    context: Context, source: IngestedSource, candidate: Manifest, champion: Manifest | None, history: ModelHistory
) -> Manifest:
    """The candidate, or another panel where some series keep the champion's model. It is made once: a repeated
    call finds what is there."""
    reserved = _reserved(candidate, history)
    done = [row for row in history.manifests if row.retrain_key == reserved.retrain_key and row.state == "REGISTERED"]
    if done:
        return done[0]
    if champion is None:
        return candidate

    rows = read_series(context, source, candidate.batch_seq, first_day(source.ledger, candidate.holdout_before))
    before = read_series(context, source, candidate.batch_seq, first_day(source.ledger, candidate.holdout_from))
    kept = _kept(context, rows, origins_between(before.origin, rows.origin), candidate, champion)
    if kept.isEmpty():
        return candidate

    known = [row for row in history.manifests if row.retrain_key == reserved.retrain_key]
    if not known:
        append_rows(context.tables, "retrain", [reserved])
    panel = known[0] if known else reserved
    started = context.run.stopwatch()
    if not buckets_there(context.tables, context.model, panel.seq):
        _write(context, kept, panel, candidate, champion)
    return register_panel(context, source, panel, [*history.manifests, panel], started)


def kept_in_words(context: Context, mixed: Manifest) -> tuple[str, ...]:
    """How many series of a panel keep the model of the champion before it; nothing where none does."""
    count, kept = (
        _fitted(context, mixed).agg(F.count(F.lit(1)), F.count_if(F.col("reason").startswith(KEPT))).collect()[0]
    )
    if not kept:
        return ()
    return (
        f"{kept:,} of {count:,} series keep the champion's model, because the candidate's was worse; `series_models` "
        f"says why of each.",
    )


def _fitted(context: Context, manifest: Manifest) -> DataFrame:
    return models_of_panel(context.tables, context.model, panel_version_of(manifest), "fitted")


def _reserved(candidate: Manifest, history: ModelHistory) -> Manifest:
    """The manifest of the mixed panel: learned what the candidate has learned."""
    key = hashlib.sha256(f"{candidate.retrain_key}|mixed".encode()).hexdigest()
    return replace(
        candidate,
        retrain_key=key,
        role="refit",
        state="RESERVED",
        seq=next_seq(history.manifests),
        version=None,
        mlflow_run_id=None,
        digest=None,
        files=(),
        panel_version=None,
        series_models_version=None,
    )


def _kept(context: Context, rows: SeriesRows, origins: list[int], candidate: Manifest, champion: Manifest) -> DataFrame:
    """Series and reason: of those that the candidate has fitted, the ones that it makes worse."""
    ours, theirs = (_fitted(context, each).select(*COLUMNS_OF_MODEL) for each in (candidate, champion))
    fitted = ours.where(F.col("action").isin(*REFITS)).join(theirs.select(SERIES), SERIES, "left_semi")
    live = theirs.join(fitted.select(SERIES), SERIES, "left_semi")
    both = fitted.withColumn(_WHO, F.lit(CANDIDATE)).unionByName(live.withColumn(_WHO, F.lit(BASELINE)))
    bucket = rows.bucket

    def work(own: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
        theirs = models[models[_WHO] == BASELINE]
        scales = theirs.set_index(SERIES)["scale"].to_dict()
        own = own[own[SERIES].isin(set(scales))]
        losses = [
            series_losses(origins_of_bucket(own, each, scales, origins, bucket)) if len(each) and len(own) else None
            for each in (models[models[_WHO] == CANDIDATE], theirs)
        ]
        found = () if losses[0] is None or losses[1] is None else series_to_keep(losses[0], losses[1])
        lines = [(each.series, each.reason) for each in found]
        return pd.DataFrame(lines, columns=[SERIES, _WHY])

    return by_bucket(rows, in_buckets(rows, both), work, _KEPT_SERIES).select(SERIES, _WHY)


def _write(context: Context, kept: DataFrame, panel: Manifest, candidate: Manifest, champion: Manifest) -> None:
    """The rows of both panels as they were fitted, each series once."""
    ours = _fitted(context, candidate)
    theirs = _fitted(context, champion)
    names = [*COLUMNS_OF_MODEL, BUCKET]
    stay = theirs.join(kept, SERIES).withColumns({"action": F.lit("keep"), "reason": F.col(_WHY)}).select(*names)
    mixed = ours.join(kept.select(SERIES), SERIES, "left_anti").select(*names).unionByName(stay)
    write_models(context, mixed, panel.seq, panel.batch_seq, "fitted")
