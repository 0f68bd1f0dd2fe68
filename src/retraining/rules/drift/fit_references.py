"""The references of a version, from the rows it was trained on."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from retraining.records.drift_reference import PREDICTION, ColumnKind, DriftReference
from retraining.records.run import Run
from retraining.rules.drift.bin_counts import BinCounts, count_numeric, to_counts
from retraining.rules.drift.categorical_bins import category_bins, known_categories, own_bins
from retraining.rules.drift.noise_floor import greatest_run
from retraining.rules.drift.numeric_bins import numeric_bins, numeric_edges
from retraining.spec.model_spec import ModelSpec

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def kinds_of_columns(spec: ModelSpec) -> dict[str, ColumnKind]:
    """The compared columns in order: numeric features, categorical ones, the prediction."""
    kinds: dict[str, ColumnKind] = dict.fromkeys(spec.columns.numeric, "numeric")
    kinds |= dict.fromkeys(spec.columns.categorical, "categorical")
    kinds[PREDICTION] = "numeric" if spec.kind == "regression" else "categorical"
    return kinds


def fit_references(
    spec: ModelSpec,
    features: pd.DataFrame,
    predictions: ArrayLike,
    days: "Sequence[Any] | pd.Series[Any] | None",
    batch_days: int,
    version: str,
    seq: int,
    run: Run,
) -> tuple[DriftReference, ...]:
    """One reference a feature, and one for the prediction.

    features: the training rows, numeric columns as doubles, categorical ones as text. predictions: what the version
    says about them, shape (rows,). days: the date of each row, None where rows have no time. batch_days: how many days
    a batch usually spans. seq numbers this commit of the model's references.
    """
    numbers = None if days is None else np.asarray(pd.to_datetime(pd.Series(days)).to_numpy("datetime64[D]"))
    made = pd.Series(np.asarray(predictions), index=features.index)
    return tuple(
        _fit_column(
            spec, name, kind, made if name == PREDICTION else features[name], numbers, batch_days, version, seq, run
        )
        for name, kind in kinds_of_columns(spec).items()
    )


def _fit_column(
    spec: ModelSpec,
    name: str,
    kind: ColumnKind,
    column: "pd.Series[Any]",
    days: NDArray[np.datetime64] | None,
    batch_days: int,
    version: str,
    seq: int,
    run: Run,
) -> DriftReference:
    known = column.notna().to_numpy()
    nulls = int((~known).sum())
    edges: tuple[float, ...] = ()
    categories: tuple[str, ...] = ()
    deviation = 0.0
    if kind == "numeric":
        values = column[known].to_numpy(dtype=np.float64)
        edges, deviation = numeric_edges(values), _deviation(values)
        bins = numeric_bins(values, np.array(edges))
        counts, sums, _ = count_numeric(values, np.array(edges))
        counted = to_counts(counts, sums, nulls)
    else:
        texts = column[known].astype(str)
        categories = known_categories(texts)
        bins = category_bins(list(texts), categories)
        counted = to_counts(np.bincount(bins, minlength=own_bins(categories) + 2), (), nulls)
    return DriftReference(
        model=spec.model,
        version=version,
        seq=seq,
        column_name=name,
        kind=kind,
        edges=edges,
        categories=categories,
        counts=counted.counts,
        sums=counted.sums,
        rows=counted.rows,
        nulls=nulls,
        standard_deviation=deviation,
        noise_floor=_run_floor(bins, counted, None if days is None else days[known], batch_days, spec.drift.min_rows),
        run_id=run.run_id,
        attempt_id=run.attempt_id,
        at=run.started_at,
    )


def _deviation(values: FloatArray) -> float:
    """Standard deviation of the finite values: 0 for none, and exactly 0 for a constant whatever its rounding."""
    finite = values[np.isfinite(values)]
    if not finite.size or finite.min() == finite.max():
        return 0.0
    with np.errstate(over="ignore"):
        return float(finite.std())


def _run_floor(
    bins: IntArray, counted: BinCounts, days: NDArray[np.datetime64] | None, batch_days: int, min_rows: int
) -> float:
    if days is None:
        return 0.0
    dated = ~np.isnat(days)
    return greatest_run(bins[dated], len(counted.counts), days[dated].astype(np.int64), batch_days, min_rows)
