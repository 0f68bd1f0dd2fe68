"""The signature that a version is registered with, and how it is read again."""

from typing import Any

import mlflow
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature, infer_signature
from mlflow.types import ColSpec, DataType, Schema

from retraining.adapters.registry.registry import Registry, not_there, talking_to_mlflow
from retraining.records.version import ModelInput, Signature


def signature_of_rows(features: pd.DataFrame, predictions: Any) -> ModelSignature:
    """Every column is required, numbers as double, everything else as string.

    MLflow would infer from these few rows that a column is optional when one of them lacks its value, or has no type
    when all do: the next fit of the same recipe would have another signature.
    """
    kinds = [DataType.double if pd.api.types.is_float_dtype(features[name]) else DataType.string for name in features]
    inputs = Schema([ColSpec(kind, str(name)) for kind, name in zip(kinds, features, strict=True)])
    return ModelSignature(inputs, infer_signature(model_output=predictions).outputs)


def signature_of(registry: Registry, model: str, version: str) -> Signature | None:
    """What a version takes and gives; None when it is gone, or has no signature that names columns."""
    with talking_to_mlflow(f"reading the signature of {model} version {version}"):
        try:
            info = mlflow.models.get_model_info(f"models:/{registry.full_name(model)}/{version}")
        except MlflowException as err:
            if not_there(err):
                return None
            raise
    inputs = info.signature.inputs if info.signature else None
    if inputs is None or not inputs.has_input_names():
        return None
    takes = tuple(ModelInput(str(each.name), each.type.name, each.required) for each in inputs.inputs)
    return Signature(takes, _type_of(info.signature.outputs))


def inputs_of(registry: Registry, model: str, version: str) -> tuple[ModelInput, ...] | None:
    """The named input columns of a version; None when it is gone, or has no signature that names columns."""
    signature = signature_of(registry, model, version)
    return signature.inputs if signature else None


def _type_of(outputs: Schema | None) -> str | None:
    """numpy's name of the type, whether MLflow described an array or a column."""
    types = outputs.numpy_types() if outputs else []
    return ", ".join(str(each) for each in types) or None
