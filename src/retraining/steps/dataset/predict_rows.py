"""Predictions of fitted versions, computed where the rows are."""

import pickle
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from pyspark import cloudpickle
from pyspark.sql import DataFrame
from pyspark.sql.types import DoubleType, MapType, StringType, StructField, StructType

from retraining.kinds.kind import Kind
from retraining.steps.dataset.answer_rows import answer_rows, probabilities_of_rows
from retraining.steps.dataset.answered_by_spark import FittedVersion, answered_by_spark
from retraining.steps.dataset.model_frame import columns_of_features
from served_model.column_values import Feature

PROBABILITIES = "_probabilities"
"""What the name of a column with a version's probabilities ends with: `_by_3_probabilities`."""


def predict_rows(
    kind: Kind,
    rows: DataFrame,
    keep: list[str],
    versions: Mapping[str, FittedVersion],
    with_probabilities: bool = False,
) -> DataFrame:
    """The kept columns and a prediction column per version, named by its key; null where a version has no answer. With
    probabilities, where the kind has them, also `<key>_probabilities`: a map from class to probability.

    Models travel to the workers as bytes, pickled by value, because `src` is not on the path there. Arrow batches
    bound the memory: no worker and no driver holds more than one of them. Models of Spark answer before that.
    """
    rows, versions = answered_by_spark(rows, versions)
    features = list(dict.fromkeys(each for version in versions.values() for each in version.features))
    sent = [f"_feature_{place}" for place in range(len(features))]
    columns = columns_of_features(features, rows)
    inputs = rows.select(*keep, *(column.alias(name) for column, name in zip(columns, sent, strict=True)))

    place_of = {feature: sent[place] for place, feature in enumerate(features)}
    sent_to = {name: [place_of[each] for each in version.features] for name, version in versions.items()}
    pickled = {name: cloudpickle.dumps(version) for name, version in versions.items()}
    asks_probabilities = with_probabilities and kind.has_probabilities

    def predict(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        loaded = {name: pickle.loads(content) for name, content in pickled.items()}
        for batch in batches:
            answers: dict[str, Any] = {}
            for name, version in loaded.items():
                seen = _named(batch, sent_to[name], version.features)
                answers[name] = answer_rows(kind, version.estimator, seen)
                if asks_probabilities:
                    answers[f"{name}{PROBABILITIES}"] = probabilities_of_rows(version.estimator, seen)
            yield batch[keep].assign(**answers)

    predicted = [StructField(name, kind.prediction_type) for name in versions]
    if asks_probabilities:
        of_class = MapType(StringType(), DoubleType())
        predicted += [StructField(f"{name}{PROBABILITIES}", of_class) for name in versions]
    order = [*keep, *(field.name for field in predicted)]
    schema = StructType([*(inputs.schema[name] for name in keep), *predicted])
    return inputs.mapInPandas(lambda batches: (made[order] for made in predict(batches)), schema)


def _named(batch: pd.DataFrame, sent: Sequence[str], features: Sequence[Feature]) -> pd.DataFrame:
    """The columns of one version under the names that it was fitted with."""
    return batch[list(sent)].set_axis([feature.name for feature in features], axis="columns")
