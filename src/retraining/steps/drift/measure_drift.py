"""A batch against the champion's references and against the previous batch, column by column."""

from collections.abc import Sequence
from dataclasses import replace

from retraining.records.drift import LABEL, PREDICTION, DriftMetric, DriftReference
from retraining.records.run import Run
from retraining.rules.drift.compare_column import DriftEvaluation, compare_column
from retraining.rules.drift.profile import Profile, merge_profiles
from retraining.spec.model_spec import ModelSpec
from retraining.steps.drift.profile_batch import BatchProfiles, ByDay


def measure_drift(
    spec: ModelSpec,
    references: Sequence[DriftReference],
    profiles: BatchProfiles,
    evaluation: DriftEvaluation,
    run: Run,
) -> tuple[DriftMetric, ...]:
    """One metric per reference, and one more where the previous batch can be compared. Nothing is read or written.

    Without references (a version older than them) nothing is compared.
    """
    metrics = []

    for reference in references:
        now = _together(reference, profiles.now.get(reference.column_name, {}))
        metrics.append(compare_column(spec, reference, now, evaluation, run))

        earlier = profiles.before.get(reference.column_name)
        if earlier and _may_compare(before := _together(reference, earlier)):
            metrics.append(compare_column(spec, reference, now, evaluation, run, before))

    return tuple(metrics)


def evaluation_of(
    references: Sequence[DriftReference], evaluation_id: str, batch_seq: int, seq: int
) -> DriftEvaluation:
    """What the metrics of a batch share. seq numbers their commit."""
    features = sum(reference.column_name not in (PREDICTION, LABEL) for reference in references)
    return DriftEvaluation(evaluation_id, batch_seq, seq, features)


def _together(reference: DriftReference, days: ByDay) -> Profile:
    """Labels that have not come yet are not missing values."""
    if not days:
        return Profile((0,) * len(reference.counts), (0.0,) * len(reference.sums))
    profile = merge_profiles(days.values())
    return replace(profile, nulls=0, nans=0) if reference.column_name == LABEL else profile


def _may_compare(before: Profile) -> bool:
    """Another champion predicted an earlier batch, or its rows are gone."""
    return before.values > 0
