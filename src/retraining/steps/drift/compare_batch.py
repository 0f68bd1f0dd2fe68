"""A batch against the champion's references and against the previous batch, column by column."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from retraining.records.drift import LABEL, PREDICTION, DriftMetric, DriftReference
from retraining.records.run import Run
from retraining.rules.drift.compare_column import DriftEvaluation, compare_column
from retraining.rules.drift.profile import Profile, merge_profiles
from retraining.rules.drift.short_batch import days_in_a_row
from retraining.spec.model_spec import ModelSpec
from retraining.steps.drift.profile_batch import BatchProfiles, ByDay


def compare_batch(
    spec: ModelSpec,
    references: Sequence[DriftReference],
    profiles: BatchProfiles,
    evaluation: DriftEvaluation,
    run: Run,
) -> tuple[DriftMetric, ...]:
    """One metric a reference, and a second one where the previous batch can be compared. Nothing is read or written.

    Nothing is compared without references: the version is older than them.
    """
    metrics = []
    days = {side: _days_in_a_row(references, of_side) for side, of_side in profiles.sides.items()}
    evaluation = replace(evaluation, days=days["now"])
    shorter = replace(evaluation, days=min((each for each in days.values() if each is not None), default=None))
    for reference in references:
        now = _whole_batch(reference, profiles.now.get(reference.column_name, {}))
        metrics.append(compare_column(spec, reference, now, evaluation, run))

        before = _whole_batch(reference, profiles.before.get(reference.column_name, {}))
        # No values where another champion predicted the previous batch, or its rows are gone.
        if before.values > 0:
            metrics.append(compare_column(spec, reference, now, shorter, run, before))

    return tuple(metrics)


def evaluation_of(
    references: Sequence[DriftReference], evaluation_id: str, batch_seq: int, seq: int
) -> DriftEvaluation:
    """What the metrics of a batch share. seq numbers their commit."""
    features = sum(reference.column_name not in (PREDICTION, LABEL) for reference in references)
    return DriftEvaluation(evaluation_id, batch_seq, seq, features)


def drifted_features(metrics: Sequence[DriftMetric]) -> list[DriftMetric]:
    """Those of the feature columns that drifted from the reference."""
    features = [row for row in metrics if row.against == "reference" and row.column_name not in (PREDICTION, LABEL)]
    return [row for row in features if row.verdict == "drifted"]


def _days_in_a_row(references: Sequence[DriftReference], profiles: Mapping[str, ByDay]) -> int | None:
    """Of the rows of a batch; None where they or the training rows have no days. Every column has the same rows."""
    gap = references[0].day_gap if references else None
    rows = {day: profile.rows for days in profiles.values() for day, profile in days.items() if day is not None}
    return days_in_a_row(rows, gap) if rows and gap is not None else None


def _whole_batch(reference: DriftReference, days: ByDay) -> Profile:
    """The profile of all days. A label that has not arrived yet is not a missing value."""
    if not days:
        return Profile((0,) * len(reference.counts), (0.0,) * len(reference.sums))

    whole = merge_profiles(days.values())
    return replace(whole, nulls=0, nans=0) if reference.column_name == LABEL else whole
