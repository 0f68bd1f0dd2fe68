"""The version that goes live after the gate: the candidate, or its recipe fitted again with the hold-out."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.registry.fresh_process import fresh_process
from retraining.context import Context
from retraining.records.version import Manifest
from retraining.rules.gate.refit import AddedRows
from retraining.rules.gate.smoke import Smoke
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.load_version import load_fitted, load_version
from retraining.steps.dataset.model_history import ModelHistory
from retraining.steps.dataset.training_frame import Bounds, TrainingFrame, read_training_frame, trainable_rows
from retraining.steps.drift.append_references import append_references
from retraining.steps.gate.evaluate_on_holdout import block_column, metrics_of
from retraining.steps.gate.smoke_test import smoke_test
from retraining.steps.performance.sum_on_workers import BLOCK, sum_on_workers
from retraining.steps.performance.worker_sums import ModelPair
from retraining.steps.training.fit_version import log_fit, store_fit


@dataclass(frozen=True)
class Deployment:
    """A version that may go live, and how it answered in a fresh process."""

    version: str
    smoke: Smoke
    sentences: tuple[str, ...] = ()
    """On its refit, where the spec wants one."""


def fit_and_test_deployment(
    context: Context,
    source: IngestedSource,
    candidate: Manifest,
    history: ModelHistory,
) -> Deployment:
    """Tests the version that may go live: the candidate, or its refit where the spec wants one. A copy of another
    target's version goes live as it is. A refit that the newest days made worse stays a version that nothing points
    to, and the candidate goes live.

    The fresh process starts before the refit is fitted: it needs seconds to import, on another core. The refit
    answers its requests while its references and its manifest are stored.
    """
    if candidate.role == "copied":
        return _deploy_as_judged(context, source, candidate)
    if not context.spec.gate.refits:
        return _test(context, source, candidate)

    with fresh_process() as process, ThreadPoolExecutor() as pool:
        logged = log_fit(context, source, _reserved_refit(candidate, history), history.manifests)
        smoke = pool.submit(smoke_test, context, source, logged.manifest, process)
        comparison = pool.submit(_added_rows, context, source, candidate, logged.manifest)
        store_fit(context, logged, history.manifests)

    check = comparison.result()
    if check.passes:
        return Deployment(str(logged.manifest.version), smoke.result(), (check.sentence,))
    return replace(_deploy_as_judged(context, source, candidate), sentences=(check.sentence,))


def _deploy_as_judged(context: Context, source: IngestedSource, candidate: Manifest) -> Deployment:
    """The candidate itself. Its references are written only now, because candidates seldom go live."""
    frame = _training_rows(context, source, candidate)
    predicted = load_version(context.registry, candidate).predict(frame.features)
    append_references(context, frame, predicted, str(candidate.version))
    return _test(context, source, candidate)


def _test(context: Context, source: IngestedSource, candidate: Manifest) -> Deployment:
    with fresh_process() as process:
        return Deployment(str(candidate.version), smoke_test(context, source, candidate, process))


def _training_rows(context: Context, source: IngestedSource, candidate: Manifest) -> TrainingFrame:
    """The candidate's training rows. Those of a copy are elsewhere: of a copy, all rows of the batches that judged
    it."""
    if candidate.role == "copied":
        return read_training_frame(context, source, Bounds(candidate.batch_seq, None, None))

    return read_training_frame(context, source, _learned(source, candidate))


def _learned(source: IngestedSource, candidate: Manifest) -> Bounds:
    start = source.ledger.from_text(candidate.train_from)
    before = source.ledger.from_text(candidate.train_before)
    return Bounds(candidate.batch_seq, start, before, left_out=candidate.left_out)


def _reserved_refit(candidate: Manifest, history: ModelHistory) -> Manifest:
    """The refit that was reserved with the candidate, with the candidate's window and form."""
    same_fit = (candidate.evaluation_id, candidate.code_version)
    refits = [row for row in history.manifests if row.role == "refit" and row.state == "RESERVED"]
    reserved = next(row for row in refits if (row.evaluation_id, row.code_version) == same_fit)
    return replace(reserved, window_days=candidate.window_days, recipe=candidate.recipe, params=candidate.params)


DAYS_BEFORE = 28
"""Days with rows before the hold-out that show what it did to a refit."""


def _added_rows(context: Context, source: IngestedSource, candidate: Manifest, refit: Manifest) -> AddedRows:
    """Both versions on the newest days that both have learned. The hold-out itself says nothing of a refit, which has
    learned it."""
    spec = context.spec
    known = _days_before(source, trainable_rows(context, source, _learned(source, candidate)))
    rows = known.withColumn(BLOCK, block_column(spec, source.ledger))
    pair = ModelPair(
        load_fitted(spec, context.registry, refit, rows), load_fitted(spec, context.registry, candidate, rows), None
    )
    summed = sum_on_workers(spec, rows, metrics_of(spec)[:1], pair)
    return AddedRows(summed.metrics[0], summed.sums[0], summed.broken)


def _days_before(source: IngestedSource, rows: DataFrame) -> DataFrame:
    """The rows of the newest days."""
    day = ledger_day(source.ledger)
    newest = rows.select(day.alias("day")).distinct().orderBy(F.desc("day")).limit(DAYS_BEFORE)
    first = newest.agg(F.min("day")).collect()[0][0]
    return rows.where(day >= F.lit(first))
