"""Fit, log and register the version that a manifest reserved; or find what an earlier attempt left."""

from dataclasses import replace
from pathlib import Path

from retraining.adapters.registry.log_version import TrainingData, log_version
from retraining.adapters.registry.registry import Registry
from retraining.adapters.tables import observations
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq
from retraining.adapters.tables.tables import Tables
from retraining.records.manifest import Manifest
from retraining.records.run import Run
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.ingested_source import IngestedSource
from retraining.stages.steps.training_frame import TrainingFrame, read_training_frame
from retraining.strategies.full_refit import build_estimator, full_refit, trivial_prediction

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
    frame = read_training_frame(spec, tables, source.ledger, source.through(reserved.batch_seq), reserved.train_before)
    version_then = observations.observations_version(tables, spec.source_name)
    filled = replace(
        reserved,
        state="REGISTERED",
        seq=next_seq(manifests),
        trained_until=frame.trained_until,
        trained_rows=frame.rows,
        sampled=frame.sampled,
        data_hash=frame.data_hash,
        observations_version=version_then,
        trivial_prediction=str(trivial_prediction(spec.kind, frame.label)),
        run_id=run.run_id,
        attempt_id=run.attempt_id,
        at=run.started_at,
    )
    found = registry.find_version(spec.model, reserved.retrain_key)
    started = run.stopwatch()
    run_id, version = found or _fit_and_log(spec, tables, registry, filled, frame)
    registered = replace(
        filled,
        fit_seconds=round(run.stopwatch() - started, 3),
        version=version,
        mlflow_run_id=run_id,
        digest=registry.digest(spec.model, version),
    )
    append_rows(tables, "retrain", [registered])
    return registered


def _fit_and_log(
    spec: ModelSpec, tables: Tables, registry: Registry, manifest: Manifest, frame: TrainingFrame
) -> tuple[str, str]:
    estimator = full_refit(build_estimator(spec), frame.features, frame.label)
    table = f"{tables.catalog}.{tables.schema}.{observations.table_of(spec.source_name)}"
    tags = {
        "retrain_key": manifest.retrain_key,
        "role": manifest.role,
        "batch_seq": str(manifest.batch_seq),
        "data_hash": str(manifest.data_hash),
        "spec_hash": manifest.spec_hash,
        "code_version": manifest.code_version,
        "job_run_id": manifest.run_id,
    }
    return log_version(
        registry,
        spec.model,
        estimator,
        frame.features.head(5),
        TrainingData(table, manifest.observations_version or 0, manifest.batch_seq, str(manifest.data_hash)),
        RECIPES,
        {"recipe": spec.recipe, **spec.params},
        {"trained_rows": float(frame.rows)},
        tags,
    )
