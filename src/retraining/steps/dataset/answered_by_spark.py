"""Rows to which models of Spark have given their answers, for workers, on which no such model can run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.spark_models.fitted_pipeline import PREDICTION, FittedSparkPipeline
from retraining.spark_models.read_answers import ReadAnswers
from retraining.steps.dataset.model_frame import columns_of_features
from served_model.column_values import Feature

_ROW = "_all"


@dataclass(frozen=True)
class FittedVersion:
    """An estimator, and the columns that it predicts with."""

    estimator: Any
    features: tuple[Feature, ...]


def answered_by_spark(
    rows: DataFrame, versions: Mapping[str, FittedVersion]
) -> tuple[DataFrame, dict[str, FittedVersion]]:
    """The rows with more columns, and the same versions, those of Spark replaced by ones that read their answers from
    these columns. All others stay as they are."""
    replaced = {}
    for place, (name, version) in enumerate(versions.items()):
        if isinstance(version.estimator, FittedSparkPipeline):
            rows, version = _answered(rows, version.estimator, version.features, f"_spark_{place}")
        replaced[name] = version
    return rows, replaced


def _answered(
    rows: DataFrame, fitted: FittedSparkPipeline, features: tuple[Feature, ...], name: str
) -> tuple[DataFrame, FittedVersion]:
    """The row itself travels in one column, so that no name of its columns meets one of the pipeline's."""
    row = F.struct(*(F.col(f"`{column}`") for column in rows.columns)).alias(_ROW)
    answers = fitted.answers(rows.select(row, *columns_of_features(features, rows)))

    probabilities = fitted.probabilities()
    named = [column.alias(f"{name}_{place}_probabilities") for place, column in enumerate(probabilities)]
    seen = answers.select(f"{_ROW}.*", F.col(PREDICTION).alias(name), *named)

    prediction = Feature(name, "string" if fitted.classes else "double", is_numeric=not fitted.classes)
    of_classes = [Feature(f"{name}_{place}_probabilities", "double", True) for place in range(len(probabilities))]
    return seen, FittedVersion(ReadAnswers(fitted.classes, bool(probabilities)), (prediction, *of_classes))
