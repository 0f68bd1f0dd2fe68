"""Fit, log and register the version that a manifest reserved; or find what an earlier attempt left."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from retraining.adapters.registry.log_version import TrainingData, log_version
from retraining.adapters.registry.registry import REPRODUCIBLE, Registry
from retraining.adapters.tables import observations
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq
from retraining.adapters.tables.tables import Tables
from retraining.records.drift_reference import DriftReference
from retraining.records.manifest import Manifest
from retraining.records.run import Run
from retraining.rules.drift.fit_references import fit_references
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.ingested_source import IngestedSource
from retraining.stages.steps.learn import Learned, learn
from retraining.stages.steps.load_version import manifest_of_version
from retraining.strategies.full_refit import trivial_prediction

RECIPES = Path(__file__).parents[3] / "recipes"
"""The package that every version carries, so that it loads where `src` is not on the path."""


def fit_version(
    spec: ModelSpec,
    source: IngestedSource,
    tables: Tables,
    registry: Registry,
    run: Run,
    reserved: Manifest,
    manifests: list[Manifest],
) -> Manifest:
    """The REGISTERED manifest of a reserved key. The fit happens once however often this is called.

    manifests are all rows of the model, the reservation among them.
    """
    done = [row for row in manifests if row.retrain_key == reserved.retrain_key and row.state == "REGISTERED"]
    if done:
        return done[0]
    base = manifest_of_version(manifests, spec.model, reserved.base_version) if reserved.base_version else None
    started = run.stopwatch()
    learned = learn(spec, source, tables, registry, reserved, base)
    filled = _fill(spec, tables, run, reserved, learned, next_seq(manifests), base is None or base.reproducible)
    found = registry.find_version(spec.model, reserved.retrain_key)
    run_id, version = found or _log(spec, tables, registry, filled, learned)
    if reserved.role == "refit" or not spec.gate.refits:
        append_rows(tables, "references", _references(spec, run, filled, learned, version))
    registered = replace(
        filled,
        fit_seconds=round(run.stopwatch() - started, 3),
        version=version,
        mlflow_run_id=run_id,
        digest=registry.digest(spec.model, version),
    )
    append_rows(tables, "retrain", [registered])
    return registered


def _fill(
    spec: ModelSpec, tables: Tables, run: Run, reserved: Manifest, learned: Learned, seq: int, reproducible: bool
) -> Manifest:
    frame = learned.frame
    return replace(
        reserved,
        state="REGISTERED",
        seq=seq,
        window_days=learned.window.days,
        train_from=learned.train_from,
        trained_until=frame.trained_until,
        trained_rows=len(frame.table),
        sampled=frame.sampled,
        data_hash=frame.data_hash,
        observations_version=observations.observations_version(tables, spec.source_name),
        trivial_prediction=str(trivial_prediction(spec.kind, frame.label)),
        reproducible=reproducible,
        run_id=run.run_id,
        attempt_id=run.attempt_id,
        at=run.started_at,
    )


def _references(
    spec: ModelSpec, run: Run, manifest: Manifest, learned: Learned, version: str
) -> tuple[DriftReference, ...]:
    """What the rows of this fit look like, and what the version says about them: later batches are held against it."""
    frame = learned.frame
    days = None if frame.days is None else pd.Series(frame.days.astype("datetime64[D]"))
    predicted = learned.estimator.predict(frame.features)
    return fit_references(spec, frame.features, predicted, days, spec.period_days, version, manifest.seq, run)


def _log(spec: ModelSpec, tables: Tables, registry: Registry, manifest: Manifest, learned: Learned) -> tuple[str, str]:
    table = f"{tables.catalog}.{tables.schema}.{observations.table_of(spec.source_name)}"
    tags = {
        "retrain_key": manifest.retrain_key,
        "role": manifest.role,
        "action": manifest.action,
        "batch_seq": str(manifest.batch_seq),
        "data_hash": str(manifest.data_hash),
        "spec_hash": manifest.spec_hash,
        "code_version": manifest.code_version,
        "job_run_id": manifest.run_id,
        REPRODUCIBLE: str(manifest.reproducible).lower(),
    }
    if manifest.base_version:
        tags["base_version"] = manifest.base_version
    errors = {f"backtest_error_{days or 'all'}": error for days, error in learned.window.errors}
    return log_version(
        registry,
        spec.model,
        learned.estimator,
        learned.frame.features.head(5),
        TrainingData(table, manifest.observations_version or 0, manifest.batch_seq, str(manifest.data_hash)),
        RECIPES,
        {"recipe": spec.recipe, "window_days": learned.window.days or "all", **_excluded(spec), **spec.params},
        {"trained_rows": float(len(learned.frame.table)), **errors},
        tags,
    )


def _excluded(spec: ModelSpec) -> dict[str, str]:
    """Days left out by hand, and why: part of what a version is."""
    return {f"exclude_{each.start}_{each.end}": each.reason for each in spec.strategy.exclude}
