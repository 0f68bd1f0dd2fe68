"""What is known of another target's version before it is copied: that it predicts here, and which days judge it."""

from dataclasses import replace
from datetime import timedelta

from retraining.adapters.registry.made_elsewhere import Original, run_of_version
from retraining.context import Context
from retraining.records.version import Manifest
from retraining.rules.ingest.ledger import Ledger
from retraining.steps.champion.check_target import loads
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.training_frame import Bounds, read_training_frame
from retraining.steps.decide.collect_evidence import count_new_rows
from retraining.steps.gate.plan_holdout import Holdout, plan_holdout
from retraining.steps.imported.check_made_elsewhere import predict_features
from retraining.strategies.full_refit import trivial_prediction

_TRIED = 1_000
"""So many rows show whether a version predicts on our columns."""


def copied_manifest(
    context: Context,
    source: IngestedSource,
    original: Original,
    key: str,
    trained_until: str,
    champion: Manifest | None,
    seq: int,
) -> Manifest:
    """The manifest of the copy, with the original's files, and without a version yet. Raises RegistryError for one that
    does not load or does not predict."""
    days = count_new_rows(context, source, None, None)
    holdout = plan_holdout(context.spec, source, days, [trained_until, champion.trained_until if champion else None])
    frame = read_training_frame(context, source, Bounds(source.committed.through, None, None))
    trivial = str(trivial_prediction(context.spec.kind, frame.label))
    planned = _manifest(context, source, original, key, trained_until, holdout, trivial, seq)
    there = replace(planned, model=original.model, version=original.version)
    predict_features(context.spec, loads(original.registry, there), original.version, frame.features.head(_TRIED))
    return planned


def _manifest(
    context: Context,
    source: IngestedSource,
    original: Original,
    key: str,
    trained_until: str,
    holdout: Holdout,
    trivial: str,
    seq: int,
) -> Manifest:
    return Manifest(
        model=context.model,
        retrain_key=key,
        role="copied",
        state="REGISTERED",
        seq=seq,
        evaluation_id=key,
        action="refit",
        base_version=None,
        batch_seq=source.committed.through,
        window_days=None,
        train_from=None,
        train_before=_day_after(source.ledger, trained_until),
        holdout_from=holdout.start,
        holdout_before=holdout.end,
        trained_until=trained_until,
        trained_rows=None,
        sampled=None,
        data_hash=None,
        observations_version=None,
        trivial_prediction=trivial,
        fit_seconds=None,
        version=None,
        mlflow_run_id=run_of_version(original.registry, original.model, original.version),
        digest=original.digest,
        spec_hash=context.spec.hash,
        code_version=context.run.code_version,
        **context.stamp,
        reproducible=False,
        files=original.files,
    )


def _day_after(ledger: Ledger, text: str) -> str | None:
    number = ledger.from_text(text)
    return None if number is None else ledger.to_text(ledger.start_of(ledger.day_of(number) + timedelta(days=1)))
