"""The version that goes live after the gate: the candidate, or its recipe fitted again with the hold-out."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from pyspark.sql import functions as F

from retraining.adapters.registry.fresh_process import fresh_process
from retraining.context import Context
from retraining.records.gate import GateResult
from retraining.records.version import Manifest
from retraining.rules.gate.checks import gated_error
from retraining.rules.gate.refit import RefitCheck
from retraining.rules.gate.smoke import Smoke
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.load_version import load_version
from retraining.steps.dataset.metric_of import metric_of
from retraining.steps.dataset.model_frame import LABEL
from retraining.steps.dataset.predict_rows import is_broken, predict_rows
from retraining.steps.dataset.training_frame import Bounds, TrainingFrame, read_training_frame
from retraining.steps.drift.append_references import append_references
from retraining.steps.gate.evaluate_on_holdout import holdout_rows
from retraining.steps.gate.smoke_test import smoke_test
from retraining.steps.training.fit_version import log_fit, store_fit


@dataclass(frozen=True)
class Deployed:
    """A version, how it did in a fresh process, and a sentence on its refit where the spec asks for one."""

    version: str
    smoke: Smoke
    said: tuple[str, ...] = ()


def deployed_version(
    context: Context,
    source: IngestedSource,
    candidate: Manifest,
    manifests: list[Manifest],
    checks: Sequence[GateResult],
) -> Deployed:
    """A copy of another target's version goes live as it is. A refit that is not close to the candidate stays a version
    that nothing points to, and the candidate goes live.

    The fresh process starts before the refit is fitted: it needs seconds to import, on a core of its own. The refit is
    asked while its references and its manifest are stored.
    """
    if candidate.role == "copied":
        return _as_judged(context, source, candidate)
    if not context.spec.gate.refits:
        return _asked(context, source, candidate)
    with fresh_process() as process, ThreadPoolExecutor() as pool:
        logged = log_fit(context, source, _reserved_refit(candidate, manifests), manifests)
        refit = logged.manifest
        smoking = pool.submit(smoke_test, context, source, refit, process)
        checking = pool.submit(_check, context, source, candidate, refit, checks)
        store_fit(context, logged, manifests)
    found = checking.result()
    if found.passes:
        return Deployed(str(refit.version), smoking.result(), (found.sentence,))
    as_judged = _as_judged(context, source, candidate)
    return replace(as_judged, said=(found.sentence,))


def _as_judged(context: Context, source: IngestedSource, candidate: Manifest) -> Deployed:
    """The candidate itself, whose references are written now: candidates seldom go live."""
    frame = _rows_of(context, source, candidate)
    predicted = load_version(context.registry, candidate).predict(frame.features)
    append_references(context, frame, predicted, str(candidate.version))
    return _asked(context, source, candidate)


def _asked(context: Context, source: IngestedSource, candidate: Manifest) -> Deployed:
    with fresh_process() as process:
        return Deployed(str(candidate.version), smoke_test(context, source, candidate, process))


def _rows_of(context: Context, source: IngestedSource, candidate: Manifest) -> TrainingFrame:
    """The candidate's training rows; of a copy, whose own are elsewhere, all rows of the batches it was judged on."""
    if candidate.role == "copied":
        return read_training_frame(context, source, Bounds(candidate.batch_seq, None, None))
    start, before = (source.ledger.from_text(each) for each in (candidate.train_from, candidate.train_before))
    return read_training_frame(context, source, Bounds(candidate.batch_seq, start, before))


def _reserved_refit(candidate: Manifest, manifests: list[Manifest]) -> Manifest:
    """The refit that was reserved with the candidate, with the candidate's window."""
    same_fit = (candidate.evaluation_id, candidate.code_version)
    refits = [row for row in manifests if row.role == "refit" and row.state == "RESERVED"]
    reserved = next(row for row in refits if (row.evaluation_id, row.code_version) == same_fit)
    return replace(reserved, window_days=candidate.window_days)


def _check(
    context: Context, source: IngestedSource, candidate: Manifest, refit: Manifest, checks: Sequence[GateResult]
) -> RefitCheck:
    """Both versions' predictions of the hold-out; its labels are not looked at."""
    spec = context.spec
    models = {"_candidate": load_version(context.registry, candidate), "_refit": load_version(context.registry, refit)}
    rows = holdout_rows(context, source, candidate, None)
    predicted = predict_rows(spec, rows, [LABEL], models)
    if spec.kind == "regression":
        difference = F.sqrt(F.avg((F.col("_refit") - F.col("_candidate")) ** 2))
    else:
        difference = F.avg((~F.col("_refit").eqNullSafe(F.col("_candidate"))).cast("double"))
    broken = F.count_if(is_broken(spec, "_refit"))
    count, missing, distance = predicted.agg(F.count(F.lit(1)), broken, difference).collect()[0]
    return RefitCheck(metric_of(spec), count, missing, distance, gated_error(checks, metric_of(spec)))
