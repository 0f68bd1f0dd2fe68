"""One fit, logged as an MLflow run and registered as a version."""

import hashlib
import importlib.metadata
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.data.delta_dataset_source import DeltaDatasetSource
from mlflow.data.meta_dataset import MetaDataset

from retraining.adapters.registry.registry import Registry, talking_to_mlflow
from retraining.adapters.registry.signature import features_as_metadata, signature_of_model, signature_of_panel
from retraining.adapters.registry.spark_version import log_spark_version
from retraining.failpoints import hit
from retraining.spark_models.fitted_pipeline import FittedSparkPipeline
from served_model.served_model import ServedModel

_NEEDED_TO_LOAD = ("mlflow", "scikit-learn", "numpy", "pandas", "scipy", "cloudpickle")


def pinned_requirements() -> list[str]:
    """Name and version of each, as pip writes them."""
    return [f"{name}=={importlib.metadata.version(name)}" for name in _installed()]


def lock_hash() -> str:
    """Sha256 of the interpreter's version and the pinned requirements: what the fit of a version was made with."""
    return hashlib.sha256("\n".join([platform.python_version(), *sorted(pinned_requirements())]).encode()).hexdigest()


def _installed() -> list[str]:
    present = {dist.metadata["Name"].lower() for dist in importlib.metadata.distributions() if dist.metadata["Name"]}
    skinny = ["mlflow-skinny"] if "mlflow" not in present else []
    return [name for name in _NEEDED_TO_LOAD if name in present] + skinny


@dataclass(frozen=True)
class TrainingData:
    """What a version was trained on, as MLflow shows it."""

    table: str
    table_version: int
    batch_seq: int
    hash: str


@dataclass(frozen=True)
class FittedModel:
    """A fitted estimator, and what MLflow shows of its fit."""

    model: ServedModel
    example: pd.DataFrame
    """A few feature rows, made up: the signature's outputs and the input example are taken from it."""
    code: tuple[Path, ...]
    """The packages that the model needs to load where `src` is not on the path."""
    tags: Mapping[str, str]
    """With `role`, which names the run."""
    params: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class FittedPanel:
    """The models of a panel in a folder, and what MLflow shows of its fit."""

    files: Path
    """The folder that the version holds."""
    loader: str
    """The module that reads it."""
    example: pd.DataFrame
    """A request, made up."""
    outputs: Mapping[str, str]
    """Columns of an answer and their types, as MLflow calls them."""
    code: tuple[Path, ...]
    """The packages that the module needs where `src` is not on the path."""
    requires: tuple[str, ...]
    """Packages, beside those of every version, that it needs."""
    tags: Mapping[str, str]
    """With `role`, which names the run."""
    params: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)


def log_version(
    registry: Registry, model: str, fitted: FittedModel | FittedPanel, data: TrainingData
) -> tuple[str, str]:
    """Logs and registers a fit; returns (run id, version). Signature and requirements are passed to MLflow, because it
    takes seconds to infer them."""
    with (
        talking_to_mlflow(f"logging {model}"),
        mlflow.start_run(
            experiment_id=registry.experiment_id(), run_name=_run_name(model, fitted.tags), tags=dict(fitted.tags)
        ) as run,
    ):
        hit("fit.after_run")
        mlflow.log_params(dict(fitted.params))
        mlflow.log_metrics(dict(fitted.metrics))
        source = DeltaDatasetSource(delta_table_name=data.table, delta_table_version=data.table_version)
        mlflow.log_input(
            MetaDataset(source, name=data.table, digest=data.hash[:36]),  # type: ignore[abstract]  # it is not, at run time
            context="training",
            tags={"batch_seq": str(data.batch_seq), "hash": data.hash},
        )
        uri = _log_panel(fitted) if isinstance(fitted, FittedPanel) else _log_estimator(registry, fitted)
        hit("fit.after_model")
        version = mlflow.register_model(uri, registry.full_name(model), tags=dict(fitted.tags))

    return str(run.info.run_id), str(version.version)


def _log_estimator(registry: Registry, fitted: FittedModel) -> str:
    """The address of the logged model. Spark writes its models itself; all others are pickled."""
    model = fitted.model
    if isinstance(model.estimator, FittedSparkPipeline):
        return log_spark_version(model, fitted.example, pinned_requirements(), registry.spark_place)

    info = mlflow.sklearn.log_model(
        model,
        name="model",
        signature=signature_of_model(model, fitted.example),
        input_example=fitted.example,
        serialization_format="cloudpickle",
        pip_requirements=pinned_requirements(),
        code_paths=[str(package) for package in fitted.code],
        metadata=features_as_metadata(model.features),
    )
    return str(info.model_uri)


def _log_panel(fitted: FittedPanel) -> str:
    """A folder that a module reads: a version of a panel holds numbers and texts, and no pickle."""
    info = mlflow.pyfunc.log_model(
        name="model",
        loader_module=fitted.loader,
        data_path=str(fitted.files),
        signature=signature_of_panel(fitted.example, fitted.outputs),
        input_example=fitted.example,
        pip_requirements=[*pinned_requirements(), *_pinned(fitted.requires)],
        code_paths=[str(package) for package in fitted.code],
    )
    return str(info.model_uri)


def _pinned(names: Iterable[str]) -> list[str]:
    return [f"{name}=={importlib.metadata.version(name)}" for name in names]


def _run_name(model: str, tags: Mapping[str, str]) -> str:
    """As in "flights candidate, data until 2013-03-31"."""
    until = tags.get("trained_until")
    return f"{model} {tags['role']}" + (f", data until {until[:10]}" if until else "")
