"""The references of a version, from the rows it was trained on."""

from dataclasses import dataclass, replace
from math import sqrt
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from retraining.kinds.find_kind import kind_of
from retraining.records.drift import LABEL, PREDICTION, ColumnKind, DriftReference, RunFloor
from retraining.records.run import Run
from retraining.rules.drift.bin_finder import bin_finder
from retraining.rules.drift.bins import category_bins, known_categories, numeric_edges, own_bins
from retraining.rules.drift.measures import BinCounts, scale_of
from retraining.rules.drift.noise_floor import greatest_run
from retraining.rules.drift.profile import finite_values, numeric_profile, profile_doubles
from retraining.spec.drift_section import CategoricalMeasure, NumericMeasure
from retraining.spec.model_spec import ModelSpec

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
MEASURES = {"numeric": get_args(NumericMeasure), "categorical": get_args(CategoricalMeasure)}


def kinds_of_columns(spec: ModelSpec) -> dict[str, ColumnKind]:
    """The compared columns in order: numeric features, categorical ones, the prediction, the label."""
    kinds: dict[str, ColumnKind] = dict.fromkeys(spec.columns.numeric, "numeric")
    kinds |= dict.fromkeys(spec.columns.categorical, "categorical")
    return kinds | dict.fromkeys((PREDICTION, LABEL), kind_of(spec).column_kind)


@dataclass(frozen=True)
class TrainingRows:
    """The rows that a version was trained on, and what it predicts for them."""

    features: pd.DataFrame
    """Numeric columns as doubles, categorical ones as text; shape (rows, columns)."""
    predictions: ArrayLike
    """Shape (rows,)."""
    labels: ArrayLike
    """Shape (rows,)."""
    days: IntArray | None
    """The day number of each row; None where rows have no time."""

    @property
    def columns(self) -> dict[str, "pd.Series[Any]"]:
        """All compared columns by name, with the prediction and the label."""
        index = self.features.index
        return {
            **{str(name): self.features[name] for name in self.features.columns},
            PREDICTION: pd.Series(np.asarray(self.predictions), index=index),
            LABEL: pd.Series(np.asarray(self.labels), index=index),
        }


def fit_references(
    spec: ModelSpec, rows: TrainingRows, batch_days: int, version: str, seq: int, run: Run
) -> tuple[DriftReference, ...]:
    """One reference for each feature, one for the prediction and one for the label.

    batch_days: how many days a batch usually spans. seq numbers this commit of the model's references.
    """
    columns = rows.columns
    days = rows.days
    fit = {"numeric": _numeric, "categorical": _categorical}
    runs = 0 if days is None or not days.size else int(days.max() - days.min() + 1) // batch_days

    references = [
        DriftReference(
            model=spec.model,
            version=version,
            seq=seq,
            column_name=name,
            kind=kind,
            **fit[kind](columns[name]),
            run_floors=(),
            runs=runs,
            **run.stamp,
        )
        for name, kind in kinds_of_columns(spec).items()
    ]
    if days is None:
        return tuple(references)

    return tuple(
        _with_runs(reference, columns[reference.column_name], days, batch_days, spec.drift.min_rows)
        for reference in references
    )


def _numeric(column: "pd.Series[Any]") -> dict[str, Any]:
    values = column.to_numpy(dtype=np.float64)
    finite = finite_values(values)
    edges = numeric_edges(finite)

    with np.errstate(over="ignore"):
        mean = float(finite.mean()) if finite.size else 0.0

    profile = numeric_profile(*profile_doubles(values, bin_finder(np.array(edges)), mean))
    constant = profile.minimum == profile.maximum  # its mean, rounded, may differ from its value

    return {
        "edges": edges,
        "categories": (),
        "counts": profile.counts,
        "sums": profile.sums,
        "rows": profile.rows,
        "nulls": profile.missing,
        "mean": mean,
        "standard_deviation": 0.0 if constant else sqrt(profile.squares / finite.size),
    }


def _categorical(column: "pd.Series[Any]") -> dict[str, Any]:
    texts = column[column.notna()].astype(str)
    categories = known_categories(texts)
    counts = np.bincount(category_bins(list(texts), categories), minlength=own_bins(categories) + 2)
    nulls = len(column) - len(texts)
    return {
        "edges": (),
        "categories": categories,
        "counts": tuple(int(each) for each in counts),
        "sums": (),
        "rows": len(column),
        "nulls": nulls,
        "mean": 0.0,
        "standard_deviation": 0.0,
    }


def _with_runs(
    reference: DriftReference, column: "pd.Series[Any]", days: IntArray, batch_days: int, min_rows: int
) -> DriftReference:
    scale = scale_of(reference)
    there = column.notna().to_numpy()
    known, place = np.unique(days[there], return_inverse=True)
    counted = _by_day(reference, column[there], place, known.size)
    floors = tuple(
        RunFloor(measure, greatest_run(measure, scale, known, counted, batch_days, min_rows))
        for measure in MEASURES[reference.kind]
        if measure != "wasserstein" or scale.has_unit
    )
    return replace(reference, run_floors=floors)


def _by_day(reference: DriftReference, values: "pd.Series[Any]", place: IntArray, days: int) -> BinCounts:
    """Counts and sums of shape (days, bins)."""
    size = len(reference.counts)
    if reference.is_numeric:
        weights = values.to_numpy(dtype=np.float64)
        bins = bin_finder(np.array(reference.edges)).find(weights)
    else:
        weights = np.zeros(len(values))
        bins = category_bins(list(values.astype(str)), reference.categories)

    cells = place * size + np.asarray(bins, dtype=np.int64)
    shape = (days, size)
    parts = [np.bincount(cells, weights=each, minlength=days * size) for each in (np.ones(len(cells)), weights)]
    counts, sums = (np.asarray(each, dtype=np.float64).reshape(shape) for each in parts)
    return BinCounts(counts, sums)
