"""The product's own verdict on a frame: counted as on a worker, compared and judged as by the check."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from retraining.records.drift import LABEL, PREDICTION, DriftMetric, DriftReference
from retraining.records.run import Run
from retraining.rules.drift.batch_verdict import judge_batch
from retraining.rules.drift.fit_references import TrainingRows, fit_references
from retraining.spec.model_spec import ModelSpec
from retraining.steps.drift.compare_batch import compare_batch, evaluation_of
from retraining.steps.drift.count_batches import count_batches, to_arrow
from retraining.steps.drift.count_bins import bins_of, profile_of
from retraining.steps.drift.packed_rows import NO_DAY, Chunk
from retraining.steps.drift.profile_batch import BatchProfiles, without_rare_names

IntArray = NDArray[np.int64]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
RUN = Run("0", "0", "0", NOW, NOW, lambda: 0.0)
FIRST_DAY = date(1970, 1, 1)


def spec_of(numeric: Sequence[str], categorical: Sequence[str] = (), schedule: str = "weekly") -> ModelSpec:
    """A regression on these columns."""
    return ModelSpec.model_validate(
        {
            "model": "power",
            "kind": "regression",
            "source": {"table": "power", "ledger_column": "at", "keys": ["id"]},
            "columns": {"label": "y", "numeric": list(numeric), "categorical": list(categorical)},
            "recipe": "recipes.ridge.pipeline",
            "schedule": schedule,
        }
    )


@dataclass(frozen=True)
class Rows:
    """Features, and the day of each row counted from 1970-01-01; None where rows have no days."""

    frame: pd.DataFrame
    days: IntArray | None = None


def references_of(spec: ModelSpec, rows: Rows) -> tuple[DriftReference, ...]:
    """The references of the features of some training rows."""
    nothing = np.zeros(len(rows.frame))
    made = fit_references(spec, TrainingRows(rows.frame, nothing, nothing, rows.days), spec.period_days, "1", 1, RUN)
    return tuple(each for each in made if each.column_name not in (PREDICTION, LABEL))


def metrics_of(spec: ModelSpec, references: Sequence[DriftReference], rows: Rows) -> tuple[DriftMetric, ...]:
    """The columns of a batch compared with the references."""
    bins = [bins_of(reference) for reference in references]
    totals = to_arrow(count_batches(bins, [_chunk(references, rows)])).to_pylist()
    days: dict[tuple[int, date | None], list[Any]] = {}
    for row in totals:
        day = None if row["day"] is None else FIRST_DAY + timedelta(days=row["day"])
        found = days.setdefault((row["batch"], day), [None] * len(references))
        found[row["part"]] = profile_of(bins[row["part"]], row)

    named = without_rare_names({key: tuple(profiles) for key, profiles in days.items()})
    now = {
        each.column_name: {day: profiles[at] for (_, day), profiles in named.items()}
        for at, each in enumerate(references)
    }
    return compare_batch(spec, references, BatchProfiles(now, {}), evaluation_of(references, "e", 1, 1), RUN)


def verdict_of(spec: ModelSpec, metrics: Sequence[DriftMetric]) -> str:
    """The verdict on the batch."""
    return judge_batch(metrics, spec.drift).verdict


def _chunk(references: Sequence[DriftReference], rows: Rows) -> Chunk:
    count = len(rows.frame)
    days = np.full(count, NO_DAY) if rows.days is None else rows.days.astype(np.float64)
    numeric = [rows.frame[each.column_name].to_numpy(np.float64) for each in references if each.is_numeric]
    texts = [rows.frame[each.column_name] for each in references if not each.is_numeric]
    return Chunk(
        np.vstack([np.ones(count), days, *numeric]), None, tuple(pa.array(each, pa.string()) for each in texts)
    )
