"""Candidate and baseline on the same hold-out rows, block by block."""

from dataclasses import replace

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import observations
from retraining.adapters.tables.observations import Selection
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.version import Manifest
from retraining.rules.gate.correlation import INDEPENDENT, Correlation
from retraining.rules.gate.evaluation import Evaluation, Sanity
from retraining.rules.gate.sanity import giveaways
from retraining.rules.ingest.batch_numbers import from_another_source
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.ledger_column import ledger_day, ledger_literal
from retraining.rules.ingest.row_identity import ROW_KEY, bucket
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_frame import LABEL, feature_columns, is_reserved, labelled
from retraining.steps.dataset.other_sources import known_to_other_sources
from retraining.steps.dataset.training_frame import Bounds, trainable_rows
from retraining.steps.performance.sum_on_workers import BLOCK, sum_on_workers
from retraining.steps.performance.worker_sums import ModelPair

EXCHANGEABLE_BLOCKS = 200
"""Rows without time order are judged in at most this many buckets, so that the driver's part does not grow with
rows."""
_LOOKED_AT = 5_000
"""Rows of the hold-out that show whether one feature gives the label away."""


def holdout_rows(context: Context, source: IngestedSource, candidate: Manifest, champion: Manifest | None) -> DataFrame:
    """Labelled rows that neither model was trained on, with their block.

    newest: the days the manifest froze. reserved: reserved keys that arrived after the champion's batch, because older
    ones decided its own promotion.
    """
    spec = context.spec
    ledger = source.ledger
    committed = source.through(candidate.batch_seq)
    start = ledger.from_text(candidate.holdout_from)
    rows = labelled(spec, source.current_rows(Selection(since=start), candidate.batch_seq))
    if spec.gate.holdout == "reserved":
        arrived = observations.arrived_after(committed, champion.batch_seq if champion else 0)
        unused = _without_keys_of_other_source(context, rows.where(is_reserved(spec) & arrived), champion)
        return unused.withColumn(BLOCK, block_column(spec, ledger))

    end = ledger.from_text(candidate.holdout_before)
    if start is None or end is None:
        return rows.where(F.lit(False)).withColumn(BLOCK, F.lit(0))

    inside = F.col(f"`{ledger.column}`") < ledger_literal(ledger, end)
    return rows.where(inside).withColumn(BLOCK, block_column(spec, ledger))


def evaluate_on_holdout(
    spec: ModelSpec, rows: DataFrame, models: ModelPair, correlation: Correlation, shared_keys: int
) -> Evaluation:
    """Sums of both on these same rows, in one pass, and what a look at some of them says."""
    summed = sum_on_workers(spec, rows, metrics_of(spec), models)
    by_day = spec.gate.holdout == "newest"
    sanity = Sanity(summed.broken, summed.constant, shared_keys, _giveaways(spec, rows))
    correlated = correlation if by_day else INDEPENDENT
    return Evaluation(summed.metrics, summed.sums, by_day, correlated, sanity, summed.slices)


def metrics_of(spec: ModelSpec) -> tuple[str, ...]:
    """Names of the spec's metrics, the deciding one first, and of the one that every model is followed by."""
    followed = kind_of(spec).followed.name
    return tuple(dict.fromkeys([spec.gate.metric or followed, followed, *spec.gate.guards, *spec.gate.floors]))


def count_shared_keys(context: Context, source: IngestedSource, candidate: Manifest, rows: DataFrame) -> int:
    """Rows of the hold-out whose key is among those that the candidate was trained on."""
    return rows.join(learned_keys(context, source, candidate, rows), ROW_KEY, "left_semi").count()


def learned_keys(context: Context, source: IngestedSource, manifest: Manifest, rows: DataFrame) -> DataFrame:
    """Row keys that a version may have learned, as far as the rows have them; of an update, also those of all versions
    it grew from. Of a version that learned from another source, all keys of that one."""
    if from_another_source(manifest):
        return known_to_other_sources(context, rows, [manifest])

    ledger = source.ledger
    before = ledger.from_text(manifest.train_before)
    bounds = Bounds(manifest.batch_seq, None, before)
    if manifest.action == "refit":
        bounds = replace(bounds, start=ledger.from_text(manifest.train_from), left_out=manifest.left_out)
    return trainable_rows(context, source, bounds).select(ROW_KEY)


def _without_keys_of_other_source(context: Context, rows: DataFrame, champion: Manifest | None) -> DataFrame:
    """Under its old name a source may have brought the same rows, by which the champion itself was judged."""
    if champion is None or not from_another_source(champion):
        return rows
    return rows.join(known_to_other_sources(context, rows, [champion]), ROW_KEY, "left_anti")


def block_column(spec: ModelSpec, ledger: Ledger) -> Column:
    """The day; of rows without time order a bucket."""
    if spec.gate.holdout == "reserved":
        return bucket("block", EXCHANGEABLE_BLOCKS)
    return F.datediff(ledger_day(ledger), F.lit("1970-01-01").cast("date"))


def _giveaways(spec: ModelSpec, rows: DataFrame) -> tuple[str, ...]:
    features = [name for name in spec.columns.features if name not in spec.gate.may_explain_label]
    sample = rows.orderBy(ROW_KEY).limit(_LOOKED_AT).select(LABEL, *feature_columns(spec)).toPandas()
    return giveaways(sample[features], sample[LABEL], kind_of(spec).is_numeric)
