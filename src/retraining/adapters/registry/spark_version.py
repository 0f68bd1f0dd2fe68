"""Versions whose model Spark has fitted: logged and loaded by MLflow's flavour for Spark."""

import importlib.metadata
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import Model, ModelSignature, infer_signature
from mlflow.types import ColSpec, DataType, Schema

from retraining.errors import RegistryError
from retraining.records.version import FreshAnswers
from retraining.spark_models.fitted_pipeline import PREDICTION, FittedSparkPipeline
from retraining.spark_models.spark_place import SparkPlace
from served_model.column_values import Feature
from served_model.served_model import ServedModel

FEATURES = "features"
"""Key of a version's metadata that holds its features, with their types in the source."""
_CLASSES = "classes"
_LABEL_TYPE = "label_type"
_FLAVOUR = "spark"


def log_spark_version(
    model: ServedModel, example: pd.DataFrame, requirements: Sequence[str], place: SparkPlace | None
) -> str:
    """The address of the logged model, in the open run. Its pipeline takes numbers as doubles and categories as texts,
    as its signature says, and returns numbers, or classes as texts."""
    fitted = model.estimator
    metadata = {
        FEATURES: [asdict(feature) for feature in model.features],
        _CLASSES: list(fitted.classes),
        _LABEL_TYPE: model.label_type,
    }
    info = mlflow.spark.log_model(
        fitted.model,
        artifact_path="model",
        dfs_tmpdir=_place(place).ready(),
        signature=_signature(model),
        input_example=example,
        pip_requirements=[*requirements, f"pyspark=={importlib.metadata.version('pyspark')}"],
        metadata=metadata,
    )
    return str(info.model_uri)


def is_spark_version(files: Path) -> bool:
    """Whether a version's files hold a model of Spark."""
    return _FLAVOUR in Model.load(str(files)).flavors


def load_spark_version(files: Path, place: SparkPlace | None) -> ServedModel:
    """The model of a version's files, which must have been checked."""
    there = _place(place)
    metadata = Model.load(str(files)).metadata or {}
    pipeline = mlflow.spark.load_model(str(files), dfs_tmpdir=there.ready())
    fitted = FittedSparkPipeline(pipeline, tuple(metadata.get(_CLASSES, ())), there.spark)
    features = tuple(Feature(**each) for each in metadata.get(FEATURES, ()))
    return ServedModel(fitted, features, metadata.get(_LABEL_TYPE))


def ask_spark_version(files: Path, requests: pd.DataFrame) -> FreshAnswers:
    """What callers get who load checked files by `mlflow.pyfunc` in a session of Spark: to all requests at once. The
    time of one request is not measured: a job of Spark says nothing about a model."""
    megabytes = sum(each.stat().st_size for each in files.rglob("*") if each.is_file()) / 1e6
    predictions = mlflow.pyfunc.load_model(str(files)).predict(requests) if len(requests) else []
    return FreshAnswers(tuple(predictions), (), megabytes, where="loaded by MLflow in a session of Spark")


def _signature(model: ServedModel) -> ModelSignature:
    """A regression answers an array, as every other regression of this product does; a classifier a column."""
    inputs: list[Any] = [
        ColSpec(DataType.double if each.is_numeric else DataType.string, each.name, required=True)
        for each in model.features
    ]
    if model.label_type is None:
        return ModelSignature(Schema(inputs), infer_signature(model_output=np.zeros(1)).outputs)
    outputs: list[Any] = [ColSpec(DataType.string, PREDICTION)]
    return ModelSignature(Schema(inputs), Schema(outputs))


def _place(place: SparkPlace | None) -> SparkPlace:
    if place is None:
        raise RegistryError("A model of Spark needs Spark to be logged or loaded, and this process has none.")
    return place
