"""One column of a batch against its reference: distances and verdict in one row."""

import zlib
from dataclasses import dataclass, replace

import numpy as np

from retraining.records.drift import Against, DriftMetric, DriftReference
from retraining.records.run import Run
from retraining.rules.drift.change_kind import column_state
from retraining.rules.drift.column_fault import column_faults
from retraining.rules.drift.judge_column import ColumnComparison, judge_column
from retraining.rules.drift.measure_column import Distances, counted, measure_column
from retraining.rules.drift.measures import BinCounts, Scale, scale_of
from retraining.rules.drift.noise_floor import FEWEST_RUNS, sampling_floor
from retraining.rules.drift.profile import Profile
from retraining.spec.drift_section import Measure
from retraining.spec.model_spec import ModelSpec

FALSE_ALARMS = 0.05
"""Of a batch in which nothing changed: the chance, over all its columns, that one is above the sampling noise."""


@dataclass(frozen=True)
class DriftEvaluation:
    """What the rows of one evaluation share."""

    id: str
    batch_seq: int
    seq: int
    """Of the commit of its rows."""
    columns: int
    """How many features are compared: they share the false alarms that are allowed."""


@dataclass(frozen=True)
class _Sides:
    """A column of the batch, and what it is compared with."""

    reference: DriftReference
    scale: Scale
    batch: Profile
    previous: Profile | None

    @property
    def before(self) -> BinCounts:
        """The counts that the batch is compared with."""
        return counted(self.previous or self.reference)


def compare_column(
    spec: ModelSpec,
    reference: DriftReference,
    batch: Profile,
    evaluation: DriftEvaluation,
    run: Run,
    previous: Profile | None = None,
) -> DriftMetric:
    """The row of one column: its distances and its verdict, against the reference or, where one is given, against the
    profile of the previous batch in the same bins."""
    sides = _Sides(reference, scale_of(reference), batch, previous)
    distances = measure_column(reference, sides.scale, sides.before, counted(batch))
    compared = _compared(spec, sides, distances, evaluation.columns)
    verdict, reason = judge_column(compared, spec.drift.min_rows)
    against: Against = "previous_batch" if previous else "reference"
    metric = DriftMetric(
        model=spec.model,
        evaluation_id=evaluation.id,
        seq=evaluation.seq,
        batch_seq=evaluation.batch_seq,
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
        source=spec.source_name,
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


def _compared(spec: ModelSpec, sides: _Sides, distances: Distances, columns: int) -> ColumnComparison:
    reference = sides.reference
    batch = sides.batch
    previous = sides.previous
    measure, policy = measure_of(spec, reference, sides.scale)
    distance: float | None = getattr(distances, measure)
    floor = _floor(sides, measure, columns) if distance is not None else 0.0
    rows = previous.rows if previous else reference.rows
    nulls = previous.missing if previous else reference.nulls

    return ColumnComparison(
        rows=batch.rows,
        values=batch.values,
        null_share=batch.null_share,
        reference_rows=rows,
        reference_values=int(sides.before.counts.sum()),
        reference_null_share=nulls / rows if rows else 0.0,
        unseen_share=distances.unseen_share,
        unseen=tuple(name for name, _ in batch.unseen),
        measure=measure,
        distance=distance,
        policy=policy,
        floor=floor,
        assumed=reference.runs < FEWEST_RUNS,
        other="the previous batch" if previous else "the reference",
    )


def _floor(sides: _Sides, measure: Measure, columns: int) -> float:
    """The larger of pure sampling error and the variation between batch-length periods of the training data."""
    reference = sides.reference
    seed = zlib.crc32(f"{reference.version}:{reference.column_name}".encode())
    level = 1 - FALSE_ALARMS / max(1, columns)
    random = np.random.default_rng(seed)
    sampled = sampling_floor(measure, sides.scale, sides.before, sides.batch.values, level, random)
    return max([sampled, *(floor.distance for floor in reference.run_floors if floor.measure == measure)])


def _mean(reference: DriftReference, previous: Profile | None) -> float | None:
    if not reference.is_numeric:
        return None
    return previous.mean() if previous else reference.mean


def _deviation(reference: DriftReference, previous: Profile | None) -> float | None:
    if not reference.is_numeric:
        return None
    return previous.deviation(reference.mean) if previous else reference.standard_deviation
