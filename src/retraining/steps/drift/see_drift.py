"""The newest batch beside the champion's training rows, the batch before, and those of earlier champions."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from retraining.adapters.tables import predictions
from retraining.adapters.tables.ledgers_of_model import append_profiles, append_rows, next_seq, read_references
from retraining.context import Context
from retraining.records.drift import DriftMetric
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.drift.batch_verdict import judge_batch
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.drift.archived_distances import archived_distances
from retraining.steps.drift.measure_drift import evaluation_of, measure_drift
from retraining.steps.drift.name_change import SeenDrift, drifted_features
from retraining.steps.drift.profile_batch import profile_batch, rows_of_batch, stored_profiles
from retraining.steps.drift.season_distance import season_distance


def see_drift(
    context: Context,
    source: IngestedSource,
    metrics: Sequence[DriftMetric],
    promotions: Sequence[Promotion],
    champion: Manifest | None,
    evaluation_id: str,
) -> SeenDrift | None:
    """Measured once, whoever asks again. A batch that the champion was trained on, or did not score, says nothing about
    drift: None."""
    spec = context.spec
    tables = context.tables
    batch_seq = source.committed.through
    scored = tables.exists(predictions.table_of(spec.model))
    if champion is None or not scored or batch_seq <= champion.batch_seq:
        return None

    version = str(champion.version)
    with ThreadPoolExecutor() as pool:
        fitted = pool.submit(read_references, tables, spec.model, version)
        stored = pool.submit(stored_profiles, context, source, version, batch_seq)

    references = fitted.result()
    if not references:
        return SeenDrift(judge_batch((), spec.drift), metrics)

    profiled = profile_batch(context, source, references, stored.result())
    profiles = profiled.profiles

    with ThreadPoolExecutor() as pool:  # two tables; a run that is killed in between writes the one that is missing
        storing = pool.submit(append_profiles, tables, profiled.new) if profiled.new else None
        own = tuple(row for row in metrics if row.evaluation_id == evaluation_id)
        if not own:
            evaluation = evaluation_of(references, evaluation_id, batch_seq, next_seq(metrics))
            own = measure_drift(spec, references, profiles, evaluation, context.run)
            append_rows(tables, "drift", own)
            metrics = [*metrics, *own]

    if storing:
        storing.result()

    seen = SeenDrift(judge_batch(own, spec.drift), metrics, own, references, profiles)
    return _seen_before(context, source, promotions, seen, version) if drifted_features(own) else seen


def _seen_before(
    context: Context, source: IngestedSource, promotions: Sequence[Promotion], seen: SeenDrift, version: str
) -> SeenDrift:
    """With how far what drifted lies from what earlier champions learned, and from the same days of a year before."""
    drifted = drifted_features(seen.own)
    newest = source.committed.through
    rows = rows_of_batch(context, source, version, newest, newest)
    names = [each.column_name for each in drifted]
    with ThreadPoolExecutor() as pool:
        archived = pool.submit(archived_distances, context, rows, names, promotions, version)
        season = pool.submit(season_distance, context, source, drifted, seen.references, seen.profiles.now)
    return replace(seen, archived=archived.result(), season=season.result())
