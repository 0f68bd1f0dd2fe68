"""What the loop must know of a version that it did not fit: digest, references, error, manifest."""

import hashlib
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from retraining.adapters.registry.made_elsewhere import run_of_version
from retraining.adapters.tables import observations
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq
from retraining.context import Context
from retraining.errors import NothingToDoError
from retraining.kinds.find_kind import kind_of
from retraining.records.gate import GateResult
from retraining.records.version import Manifest
from retraining.requests.adopt import AdoptRequest
from retraining.rules.gate.checks import ADOPTED, metric_in_words
from retraining.steps.champion.check_target import loads
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_history import ModelHistory, read_history
from retraining.steps.dataset.training_frame import Bounds, TrainingFrame, read_training_frame
from retraining.steps.drift.append_references import append_references
from retraining.steps.imported.check_made_elsewhere import check_inputs, predict_features
from retraining.steps.imported.check_trust import check_trust


@dataclass(frozen=True)
class _Errors:
    """Errors of the version and of its trivial prediction, and on which rows."""

    error: float
    trivial_error: float
    rows: int
    sentence: str


def take_over(context: Context, source: IngestedSource, request: AdoptRequest, version: str) -> Manifest:
    """The manifest of a version, written last: an attempt that ended before it starts again, and leads to the same.

    Raises RegistryError when the version has no signature, does not load, or does not predict on the spec's columns;
    UntrustedVersionError, before it is loaded, for files that the request does not trust.
    """
    spec = context.spec
    check_inputs(spec, context.registry, spec.model, version)
    history = read_history(context)
    digest = context.registry.digest(spec.model, version)
    check_trust(context.registry, spec.model, version, digest, request.trust, history.manifests)

    bounds = Bounds(request.last_batch, None, None, newer_than=request.first_batch - 1)
    frame = read_training_frame(context, source, bounds)
    manifest = _manifest(context, request, version, digest, frame, next_seq(history.manifests))

    estimator = loads(context.registry, manifest)
    predicted = predict_features(spec, estimator, version, frame.features)
    errors = _measure_errors(context, source, manifest, estimator, _Predictions(frame, predicted))

    append_references(context, frame, predicted, version)
    if not _is_stored(errors, manifest, history):
        append_rows(context.tables, "gate", [_gate_row(context, manifest, errors, next_seq(history.gate_results))])
    append_rows(context.tables, "retrain", [manifest])
    return manifest


def _manifest(
    context: Context, request: AdoptRequest, version: str, digest: str, frame: TrainingFrame, seq: int
) -> Manifest:
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
        trivial_prediction=kind_of(spec).trivial_prediction(frame.label),
        fit_seconds=request.fit_seconds,
        version=version,
        mlflow_run_id=run_of_version(context.registry, spec.model, version),
        digest=digest,
        spec_hash=spec.hash,
        code_version=context.run.code_version,
        **context.stamp,
        learning_hash=spec.learning_hash,
        reproducible=False,
        source=spec.source_name,
    )


@dataclass(frozen=True)
class _Predictions:
    """What the version says about some rows."""

    frame: TrainingFrame
    values: NDArray[Any]


def _measure_errors(
    context: Context, source: IngestedSource, manifest: Manifest, estimator: Any, training: _Predictions
) -> _Errors:
    """On rows newer than its training, where there are any; on its own rows the error is smaller than it will be."""
    kind = kind_of(context.spec)
    trivial = kind.trivial_prediction(training.frame.label)
    newer = Bounds(source.committed.through, None, None, newer_than=manifest.batch_seq)
    try:
        frame = read_training_frame(context, source, newer)
        predicted = predict_features(context.spec, estimator, str(manifest.version), frame.features)
        which = "rows newer than its training"
    except NothingToDoError:
        frame = training.frame
        predicted = training.values
        which = "its own training rows, because there are no newer ones"

    label = frame.label.to_numpy()
    error = kind.error_on_rows(label, predicted)
    trivial_error = kind.error_on_rows(label, kind.trivial_answers(trivial, label).prediction)
    sentence = f"Taken over, not judged: {metric_in_words(kind.followed.name)} {error:.4g} on {which}."
    return _Errors(error, trivial_error, len(label), sentence)


def _is_stored(errors: _Errors, manifest: Manifest, history: ModelHistory) -> bool:
    """Whether an attempt that ended before the manifest has stored the same errors."""
    stored = [row for row in history.gate_results if row.retrain_key == manifest.retrain_key and row.check == ADOPTED]
    return bool(stored) and (stored[-1].candidate_error, stored[-1].sentence) == (errors.error, errors.sentence)


def _gate_row(context: Context, manifest: Manifest, errors: _Errors, seq: int) -> GateResult:
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
        sentence=errors.sentence,
        metric=kind_of(context.spec).followed.name,
        candidate_error=errors.error,
        baseline_error=errors.trivial_error,
        level=0.0,
        correlation=0.0,
        correlation_days=None,
        holdout_rows=errors.rows,
        holdout_blocks=0,
        holdout_from=None,
        holdout_before=None,
        **context.stamp,
    )
