"""A panel as a version in the registry: a folder with the models of all series, which callers can ask without Spark."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import distributions
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.registry.log_version import FittedPanel, TrainingData, lock_hash, log_version
from retraining.adapters.registry.logged_runs import MANIFEST_SEQ, MODEL, RETRAIN_KEY
from retraining.adapters.registry.registry import CHAMPION, REPRODUCIBLE
from retraining.adapters.tables import observations
from retraining.adapters.tables.series_models import models_of_panel
from retraining.context import Context
from retraining.forecasting.buckets import COLUMNS_OF_MODEL, SERIES, TIME
from retraining.forecasting.plan_of_spec import section_of
from retraining.forecasting.served_panel import (
    ABOUT_FILE,
    HORIZON,
    LAST_TIME,
    MODELS_FILE,
    PANEL_FOLDER,
    PREDICTION,
    AboutPanel,
)
from retraining.records.version import Manifest
from retraining.rules.panel.accuracy import lower, upper
from retraining.steps.panel.series_rows import STEP, SeriesRows
from retraining.steps.panel.step_column import before_dawn

_SRC = Path(__file__).parents[3]
_CODE = tuple(_SRC / package for package in ("recipes", "retraining", "served_model"))
_LOADER = "retraining.forecasting.served_panel"
_REQUIRES = ("statsforecast", "pydantic", "pyyaml", "pyarrow")
_ROWS_AT_ONCE = 2_000


def log_panel(context: Context, manifest: Manifest, rows: SeriesRows) -> tuple[str, str]:
    """Logs and registers the panel of a filled manifest; returns (run id, version). The models pass through this
    machine a part at a time."""
    section = section_of(context.spec)
    about = AboutPanel(
        series=section.series,
        horizon=section.horizon,
        season_length=section.season,
        levels=section.intervals,
        frequency=section.frequency,
        origin=rows.origin,
        panel_version=int(manifest.panel_version or 0),
        series_models_version=int(manifest.series_models_version or 0),
    )
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder, Path(PANEL_FOLDER).name)
        files.mkdir()
        (files / ABOUT_FILE).write_text(json.dumps(asdict(about), indent=1), "utf-8")
        first = _write(_served(context, manifest, rows), files / MODELS_FILE)
        fitted = FittedPanel(
            files=files,
            loader=_LOADER,
            example=_example(about, first),
            outputs=_outputs(about),
            code=_CODE,
            requires=_installed(),
            tags=_tags(context, manifest),
            params={"models": ", ".join(each.called for each in section.models), "horizon": section.horizon},
            metrics={"trained_rows": float(manifest.trained_rows or 0)},
        )
        version = manifest.observations_version or 0
        table = f"{context.tables.catalog}.{context.tables.schema}.{observations.table_of(context.spec.source_name)}"
        data = TrainingData(table, version, manifest.batch_seq, str(manifest.data_hash))
        return log_version(context.registry, context.model, fitted, data)


def _served(context: Context, manifest: Manifest, rows: SeriesRows) -> DataFrame:
    """The models after the newest points, in the order of their series, with the time of each one's newest row."""
    panel = int(manifest.panel_version or 0)
    models = models_of_panel(context.tables, context.model, panel, "followed", manifest.batch_seq)
    newest = rows.frame.where(F.col(STEP) <= rows.origin).groupBy(SERIES).agg(F.max(TIME).alias(TIME))
    stamped = newest.select(SERIES, before_dawn(F.col(TIME), rows.moved).cast("string").alias(LAST_TIME))
    return models.select(*COLUMNS_OF_MODEL).join(stamped, SERIES, "left").orderBy(SERIES)


def _write(models: DataFrame, file: Path) -> str | None:
    """Writes the file part by part; returns the key of the first series."""
    first = None
    writer = None
    for part in _parts(models):
        table = pa.Table.from_pandas(part, schema=_arrow(models), preserve_index=False)
        writer = writer or pq.ParquetWriter(file, table.schema)
        writer.write_table(table)
        first = first or str(part[SERIES].iloc[0])
    if writer:
        writer.close()
    return first


def _parts(models: DataFrame) -> Iterator[pd.DataFrame]:
    names = models.columns
    held: list[tuple[object, ...]] = []
    for row in models.toLocalIterator():
        held.append(tuple(row))
        if len(held) == _ROWS_AT_ONCE:
            yield pd.DataFrame(held, columns=names)
            held = []
    if held:
        yield pd.DataFrame(held, columns=names)


_ARROW = {"string": pa.string(), "bigint": pa.int64(), "double": pa.float64(), "boolean": pa.bool_()}


def _arrow(models: DataFrame) -> pa.Schema:
    return pa.schema([(each.name, _ARROW[each.dataType.simpleString()]) for each in models.schema])


def _example(about: AboutPanel, series: str | None) -> pd.DataFrame:
    values = json.loads(series) if series else [None] * len(about.series)
    return pd.DataFrame({**{name: [values[at]] for at, name in enumerate(about.series)}, HORIZON: [about.horizon]})


def _outputs(about: AboutPanel) -> dict[str, str]:
    ends = {end(level): "double" for level in about.levels for end in (lower, upper)}
    named = dict.fromkeys(about.series, "string")
    return {
        **named,
        "step": "long",
        "time": "datetime",
        PREDICTION: "double",
        **ends,
        "model": "string",
        "reason": "string",
    }


def _installed() -> tuple[str, ...]:
    there = {dist.metadata["Name"].lower() for dist in distributions() if dist.metadata["Name"]}
    return tuple(name for name in _REQUIRES if name in there)


def _tags(context: Context, manifest: Manifest) -> dict[str, str]:
    return {
        MODEL: context.registry.full_name(context.model),
        RETRAIN_KEY: manifest.retrain_key,
        MANIFEST_SEQ: str(manifest.seq),
        "role": manifest.role,
        "action": manifest.action,
        "code_version": manifest.code_version,
        "spec_hash": manifest.spec_hash,
        "lock_hash": lock_hash(),
        "panel_version": str(manifest.panel_version),
        "series_models_version": str(manifest.series_models_version),
        "data_table_version": str(manifest.observations_version),
        "batch_seq": str(manifest.batch_seq),
        "trained_rows": str(manifest.trained_rows),
        "trained_until": str(manifest.trained_until),
        "data_hash": str(manifest.data_hash),
        "parent_champion": context.registry.version_of(context.model, CHAMPION) or "none",
        "job_run_id": manifest.run_id,
        REPRODUCIBLE: str(manifest.reproducible).lower(),
        **({"base_version": manifest.base_version} if manifest.base_version else {}),
    }
