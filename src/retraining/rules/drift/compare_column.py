"""One column of a batch against its reference: distances and verdict in one row."""

import zlib
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np
from scipy import stats

from retraining.records.drift import Against, DriftMetric, DriftReference
from retraining.records.run import Run
from retraining.rules.drift.category_noise import category_floor
from retraining.rules.drift.change_kind import column_state
from retraining.rules.drift.column_fault import column_faults
from retraining.rules.drift.day_floors import NEW, NULLS, UNSEEN
from retraining.rules.drift.judge_column import MOST_NULL_CHANGE, ColumnComparison, judge_column
from retraining.rules.drift.measure_column import Distances, counted, measure_column
from retraining.rules.drift.measures import BinCounts, Scale, scale_of
from retraining.rules.drift.new_values import NewValue, new_value, unseen_limit
from retraining.rules.drift.noise_floor import FEWEST_RUNS, sampling_floor
from retraining.rules.drift.profile import NAMED, Profile
from retraining.rules.drift.short_batch import DayFloors, day_floors
from retraining.spec.drift_section import Measure
from retraining.spec.model_spec import ModelSpec

FALSE_ALARMS = 0.01
"""Of a batch in which nothing changed: the chance, over all its columns and the prediction, that the distance of one is
above the sampling noise. Nulls, new categories and new values each have the same chance."""


@dataclass(frozen=True)
class DriftEvaluation:
    """What the rows of one evaluation share."""

    id: str
    batch_seq: int
    seq: int
    """Of the commit of its rows."""
    columns: int
    """How many features are compared: with the prediction they share the false alarms that are allowed."""
    days: int | None = None
    """How many days with rows the batch has in a row; None where rows have no time."""

    @property
    def level(self) -> float:
        """The chance that one column stays below its noise floor in a batch in which nothing changed."""
        return 1 - FALSE_ALARMS / (self.columns + 1)


@dataclass(frozen=True)
class _Sides:
    """A column of the batch, and what it is compared with."""

    reference: DriftReference
    scale: Scale
    batch: Profile
    previous: Profile | None
    floors: DayFloors
    level: float

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
    floors = day_floors(reference, evaluation.days)
    sides = _Sides(reference, scale_of(reference), batch, previous, floors, evaluation.level)
    distances = measure_column(reference, sides.scale, sides.before, counted(batch))
    compared = _compared(spec, sides, distances)
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
        null_limit=compared.null_limit,
        unseen_limit=compared.unseen_limit if compared.unseen_share is not None else None,
        **_said(compared.new),
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


def _compared(spec: ModelSpec, sides: _Sides, distances: Distances) -> ColumnComparison:
    reference = sides.reference
    batch = sides.batch
    previous = sides.previous
    measure, policy = measure_of(spec, reference, sides.scale)
    distance: float | None = getattr(distances, measure)
    rows = previous.rows if previous else reference.rows
    nulls = previous.missing if previous else reference.nulls
    null_share = nulls / rows if rows else 0.0

    return ColumnComparison(
        rows=batch.rows,
        values=batch.values,
        null_share=batch.null_share,
        reference_rows=rows,
        reference_values=int(sides.before.counts.sum()),
        reference_null_share=null_share,
        unseen_share=distances.unseen_share,
        unseen=tuple(name for name, _ in batch.unseen[:NAMED]) if distances.unseen_share is not None else (),
        measure=measure,
        distance=distance,
        policy=policy,
        floor=_floor(sides, measure) if distance is not None else 0.0,
        assumed=reference.runs < FEWEST_RUNS,
        null_limit=_null_limit(sides, null_share, rows),
        unseen_limit=_unseen_limit(sides),
        new=None if previous or not batch.values else _new_value(sides),
        floor_days=sides.floors.days,
        unlike=sides.floors.unlike,
        other="the previous batch" if previous else "the reference",
    )


def _floor(sides: _Sides, measure: Measure) -> float:
    """The larger of pure sampling error and the variation between batch-length periods of the training data."""
    reference = sides.reference
    seed = zlib.crc32(f"{reference.version}:{reference.column_name}".encode())
    random = np.random.default_rng(seed)
    rows = sides.batch.values
    if reference.category_rows and sides.previous is None:
        sampled = category_floor(measure, reference, rows, sides.level, random)
    else:
        sampled = sampling_floor(measure, sides.scale, sides.before, rows, sides.level, random)
    return max(sampled, sides.floors.of.get(measure, 0.0))


def _null_limit(sides: _Sides, before: float, rows: int) -> float:
    """What a share of nulls may change by: two samples of one share differ, and so do days."""
    if not rows or not sides.batch.rows:
        return MOST_NULL_CHANGE
    both = (before * rows + sides.batch.missing) / (rows + sides.batch.rows)
    error = sqrt(max(0.0, both * (1 - both)) * (1 / rows + 1 / sides.batch.rows))  # rounding may leave 1 or more
    sampled = float(stats.norm.ppf((1 + sides.level) / 2)) * error
    return max(MOST_NULL_CHANGE, sampled, sides.floors.of.get(NULLS, 0.0))


def _unseen_limit(sides: _Sides) -> float:
    rows = np.array(sides.reference.category_rows, dtype=np.int64)
    return max(unseen_limit(rows, sides.batch.values, sides.level), sides.floors.of.get(UNSEEN, 0.0))


def _new_value(sides: _Sides) -> NewValue | None:
    return new_value(sides.reference, sides.batch, sides.level, sides.floors.of.get(NEW, 0.0))


def _said(new: NewValue | None) -> dict[str, Any]:
    return {"new_value": new.value, "new_value_share": new.share, "new_value_limit": new.limit} if new else {}


def _mean(reference: DriftReference, previous: Profile | None) -> float | None:
    if not reference.is_numeric:
        return None
    return previous.mean() if previous else reference.mean


def _deviation(reference: DriftReference, previous: Profile | None) -> float | None:
    if not reference.is_numeric:
        return None
    return previous.deviation(reference.mean) if previous else reference.standard_deviation
