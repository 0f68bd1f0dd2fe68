"""A batch against the champion's references and against the batch before it, column by column, and the verdict."""

from collections.abc import Sequence
from dataclasses import replace

from retraining.records.drift import LABEL, PREDICTION, DriftMetric, DriftReference
from retraining.records.run import Run
from retraining.rules.drift.compare_column import Evaluated, compare_column
from retraining.rules.drift.profile import Profile, merge_profiles
from retraining.spec.model_spec import ModelSpec
from retraining.steps.drift.profile_batch import BatchProfiles, ByDay


def measure_drift(
    spec: ModelSpec,
    references: Sequence[DriftReference],
    profiles: BatchProfiles,
    evaluation_id: str,
    batch_seq: int,
    seq: int,
    run: Run,
) -> tuple[DriftMetric, ...]:
    """One metric per reference, and one more where the batch before can be compared. Nothing is read or written.

    seq numbers the commit of the metrics. Without references (a version older than them) nothing is compared.
    """
    features = sum(each.column_name not in (PREDICTION, LABEL) for each in references)
    evaluated = Evaluated(evaluation_id, batch_seq, seq, features)
    found = []
    for reference in references:
        now = _together(reference, profiles.now.get(reference.column_name, {}))
        found.append(compare_column(spec, reference, now, evaluated, run))
        earlier = profiles.before.get(reference.column_name)
        if earlier and _may_compare(before := _together(reference, earlier)):
            found.append(compare_column(spec, reference, now, evaluated, run, before))
    return tuple(found)


def _together(reference: DriftReference, days: ByDay) -> Profile:
    """Labels that have not come yet are not missing values."""
    if not days:
        return Profile((0,) * len(reference.counts), (0.0,) * len(reference.sums))
    whole = merge_profiles(days.values())
    return replace(whole, nulls=0, nans=0) if reference.column_name == LABEL else whole


def _may_compare(before: Profile) -> bool:
    """Another champion predicted an earlier batch, or its rows are gone."""
    return before.values > 0
