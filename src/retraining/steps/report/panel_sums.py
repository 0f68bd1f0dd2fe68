"""Sums over forecasts whose actuals are there: a row for each batch, version and step, never one a series."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.forecasting.buckets import NAIVE
from retraining.report.panel_data import Accuracy, PanelError
from retraining.rules.panel.accuracy import FORECAST, measures, row_sums
from retraining.steps.panel.realised_losses import ACTUAL_BATCH

STEP = "step"
VERSION = "model_version"
_NAIVE_SCALED = "naive_scaled"
_MADE_AT = "made_at"
_KEYS = (ACTUAL_BATCH, BATCH_SEQ, VERSION, STEP)


def sums_of(met: DataFrame, levels: Sequence[int]) -> pd.DataFrame:
    """The sums of `rules.panel.accuracy`, and of the scaled errors of the seasonal naive forecast. Rows are added up
    where they are."""
    names = [*row_sums(met.limit(0).toPandas(), levels).columns, _NAIVE_SCALED]
    keys = f"{ACTUAL_BATCH} bigint, {BATCH_SEQ} bigint, {VERSION} string, {STEP} bigint, {_MADE_AT} timestamp"
    schema = ", ".join([keys, *(f"{name} double" for name in names)])

    def of_parts(parts: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for part in parts:
            own = part.reset_index(drop=True)
            naive = row_sums(own.assign(**{FORECAST: own[NAIVE]}), levels)["scaled"]
            yield pd.concat([own[[*_KEYS, _MADE_AT]], row_sums(own, levels), naive.rename(_NAIVE_SCALED)], axis=1)

    added = [F.sum(name).alias(name) for name in names]
    return met.mapInPandas(of_parts, schema).groupBy(*_KEYS).agg(F.max(_MADE_AT).alias(_MADE_AT), *added).toPandas()


def accuracy_of(sums: pd.DataFrame, levels: Sequence[int], horizon: int) -> tuple[Accuracy, ...]:
    """Of every version, newest first, over all steps, and of its first step and the rest where there are more."""
    found = []
    versions = sorted({str(each) for each in sums[VERSION]}, key=int, reverse=True)
    for version in versions:
        own = sums[sums[VERSION] == version]
        parts = {"all": own}
        if horizon > 1:
            parts |= {"1": own[own[STEP] == 1], f"2 to {horizon}": own[own[STEP] > 1]}
        found += [_measured(version, steps, part, levels) for steps, part in parts.items() if part["rows"].sum()]
    return tuple(found)


def _measured(version: str, steps: str, part: pd.DataFrame, levels: Sequence[int]) -> Accuracy:
    total = {str(name): float(part[name].sum()) for name in part if name not in (*_KEYS, _MADE_AT)}
    naive = total.pop(_NAIVE_SCALED) / total["rows"]
    found = {**measures(total, levels), "naive": naive}
    known = {name: None if each != each else each for name, each in found.items()}
    return Accuracy(version, steps, int(total["rows"]), known)


def errors_of(sums: pd.DataFrame, refits: dict[int, float]) -> tuple[PanelError, ...]:
    """Of each batch of actuals, from the newest origin before it, of the version that forecast there last: it was live
    from then on. refits: the mean scaled error of fitting all again, by batch."""
    found = []
    for batch in sorted({int(each) for each in sums[ACTUAL_BATCH]}):
        own = sums[sums[ACTUAL_BATCH] == batch]
        origin = own[own[BATCH_SEQ] == own[BATCH_SEQ].max()]
        version = str(origin.loc[origin[_MADE_AT].idxmax(), VERSION])
        live: dict[Any, float] = origin[origin[VERSION] == version][["rows", "scaled", _NAIVE_SCALED]].sum().to_dict()
        rows = live["rows"]
        if rows:
            error = PanelError(batch, version, live["scaled"] / rows, live[_NAIVE_SCALED] / rows, refits.get(batch))
            found.append(error)
    return tuple(found)
