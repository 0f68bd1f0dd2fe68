"""A fitted pipeline of pyspark.ml, which answers rows of Spark and, for a few rows, tables of pandas."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.ml import PipelineModel
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, LongType, StringType, StructField, StructType
from sklearn.utils.metaestimators import available_if

PREDICTION = "prediction"
"""The column of a pipeline with its answers: the one that `mlflow.spark` returns."""
_PLACE = "_place"
_SEED = "seed"


def _has_probabilities(model: "FittedSparkPipeline") -> bool:
    return model.probability_column is not None


@dataclass(frozen=True)
class FittedSparkPipeline:
    """Asked like a fitted estimator of scikit-learn. It holds a session, so it is never pickled: workers are given its
    answers."""

    model: PipelineModel
    classes: tuple[str, ...]
    """In the order of the probabilities; none where it predicts numbers."""
    spark: SparkSession

    @property
    def classes_(self) -> NDArray[Any]:
        """As scikit-learn names them."""
        return np.array(self.classes, dtype=object)

    @property
    def probability_column(self) -> str | None:
        """Of the pipeline; None where it has no probabilities."""
        if not self.classes:
            return None
        named = [
            stage.getOrDefault("probabilityCol") for stage in self.model.stages if stage.hasParam("probabilityCol")
        ]
        return named[-1] if named else None

    def answers(self, rows: DataFrame) -> DataFrame:
        """rows with the columns that the pipeline makes of them. rows: at least its features, under their names."""
        return self.model.transform(rows)

    def probabilities(self) -> list[Any]:
        """Columns of `answers`: the probability of each class."""
        if self.probability_column is None:
            return []
        each = vector_to_array(F.col(f"`{self.probability_column}`"))
        return [each[place] for place in range(len(self.classes))]

    def predict(self, features: pd.DataFrame) -> NDArray[Any]:
        """Numbers or classes, shape (rows,). The rows travel to Spark and back."""
        return self._asked(features, [F.col(PREDICTION)])[:, 0]

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]  # scikit-learn ships no types
    def predict_proba(self, features: pd.DataFrame) -> NDArray[Any]:
        """Probabilities, shape (rows, classes)."""
        return self._asked(features, self.probabilities()).astype(np.float64)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The seeds of its stages, as scikit-learn names them."""
        stages = [(place, stage) for place, stage in enumerate(self.model.stages) if stage.hasParam(_SEED)]
        return {f"{place}__random_state": stage.getOrDefault(_SEED) for place, stage in stages}

    def _asked(self, features: pd.DataFrame, columns: list[Any]) -> NDArray[Any]:
        if features.empty:
            return np.zeros((0, len(columns)), dtype=object if self.classes else np.float64)

        sent = features.assign(**{_PLACE: np.arange(len(features), dtype=np.int64)})
        fields = [_field(name, features[name]) for name in features.columns]
        rows = self.spark.createDataFrame(sent, StructType([*fields, StructField(_PLACE, LongType())]))
        named = [column.alias(f"_{place}") for place, column in enumerate(columns)]
        found = self.answers(rows).select(_PLACE, *named).toPandas().sort_values(_PLACE)
        return np.asarray(found.drop(columns=_PLACE))


def _field(name: str, values: "pd.Series[Any]") -> StructField:
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return StructField(str(name), DoubleType() if numeric else StringType())
