"""Predictions of fitted estimators, computed where the rows are."""

import pickle
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from pyspark import cloudpickle
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DoubleType, StringType, StructField, StructType

from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.model_frame import feature_columns


def prediction_type(spec: ModelSpec) -> DataType:
    """double for regression, text for classification."""
    return DoubleType() if spec.kind == "regression" else StringType()


def predict_rows(spec: ModelSpec, rows: DataFrame, keep: list[str], estimators: Mapping[str, Any]) -> DataFrame:
    """The kept columns and one prediction column per estimator, named by its key.

    Models travel to the workers as bytes, pickled by value, because `src` is not on the path there. Arrow batches
    bound the memory: no worker and no driver holds more than one of them.
    """
    names = list(spec.columns.features)
    renamed = [f"_feature_{position}" for position in range(len(names))]
    inputs = rows.select(
        *keep, *(column.alias(new) for column, new in zip(feature_columns(spec), renamed, strict=True))
    )
    pickled = {name: cloudpickle.dumps(estimator) for name, estimator in estimators.items()}
    as_type = "float64" if spec.kind == "regression" else "str"

    def predict(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        loaded = {name: pickle.loads(content) for name, content in pickled.items()}
        for batch in batches:
            features = batch[renamed].set_axis(names, axis="columns")
            made = {
                name: model.predict(features).astype(as_type) if len(batch) else [] for name, model in loaded.items()
            }
            yield batch[keep].assign(**made)

    kept = [inputs.schema[name] for name in keep]
    schema = StructType([*kept, *(StructField(name, prediction_type(spec), True) for name in estimators)])
    return inputs.mapInPandas(predict, schema)


def loss_column(spec: ModelSpec, prediction: str, label: str) -> Any:
    """Loss of one row: squared error, or 1 for a wrong class."""
    if spec.kind == "regression":
        return (F.col(prediction) - F.col(label)) ** 2
    return (~F.col(prediction).eqNullSafe(F.col(label))).cast("double")


def is_broken(spec: ModelSpec, prediction: str) -> Any:
    """Whether a prediction is missing or not finite."""
    missing = F.col(prediction).isNull()
    if spec.kind == "classification":
        return missing
    return missing | F.isnan(prediction) | (F.abs(F.col(prediction)) == F.lit(float("inf")))
