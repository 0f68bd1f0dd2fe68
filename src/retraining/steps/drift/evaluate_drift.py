"""The newest batch compared with the champion's training rows, the previous batch, and earlier champions."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from retraining.adapters.tables import predictions
from retraining.adapters.tables.ledgers_of_model import append_profiles, append_rows, next_seq, read_references
from retraining.context import Context
from retraining.records.change import ArchivedDistance, SeasonDistance
from retraining.records.drift import DriftMetric, DriftReference
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.drift.batch_verdict import BatchVerdict, judge_batch
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_history import ModelHistory
from retraining.steps.drift.compare_batch import compare_batch, drifted_features, evaluation_of
from retraining.steps.drift.profile_batch import BatchProfiles, profile_batch, rows_with_predictions, stored_profiles
from retraining.steps.drift.recurring_change import archived_distances, season_distance


@dataclass(frozen=True)
class BatchDrift:
    """How the newest batch differs from what the champion was trained on."""

    verdict: BatchVerdict
    all_metrics: Sequence[DriftMetric]
    """Those of all evaluations of the model, oldest first."""
    own_metrics: Sequence[DriftMetric] = ()
    """Those of this evaluation."""
    references: Sequence[DriftReference] = ()
    profiles: BatchProfiles = field(default_factory=lambda: BatchProfiles({}, {}))
    archived: Sequence[ArchivedDistance] = ()
    """How far the drifted columns are from what earlier champions learned."""
    season: SeasonDistance | None = None
    """How far the drifted columns are from the same days of the previous year."""
    skipped: Sequence["BatchDrift"] = ()
    """The same of the batches that came since the last decision, and that no decision was made on: their runs failed,
    or another model ingested them. Only faults are read from them, and nothing of them is stored."""


def evaluate_drift(
    context: Context,
    source: IngestedSource,
    metrics: Sequence[DriftMetric],
    history: ModelHistory,
    champion: Manifest | None,
    evaluation_id: str,
) -> BatchDrift | None:
    """Compares and stores; what an earlier attempt has stored is not measured again. metrics are those of all earlier
    evaluations.

    None where the batch says nothing about drift: the champion was trained on it, or did not score it.
    """
    spec = context.spec
    tables = context.tables
    batch_seq = source.committed.through
    scored = tables.exists(predictions.table_of(spec.model))
    if champion is None or not scored or batch_seq <= champion.batch_seq:
        return None

    version = str(champion.version)
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read_references, tables, spec.model, version)
        stored = pool.submit(stored_profiles, context, source, version)
    references = reading.result()
    if not references:
        return BatchDrift(judge_batch((), spec.drift), metrics)

    profiles = profile_batch(context, source, references, stored.result())
    own = tuple(row for row in metrics if row.evaluation_id == evaluation_id)
    # Two tables at once: the next attempt of a run that was killed in between writes the one that is missing.
    with ThreadPoolExecutor() as pool:
        storing = pool.submit(append_profiles, tables, profiles.unstored) if profiles.unstored else None
        if not own:
            evaluation = evaluation_of(references, evaluation_id, batch_seq, next_seq(metrics))
            own = compare_batch(spec, references, profiles, evaluation, context.run)
            append_rows(tables, "drift", own)
            metrics = [*metrics, *own]
    if storing:
        storing.result()

    numbers = skipped_batches(source, [row.batch_seq for row in history.decisions], champion.batch_seq)
    skipped = [_of_skipped(context, source, references, number) for number in numbers]
    drift = BatchDrift(judge_batch(own, spec.drift), metrics, own, references, profiles, skipped=skipped)
    return _with_recurrence(context, source, history.promotions, drift, version) if drifted_features(own) else drift


def skipped_batches(source: IngestedSource, decided: Sequence[int], learned: int) -> list[int]:
    """The usable batches with rows that came after the last decided one, and before the newest; what the champion has
    learned is not among them. decided: the batches that a decision was made on."""
    newest = source.committed.through
    after = max([learned, *(number for number in decided if number < newest)])
    found: list[int] = []
    before = source.batch_before(newest)
    while before is not None and before > after:
        found.append(before)
        before = source.batch_before(before)
    return found[::-1]


def _of_skipped(
    context: Context, source: IngestedSource, references: Sequence[DriftReference], batch_seq: int
) -> BatchDrift:
    """As it would have been compared in its own run."""
    then = replace(source, committed=source.through(batch_seq))
    profiles = profile_batch(context, then, references, ())
    compared = compare_batch(
        context.spec, references, profiles, evaluation_of(references, "", batch_seq, 0), context.run
    )
    return BatchDrift(judge_batch(compared, context.spec.drift), compared, compared, references, profiles)


def _with_recurrence(
    context: Context, source: IngestedSource, promotions: Sequence[Promotion], drift: BatchDrift, version: str
) -> BatchDrift:
    """With the distance of the drifted columns from what earlier champions learned, and from the same days of the
    previous year."""
    drifted = drifted_features(drift.own_metrics)
    rows = rows_with_predictions(context, source, drift.references, source.committed.through)
    kind_of_column = {reference.column_name: reference.kind for reference in drift.references}
    compared = {metric.column_name: kind_of_column[metric.column_name] for metric in drifted}

    with ThreadPoolExecutor() as pool:
        archived = pool.submit(archived_distances, context, rows, compared, promotions, version)
        season = pool.submit(season_distance, context, source, drifted, drift.references, drift.profiles.now)
    return replace(drift, archived=archived.result(), season=season.result())
