"""Predictions of fitted estimators, computed where the rows are."""

import pickle
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from pyspark import cloudpickle
from pyspark.sql import DataFrame
from pyspark.sql.types import StructField, StructType

from retraining.kinds.find_kind import kind_of
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.model_frame import feature_columns


def predict_rows(spec: ModelSpec, rows: DataFrame, keep: list[str], estimators: Mapping[str, Any]) -> DataFrame:
    """The kept columns and one prediction column per estimator, named by its key.

    Models travel to the workers as bytes, pickled by value, because `src` is not on the path there. Arrow batches
    bound the memory: no worker and no driver holds more than one of them.
    """
    kind = kind_of(spec)
    names = list(spec.columns.features)
    renamed = [f"_feature_{position}" for position in range(len(names))]
    features = [column.alias(new) for column, new in zip(feature_columns(spec), renamed, strict=True)]
    inputs = rows.select(*keep, *features)
    pickled = {name: cloudpickle.dumps(estimator) for name, estimator in estimators.items()}

    def predict(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        loaded = {name: pickle.loads(content) for name, content in pickled.items()}
        for batch in batches:
            seen = batch[renamed].set_axis(names, axis="columns")
            predicted: dict[str, Any] = {
                name: kind.as_predictions(model.predict(seen)) if len(batch) else [] for name, model in loaded.items()
            }
            yield batch[keep].assign(**predicted)

    kept = [inputs.schema[name] for name in keep]
    schema = StructType([*kept, *(StructField(name, kind.prediction_type, True) for name in estimators)])
    return inputs.mapInPandas(predict, schema)
