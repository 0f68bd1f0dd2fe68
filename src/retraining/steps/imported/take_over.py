"""What the loop must know of a version that it did not make: digest, reference profile, error, manifest."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from retraining.adapters.registry.made_elsewhere import run_of_version
from retraining.adapters.tables import observations
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.context import Context
from retraining.errors import NothingToDoError
from retraining.records.gate import GateResult
from retraining.records.version import Manifest
from retraining.requests.adopt import AdoptRequest
from retraining.rules.gate.checks import ADOPTED, metric_in_words
from retraining.rules.gate.metrics import error_on_rows
from retraining.steps.champion.check_target import loads
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.metric_of import metric_of
from retraining.steps.dataset.training_frame import Bounds, TrainingFrame, read_training_frame
from retraining.steps.drift.append_references import append_references
from retraining.steps.imported.check_made_elsewhere import check_inputs, predict_features
from retraining.strategies.full_refit import trivial_prediction


@dataclass(frozen=True)
class _Measured:
    """Errors of the version and of its trivial prediction, and on what."""

    error: float
    trivial_error: float
    rows: int
    sentence: str


def take_over(context: Context, source: IngestedSource, request: AdoptRequest, version: str) -> Manifest:
    """The manifest of a version, written last: an attempt that ended before it starts again, and leads to the same.

    Raises RegistryError when the version has no signature, does not load, or does not predict on the spec's columns.
    """
    spec = context.spec
    tables = context.tables
    check_inputs(spec, context.registry, spec.model, version)
    manifests, checks = read_rows(tables, Manifest, spec.model), read_rows(tables, GateResult, spec.model)
    frame = read_training_frame(
        context, source, Bounds(request.last_batch, None, None, newer_than=request.first_batch - 1)
    )
    manifest = _manifest(context, request, version, frame, next_seq(manifests))
    estimator = loads(context.registry, manifest)
    predicted = predict_features(spec, estimator, version, frame.features)
    measured = _measure(context, source, request, estimator, version, frame, predicted)
    append_references(context, frame, predicted, version)
    append_rows(tables, "gate", [_gate_row(context, manifest, measured, next_seq(checks))])
    append_rows(tables, "retrain", [manifest])
    return manifest


def _manifest(context: Context, request: AdoptRequest, version: str, frame: TrainingFrame, seq: int) -> Manifest:
    spec = context.spec
    key = hashlib.sha256(f"adopted|{spec.model}|{version}".encode()).hexdigest()
    return Manifest(
        model=spec.model,
        retrain_key=key,
        role="adopted",
        state="REGISTERED",
        seq=seq,
        evaluation_id=key,
        action="refit",
        base_version=None,
        batch_seq=request.last_batch,
        window_days=None,
        train_from=None if request.first_batch == 1 else frame.trained_from,
        train_before=None,
        holdout_from=None,
        holdout_before=None,
        trained_until=frame.trained_until,
        trained_rows=len(frame.table),
        sampled=frame.sampled,
        data_hash=frame.data_hash,
        observations_version=observations.observations_version(context.tables, spec.source_name),
        trivial_prediction=str(trivial_prediction(spec.kind, frame.label)),
        fit_seconds=request.fit_seconds,
        version=version,
        mlflow_run_id=run_of_version(context.registry, spec.model, version),
        digest=context.registry.digest(spec.model, version),
        spec_hash=spec.hash,
        code_version=context.run.code_version,
        **context.stamp,
        learning_hash=spec.learning_hash,
        reproducible=False,
    )


def _measure(
    context: Context,
    source: IngestedSource,
    request: AdoptRequest,
    estimator: Any,
    version: str,
    trained: TrainingFrame,
    predicted: "np.ndarray[Any, Any]",
) -> _Measured:
    """On rows newer than its training, where there are any; on its own rows the error is smaller than it will be."""
    trivial = trivial_prediction(context.spec.kind, trained.label)
    try:
        newer = Bounds(source.committed.through, None, None, newer_than=request.last_batch)
        frame = read_training_frame(context, source, newer)
        predicted, which = (
            predict_features(context.spec, estimator, version, frame.features),
            "rows newer than its training",
        )
    except NothingToDoError:
        frame, which = trained, "its own training rows, for want of newer ones"
    metric, label = metric_of(context.spec), frame.label.to_numpy()
    error, other = (error_on_rows(metric, label, made) for made in (predicted, np.full(len(label), trivial)))
    said = f"Taken over, not judged: {metric_in_words(metric)} {error:.4g} on {which}."
    return _Measured(error, other, len(label), said)


def _gate_row(context: Context, manifest: Manifest, measured: _Measured, seq: int) -> GateResult:
    return GateResult(
        model=context.model,
        retrain_key=manifest.retrain_key,
        seq=seq,
        question="first",
        candidate_version=str(manifest.version),
        champion_version=None,
        check=ADOPTED,
        verdict="passed",
        value=None,
        lower=None,
        upper=None,
        threshold=None,
        sentence=measured.sentence,
        metric=metric_of(context.spec),
        candidate_error=measured.error,
        baseline_error=measured.trivial_error,
        level=0.0,
        correlation=0.0,
        correlation_days=None,
        holdout_rows=measured.rows,
        holdout_blocks=0,
        holdout_from=None,
        holdout_before=None,
        **context.stamp,
    )
