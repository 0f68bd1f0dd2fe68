"""Trees that Spark fits where the rows are: for more rows than one machine holds.

A gap in a number becomes the median of the training rows. The values of a categorical column are numbered, and one that
training did not know has a number too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.ml import Pipeline
from pyspark.ml.classification import RandomForestClassifier
from pyspark.ml.feature import Imputer, StringIndexer, VectorAssembler
from pyspark.ml.regression import GBTRegressor

MOST_VALUES = 32
"""Of a categorical column that the trees tell apart, unless `params` says maxBins. Spark refuses a column with more."""
_ROWS = "_features"
_LABEL = "_label_of_rows"


def regression(numeric: Sequence[str], categorical: Sequence[str], params: Mapping[str, Any]) -> Pipeline:
    """Boosted trees that predict a number. params: those of pyspark.ml.regression.GBTRegressor."""
    return _pipeline(numeric, categorical, GBTRegressor(**_arguments(params)))


def classification(numeric: Sequence[str], categorical: Sequence[str], params: Mapping[str, Any]) -> Pipeline:
    """A forest that predicts classes with probabilities. params: those of
    pyspark.ml.classification.RandomForestClassifier."""
    return _pipeline(numeric, categorical, RandomForestClassifier(**_arguments(params)))


def _arguments(params: Mapping[str, Any]) -> dict[str, Any]:
    """The same rows give the same trees."""
    return {"featuresCol": _ROWS, "labelCol": _LABEL, "seed": 0, "maxBins": MOST_VALUES, **params}


def _pipeline(numeric: Sequence[str], categorical: Sequence[str], learner: Any) -> Pipeline:
    """Numbers without gaps, then the number of each category, then the trees."""
    filled = [f"_filled_{place}" for place in range(len(numeric))]
    numbered = [f"_numbered_{place}" for place in range(len(categorical))]
    impute = Imputer(strategy="median", inputCols=list(numeric), outputCols=filled)
    index = StringIndexer(inputCols=list(categorical), outputCols=numbered, handleInvalid="keep")
    assemble = VectorAssembler(inputCols=[*filled, *numbered], outputCol=_ROWS, handleInvalid="keep")

    columns: list[Any] = [*([impute] if numeric else []), *([index] if categorical else [])]
    return Pipeline(stages=[*columns, assemble, learner])
