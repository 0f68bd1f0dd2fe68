"""How each version that goes live does on the rows that judged the model's first version."""

from collections.abc import Sequence

from pyspark.sql import functions as F

from retraining.adapters.registry.registry import CHAMPION
from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.adapters.tables.performance import append_performance, measured_on_first_holdout
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.champion.history import first_champion
from retraining.rules.ingest.batch_numbers import from_another_source
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.steps.dataset.ingested_source import PREDICTION, SCORED_BATCH, VERSION, IngestedSource
from retraining.steps.dataset.load_version import load_fitted
from retraining.steps.dataset.model_frame import LABEL
from retraining.steps.dataset.predict_rows import predict_rows
from retraining.steps.gate.evaluate_on_holdout import holdout_rows
from retraining.steps.performance.daily_losses import DAY
from retraining.steps.performance.store_performance import performance_rows, sums_by_slice
from retraining.steps.performance.sum_on_workers import slice_columns


def store_first_holdout(context: Context, source: IngestedSource) -> None:
    """Measures the champion on the rows that judged the model's first version, once a version, and that version too.
    Nothing where the first version was made elsewhere, or from another source: no rows judged it here."""
    model = context.model
    promotions = read_rows(context.tables, Promotion, model)
    manifests = source.numbers.of_manifests(read_rows(context.tables, Manifest, model))
    registered = [row for row in manifests if row.state == "REGISTERED"]
    first = first_champion(promotions)
    judged = _judged_as(registered, first)
    if judged is None or from_another_source(judged):
        return

    live = context.registry.version_of(model, CHAMPION)
    measured = measured_on_first_holdout(context.tables, model)
    missing = {name for name in (first, live) if name and name not in measured}
    for manifest in registered:
        if manifest.version in missing:
            _store_on(context, source, judged, manifest)


def _judged_as(registered: Sequence[Manifest], first: str | None) -> Manifest | None:
    """The candidate that was judged before the first version went live: itself, or the one that it is a refit of."""
    live = next((row for row in registered if row.version == first), None)
    if live is None or live.role not in ("candidate", "refit"):
        return None
    candidates = (row for row in registered if row.role == "candidate")
    return next((row for row in candidates if row.evaluation_id == live.evaluation_id), None)


def _store_on(context: Context, source: IngestedSource, judged: Manifest, manifest: Manifest) -> None:
    spec = context.spec
    version = str(manifest.version)
    if not context.registry.has_version(spec.model, version):
        return

    rows = holdout_rows(context, source, judged, None)
    slices = slice_columns(spec, rows)
    kept = rows.withColumns({DAY: ledger_day(source.ledger), SCORED_BATCH: F.col(BATCH_SEQ), **slices})
    fitted = load_fitted(spec, context.registry, manifest, rows)
    names = [LABEL, DAY, BATCH_SEQ, SCORED_BATCH, *slices]
    predicted = predict_rows(kind_of(spec), kept, names, {PREDICTION: fitted})

    summed = sums_by_slice(context, predicted.withColumn(VERSION, F.lit(version)), list(slices))
    named = performance_rows(context, summed, "first_holdout", source.name, source.committed.through)
    append_performance(context.tables, named, "first_holdout", f"{spec.model}:{version}", 1)
