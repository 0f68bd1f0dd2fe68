"""References and batches of a toy model: a numeric column x, a categorical column c, and the prediction."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from retraining.records.drift_metric import DriftMetric
from retraining.records.drift_reference import DriftReference
from retraining.records.run import Run
from retraining.rules.drift.bin_counts import BinCounts, count_numeric, to_counts
from retraining.rules.drift.categorical_bins import category_bins
from retraining.rules.drift.compare_column import compare_column
from retraining.rules.drift.fit_references import fit_references
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


def references(x: Sequence, c: Sequence, days: Sequence[date] | None = None, batch_days: int = 7, **drift: object):
    frame = pd.DataFrame({"x": np.asarray(x, dtype=float), "c": pd.Series(list(c), dtype=object)})
    return fit_references(drift_spec(**drift), frame, frame["x"] * 3, days, batch_days, "4", 1, RUN)


def numeric(values: Sequence, **options: object) -> DriftReference:
    return references(values, ["a"] * len(values), **options)[0]


def categorical(values: Sequence, **options: object) -> DriftReference:
    return references([1.0] * len(values), values, **options)[1]


def counted(reference: DriftReference, values: Sequence) -> BinCounts:
    if reference.kind == "numeric":
        return to_counts(*count_numeric(np.asarray(values, dtype=float), np.array(reference.edges)))
    known = [value for value in values if value is not None]
    bins = category_bins(known, reference.categories)
    return to_counts(np.bincount(bins, minlength=len(reference.counts)), (), len(values) - len(known))


def compared(reference: DriftReference, values: Sequence, batch_seq: int = 2, **drift: object) -> DriftMetric:
    batch = counted(reference, values)
    return compare_column(drift_spec(**drift), reference, batch, f"evaluation {batch_seq}", batch_seq, batch_seq, RUN)


def days(count: int, per_day: int) -> list[date]:
    return [date(2013, 1, 1) + timedelta(days=day) for day in range(count) for _ in range(per_day)]
