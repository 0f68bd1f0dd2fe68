"""The references of a version, from the rows it was trained on."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from retraining.kinds.find_kind import kind_of
from retraining.records.drift import LABEL, PREDICTION, ColumnKind, DriftReference
from retraining.records.run import Run
from retraining.rules.drift.bin_finder import bin_finder
from retraining.rules.drift.bins import category_bins, edges_of_ordered, known_categories, own_bins
from retraining.rules.drift.day_floors import calendar_of, with_day_floors
from retraining.rules.drift.new_values import most_alike
from retraining.rules.drift.profile import finite_values, numeric_profile, profile_doubles
from retraining.spec.model_spec import ModelSpec

IntArray = NDArray[np.int64]


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

    calendar = calendar_of(days, batch_days)
    return tuple(
        with_day_floors(reference, columns[reference.column_name], calendar, spec.drift.min_rows)
        for reference in references
    )


def _numeric(column: "pd.Series[Any]") -> dict[str, Any]:
    values = column.to_numpy(dtype=np.float64)
    ordered = np.sort(values[~np.isnan(values)])
    finite = finite_values(ordered)
    edges = edges_of_ordered(finite)

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
        "most_alike": most_alike(ordered, np.array(edges)),
        "minimum": profile.minimum,
        "maximum": profile.maximum,
    }


def _categorical(column: "pd.Series[Any]") -> dict[str, Any]:
    texts = column[column.notna()].astype(str)
    categories, category_rows = known_categories(texts)
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
        "category_rows": category_rows,
    }
