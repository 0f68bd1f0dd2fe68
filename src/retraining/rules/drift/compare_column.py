"""One column of a batch against its reference: distances and verdict in one row."""

import zlib
from dataclasses import dataclass, replace

import numpy as np

from retraining.records.drift import Against, DriftMetric, DriftReference
from retraining.records.run import Run
from retraining.rules.drift.change_kind import column_state
from retraining.rules.drift.column_fault import column_faults
from retraining.rules.drift.judge_column import Compared, judge_column
from retraining.rules.drift.measure_column import Distances, counted, measure_column
from retraining.rules.drift.measures import Counted, Scale, scale_of
from retraining.rules.drift.noise_floor import FEWEST_RUNS, sampling_floor
from retraining.rules.drift.profile import Profile
from retraining.spec.drift_section import Measure
from retraining.spec.model_spec import ModelSpec

FALSE_ALARMS = 0.05
"""Of a batch in which nothing changed: the chance, over all its columns, that one is above the sampling noise."""


@dataclass(frozen=True)
class Evaluated:
    """What the rows of one evaluation share. columns: how many are compared, which is shared out among them."""

    evaluation_id: str
    batch_seq: int
    seq: int
    columns: int


def compare_column(
    spec: ModelSpec,
    reference: DriftReference,
    batch: Profile,
    evaluated: Evaluated,
    run: Run,
    previous: Profile | None = None,
) -> DriftMetric:
    """The row of one column: its distances and its verdict, against the reference or, where one is given, against the
    profile of the batch before in the same bins."""
    scale = scale_of(reference)
    now = counted(batch)
    before = counted(previous or reference)
    distances = measure_column(reference, scale, before, now)
    compared = _compared(spec, reference, scale, batch, previous, distances, before, evaluated.columns)
    verdict, reason = judge_column(compared, spec.drift.min_rows)
    against: Against = "previous_batch" if previous else "reference"
    metric = DriftMetric(
        model=spec.model,
        evaluation_id=evaluated.evaluation_id,
        seq=evaluated.seq,
        batch_seq=evaluated.batch_seq,
        champion_version=reference.version,
        against=against,
        column_name=reference.column_name,
        kind=reference.kind,
        rows=batch.rows,
        reference_rows=compared.reference_rows,
        **vars(distances),
        null_share=batch.null_share,
        reference_null_share=compared.reference_null_share,
        nan_share=batch.nans / batch.rows if batch.rows else 0.0,
        unseen=compared.unseen,
        mean=batch.mean(),
        reference_mean=_mean(reference, previous),
        standard_deviation=batch.deviation(reference.mean),
        reference_deviation=_deviation(reference, previous),
        measure=compared.measure,
        noise_floor=compared.floor if compared.distance is not None else None,
        threshold=compared.threshold if compared.distance is not None else None,
        verdict=verdict,
        reason=reason,
        **run.stamp,
    )
    faults = [each.sentence for each in column_faults(column_state(metric))]

    return replace(metric, fault=" ".join(faults)) if faults and previous is None else metric


def measure_of(spec: ModelSpec, reference: DriftReference, scale: Scale) -> tuple[Measure, float]:
    """The measure that decides and its threshold. A constant has no unit to measure a shift in, so it is compared as a
    category."""
    numeric = spec.drift.numeric
    categorical = spec.drift.categorical
    if not reference.is_numeric or (numeric.measure == "wasserstein" and not scale.has_unit):
        return categorical.measure, categorical.threshold
    return numeric.measure, numeric.threshold


def _compared(
    spec: ModelSpec,
    reference: DriftReference,
    scale: Scale,
    batch: Profile,
    previous: Profile | None,
    distances: Distances,
    before: Counted,
    columns: int,
) -> Compared:
    measure, policy = measure_of(spec, reference, scale)
    found: float | None = getattr(distances, measure)
    floor = _floor(reference, scale, measure, before, batch, columns) if found is not None else 0.0
    rows, nulls = (previous.rows, previous.missing) if previous else (reference.rows, reference.nulls)

    return Compared(
        rows=batch.rows,
        values=batch.values,
        null_share=batch.null_share,
        reference_rows=rows,
        reference_values=int(before.counts.sum()),
        reference_null_share=nulls / rows if rows else 0.0,
        unseen_share=distances.unseen_share,
        unseen=tuple(name for name, _ in batch.unseen),
        measure=measure,
        distance=found,
        policy=policy,
        floor=floor,
        assumed=reference.runs < FEWEST_RUNS,
        other="the batch before" if previous else "the reference",
    )


def _floor(
    reference: DriftReference, scale: Scale, measure: Measure, before: Counted, batch: Profile, columns: int
) -> float:
    """The larger of what sampling makes of independent rows, and of what days made of the training rows."""
    seed = zlib.crc32(f"{reference.version}:{reference.column_name}".encode())
    level = 1 - FALSE_ALARMS / max(1, columns)
    random = np.random.default_rng(seed)
    sampled = sampling_floor(measure, scale, before, batch.values, level, random)
    return max([sampled, *(each.distance for each in reference.run_floors if each.measure == measure)])


def _mean(reference: DriftReference, previous: Profile | None) -> float | None:
    if not reference.is_numeric:
        return None
    return previous.mean() if previous else reference.mean


def _deviation(reference: DriftReference, previous: Profile | None) -> float | None:
    if not reference.is_numeric:
        return None
    return previous.deviation(reference.mean) if previous else reference.standard_deviation
