"""What is known of another target's version before it is copied: that it predicts here, and which days judge it."""

from dataclasses import dataclass, replace
from datetime import timedelta

from retraining.adapters.registry.made_elsewhere import Original, run_of_version
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.version import Manifest
from retraining.rules.ingest.ledger import Ledger
from retraining.steps.champion.check_target import loads
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.new_rows import count_new_rows
from retraining.steps.dataset.training_frame import Bounds, read_training_frame
from retraining.steps.gate.plan_holdout import Holdout, plan_holdout
from retraining.steps.imported.check_made_elsewhere import predict_features

_TRIED = 1_000
"""Rows on which a version must predict before it is copied."""


@dataclass(frozen=True)
class Copy:
    """A version of another schema, the key of its copy here, and the newest ledger value it has learned."""

    original: Original
    retrain_key: str
    trained_until: str


def copied_manifest(
    context: Context, source: IngestedSource, copy: Copy, champion: Manifest | None, seq: int
) -> Manifest:
    """The manifest of the copy, with the original's files, and without a version yet. Raises RegistryError for an
    original that does not load or does not predict."""
    original = copy.original
    trained_until = [copy.trained_until, champion.trained_until if champion else None]
    holdout = plan_holdout(context.spec, source, count_new_rows(context, source, None, None), trained_until)
    frame = read_training_frame(context, source, Bounds(source.committed.through, None, None))
    trivial = kind_of(context.spec).trivial_prediction(frame.label)
    planned = replace(_manifest(context, source, copy, holdout, seq), trivial_prediction=trivial)

    at_its_place = replace(planned, model=original.model, version=original.version)
    estimator = loads(original.registry, at_its_place)
    predict_features(context.spec, estimator, original.version, frame.features.head(_TRIED))
    return planned


def _manifest(context: Context, source: IngestedSource, copy: Copy, holdout: Holdout, seq: int) -> Manifest:
    original = copy.original

    return Manifest(
        model=context.model,
        retrain_key=copy.retrain_key,
        role="copied",
        state="REGISTERED",
        seq=seq,
        evaluation_id=copy.retrain_key,
        action="refit",
        base_version=None,
        batch_seq=source.committed.through,
        window_days=None,
        train_from=None,
        train_before=_day_after(source.ledger, copy.trained_until),
        holdout_from=holdout.start,
        holdout_before=holdout.end,
        trained_until=copy.trained_until,
        trained_rows=None,
        sampled=None,
        data_hash=None,
        observations_version=None,
        trivial_prediction=None,
        fit_seconds=None,
        version=None,
        mlflow_run_id=run_of_version(original.registry, original.model, original.version),
        digest=original.digest,
        spec_hash=context.spec.hash,
        code_version=context.run.code_version,
        **context.stamp,
        reproducible=False,
        files=original.files,
        source=source.name,
    )


def _day_after(ledger: Ledger, text: str) -> str | None:
    number = ledger.from_text(text)
    return None if number is None else ledger.to_text(ledger.start_of(ledger.day_of(number) + timedelta(days=1)))
