"""The version that goes live after the gate: the candidate, or its recipe fitted again with the hold-out."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from pyspark.sql import functions as F

from retraining.adapters.registry.fresh_process import fresh_process
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.gate import GateResult
from retraining.records.version import Manifest
from retraining.rules.gate.checks import gated_error
from retraining.rules.gate.refit import RefitCheck
from retraining.rules.gate.smoke import Smoke
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.load_version import load_fitted, load_version
from retraining.steps.dataset.model_frame import LABEL
from retraining.steps.dataset.model_history import ModelHistory
from retraining.steps.dataset.predict_rows import predict_rows
from retraining.steps.dataset.training_frame import Bounds, TrainingFrame, read_training_frame
from retraining.steps.drift.append_references import append_references
from retraining.steps.gate.evaluate_on_holdout import holdout_rows
from retraining.steps.gate.smoke_test import smoke_test
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
    checks: Sequence[GateResult],
) -> Deployment:
    """Fits the refit where the spec wants one, and tests the version that may go live. A copy of another target's
    version goes live as it is. A refit that is not close to the candidate stays a version that nothing points to, and
    the candidate goes live.

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
        comparison = pool.submit(_compare_refit, context, source, candidate, logged.manifest, checks)
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

    start = source.ledger.from_text(candidate.train_from)
    before = source.ledger.from_text(candidate.train_before)
    return read_training_frame(context, source, Bounds(candidate.batch_seq, start, before))


def _reserved_refit(candidate: Manifest, history: ModelHistory) -> Manifest:
    """The refit that was reserved with the candidate, with the candidate's window and form."""
    same_fit = (candidate.evaluation_id, candidate.code_version)
    refits = [row for row in history.manifests if row.role == "refit" and row.state == "RESERVED"]
    reserved = next(row for row in refits if (row.evaluation_id, row.code_version) == same_fit)
    return replace(reserved, window_days=candidate.window_days, recipe=candidate.recipe, params=candidate.params)


def _compare_refit(
    context: Context, source: IngestedSource, candidate: Manifest, refit: Manifest, checks: Sequence[GateResult]
) -> RefitCheck:
    """Both versions' predictions of the hold-out. The labels are not read: a refit has learned them."""
    spec = context.spec
    rows = holdout_rows(context, source, candidate, None)
    versions = {
        "_candidate": load_fitted(spec, context.registry, candidate, rows),
        "_refit": load_fitted(spec, context.registry, refit, rows),
    }
    kind = kind_of(spec)
    predicted = predict_rows(kind, rows, [LABEL], versions)

    difference = kind.difference_column("_refit", "_candidate")
    broken = F.count_if(kind.is_broken("_refit"))
    count, missing, distance = predicted.agg(F.count(F.lit(1)), broken, difference).collect()[0]

    return RefitCheck(kind.followed.name, count, missing, distance, gated_error(checks, kind.followed.name))
