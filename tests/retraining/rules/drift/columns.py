"""References and batches of a toy model: a numeric column x, a categorical column c, and the prediction."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from retraining.records.drift import DriftMetric, DriftReference
from retraining.records.run import Run
from retraining.rules.drift.bin_finder import bin_finder
from retraining.rules.drift.bins import category_bins
from retraining.rules.drift.compare_column import DriftEvaluation, compare_column
from retraining.rules.drift.fit_references import TrainingRows, fit_references
from retraining.rules.drift.profile import Profile, numeric_profile, profile_doubles
from retraining.spec.model_spec import ModelSpec
from retraining.spec.read_spec import parse_spec

RUN = Run("1", "attempt", "abc", datetime(2013, 6, 1, tzinfo=UTC), datetime(2013, 6, 1, tzinfo=UTC), lambda: 0.0)
SPEC = """
model: toy
kind: regression
source: { table: toy_source, ledger_column: at, keys: [id] }
columns: { label: y, numeric: [x], categorical: [c] }
recipe: recipes.ridge.pipeline
schedule: daily
"""
NORMAL = np.random.default_rng(7).normal(10.0, 2.0, 1000)
AIRPORTS = ["EWR"] * 500 + ["JFK"] * 300 + ["LGA"] * 200


def drift_spec(**drift: object) -> ModelSpec:
    return ModelSpec.model_validate({**parse_spec(SPEC, "specs/toy.yml").model_dump(), "drift": drift})


def references(x: Sequence, c: Sequence, days: np.ndarray | None = None, batch_days: int = 7, **drift: object):
    frame = pd.DataFrame({"x": np.asarray(x, dtype=float), "c": pd.Series(list(c), dtype=object)})
    return fit_references(
        drift_spec(**drift), TrainingRows(frame, frame["x"] * 3, frame["x"], days), batch_days, "4", 1, RUN
    )


def numeric(values: Sequence, **options: object) -> DriftReference:
    return references(values, ["a"] * len(values), **options)[0]


def categorical(values: Sequence, **options: object) -> DriftReference:
    return references([1.0] * len(values), values, **options)[1]


def profiled(reference: DriftReference, values: Sequence) -> Profile:
    if reference.is_numeric:
        return numeric_profile(
            *profile_doubles(np.array(values, dtype=float), bin_finder(np.array(reference.edges)), reference.mean)
        )
    known = [value for value in values if value is not None]
    counts = np.bincount(category_bins(known, reference.categories), minlength=len(reference.counts))
    return Profile(tuple(map(int, counts)), nulls=len(values) - len(known))


def compared(
    reference: DriftReference, values: Sequence, batch_seq: int = 2, before: Sequence | None = None, **drift: object
) -> DriftMetric:
    batch, evaluation = profiled(reference, values), DriftEvaluation(f"evaluation {batch_seq}", batch_seq, batch_seq, 2)
    previous = None if before is None else profiled(reference, before)
    return compare_column(drift_spec(**drift), reference, batch, evaluation, RUN, previous)


def days(count: int, per_day: int) -> np.ndarray:
    return np.repeat(np.arange(count), per_day)


def floor_of(reference: DriftReference, measure: str) -> float:
    return {each.measure: each.distance for each in reference.run_floors}[measure]
