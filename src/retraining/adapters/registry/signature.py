"""The signature that a version is registered with, and how it is read again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import mlflow
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature, infer_signature
from mlflow.types import ColSpec, DataType, Schema, TensorSpec
from mlflow.types.schema import AnyType

from retraining.adapters.registry.registry import Registry, not_there, talking_to_mlflow
from retraining.adapters.registry.spark_version import FEATURES
from retraining.errors import TamperedModelError
from retraining.records.version import ModelInput, Signature
from served_model.column_values import Feature, label_type_of_answers
from served_model.served_model import PREDICTION, ServedModel

_ANY = AnyType()  # type: ignore[no-untyped-call]
_HORIZON = "horizon"


def features_as_metadata(features: Sequence[Feature]) -> dict[str, Any]:
    """What the signature does not say: the types of the features in the source."""
    return {FEATURES: [asdict(feature) for feature in features]}


def signature_of_model(model: ServedModel, example: pd.DataFrame) -> ModelSignature:
    """Every column is required, and takes any type.

    MLflow refuses whole numbers for a column of doubles, and a gap in a column of whole numbers. pandas reads one
    column of a file as either of them, as the rows at hand have a gap or not. The model itself converts, or names the
    column that it cannot take. The types of the source are in the version's metadata.
    """
    inputs = Schema([ColSpec(_ANY, feature.name, required=True) for feature in model.features])
    answers = model.predict(example)
    if not isinstance(answers, pd.DataFrame):
        return ModelSignature(inputs, infer_signature(model_output=answers).outputs)

    label = DataType[label_type_of_answers(str(model.label_type))]
    types = {name: label if name == PREDICTION else DataType.double for name in answers.columns}
    return ModelSignature(inputs, Schema([ColSpec(type_, str(name)) for name, type_ in types.items()]))


def signature_of_panel(example: pd.DataFrame, outputs: Mapping[str, str]) -> ModelSignature:
    """What names a series takes any type, as everywhere; the horizon may be left out."""
    inputs = [ColSpec(_ANY, str(name), required=name != _HORIZON) for name in example.columns]
    answers = [ColSpec(DataType[type_], name, required=False) for name, type_ in outputs.items()]
    return ModelSignature(Schema([*inputs]), Schema([*answers]))


def signature_of(registry: Registry, model: str, version: str) -> Signature | None:
    """What a version takes and gives; None when it is gone, or has no signature that names columns. Raises
    TamperedModelError where its description, the file MLmodel, is not one."""
    with talking_to_mlflow(f"reading the signature of {model} version {version}"):
        try:
            info = mlflow.models.get_model_info(f"models:/{registry.full_name(model)}/{version}")
        except MlflowException as err:
            if not_there(err):
                return None
            raise
        except OSError:
            raise
        except Exception as err:  # what MLflow raises for a file that is not a description is not its own error
            raise TamperedModelError(
                f"{model} version {version}: its file MLmodel cannot be read ({type(err).__name__}), so somebody "
                f"changed it. Nothing was loaded and no alias moved. Find out who did, and put it back. If this is the "
                f"champion, the job rollback leads to another version."
            ) from err
    inputs = info.signature.inputs if info.signature else None
    if inputs is None or not inputs.has_input_names():
        return None
    return Signature(_takes(inputs, info.metadata or {}), _type_of(info.signature.outputs))


def _takes(inputs: Schema, metadata: Mapping[str, Any]) -> tuple[ModelInput, ...]:
    """By the metadata, where the signature leaves the types open: a number counts as a double, all else as a text."""
    numeric = {each["name"]: each["is_numeric"] for each in metadata.get(FEATURES, ())}

    def type_of(column: ColSpec | TensorSpec) -> str:
        if column.name in numeric:
            return "double" if numeric[column.name] else "string"
        return getattr(column.type, "name", str(column.type))

    return tuple(ModelInput(str(each.name), type_of(each), each.required) for each in inputs.inputs)


def inputs_of(registry: Registry, model: str, version: str) -> tuple[ModelInput, ...] | None:
    """The named input columns of a version; None when it is gone, or has no signature that names columns."""
    signature = signature_of(registry, model, version)
    return signature.inputs if signature else None


def _type_of(outputs: Schema | None) -> str | None:
    """numpy's name of the type, whether MLflow described an array or a column. Of a table that holds a prediction, the
    type of that column: which other columns there are depends on the classes of the training rows."""
    if outputs is None:
        return None
    if outputs.has_input_names() and PREDICTION in outputs.input_names():
        of_column = dict(zip(outputs.input_names(), outputs.numpy_types(), strict=True))
        return f"{of_column[PREDICTION]} in a table"
    return ", ".join(str(each) for each in outputs.numpy_types()) or None
