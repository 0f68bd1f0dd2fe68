"""A recipe that returns a pipeline of pyspark.ml: what can be said of it before it has learned, and its fit."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pyspark.errors import AnalysisException, IllegalArgumentException
from pyspark.ml import Estimator, Pipeline, PipelineModel
from pyspark.ml.classification import Classifier
from pyspark.ml.feature import IndexToString, StringIndexer
from pyspark.ml.regression import Regressor
from pyspark.sql import DataFrame, SparkSession
from sklearn.base import BaseEstimator

from retraining.spark_models.fitted_pipeline import PREDICTION, FittedSparkPipeline

_INDEX = "_value_0"
"""Number of the predicted class, in the pipeline of a classifier."""
_OUTPUTS = ("outputCol", "predictionCol", "probabilityCol", "rawPredictionCol", "varianceCol", "leafCol", "labelCol")


def says_spark(recipe: Callable[..., Any]) -> bool:
    """Whether a recipe says, by the type that it returns, that it builds a pipeline of Spark. Such a recipe can be
    called only where Spark runs."""
    try:
        returned = inspect.signature(recipe, eval_str=True).return_annotation
    except NameError:  # a type that the file names for readers only
        return False
    return getattr(returned, "__module__", "").startswith("pyspark.ml.")


def spark_runs() -> bool:
    """Whether this process has a session of Spark."""
    return SparkSession.getActiveSession() is not None


def is_spark(estimator: Any) -> bool:
    """Whether an estimator, fitted or not, learns and answers in Spark."""
    return isinstance(estimator, SparkPipeline | FittedSparkPipeline)


class SparkPipeline(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """A pipeline of pyspark.ml that is not fitted yet, in the manner of scikit-learn: so that what is asked of any
    estimator before there are rows can be asked of this one."""

    def __init__(self, pipeline: Pipeline) -> None:
        """It stays as it is."""
        self.pipeline = pipeline

    @property
    def steps(self) -> list[tuple[str, Any]]:
        """The stages by name, in order."""
        return [(type(stage).__name__, stage) for stage in self.pipeline.getStages()]

    @property
    def gives_probabilities(self) -> bool:
        """Whether the fitted pipeline will have a probability of each class."""
        return bool(_has_param(self.steps[-1][1], "probabilityCol"))

    def __sklearn_tags__(self) -> Any:
        """Classifier or regressor, as the last stage is."""
        tags = super().__sklearn_tags__()
        last = self.steps[-1][1]
        if isinstance(last, Classifier):
            tags.estimator_type = "classifier"
        elif isinstance(last, Regressor):
            tags.estimator_type = "regressor"
        return tags

    def fit_rows(self, rows: DataFrame, label: str, features: Sequence[str]) -> FittedSparkPipeline:
        """Learns rows that stay where they are. rows: the features under their own names, and the label.

        Raises ValueError, with the first line of what Spark says, where it refuses the columns or what they hold.
        """
        last = self.steps[-1][1]
        before = self.pipeline.getStages()[:-1]
        is_classifier = isinstance(last, Classifier)
        seen = rows.select(*(f"`{name}`" for name in features), label)
        try:
            if not is_classifier:
                named = seen.withColumnRenamed(label, last.getLabelCol())
                return FittedSparkPipeline(Pipeline(stages=[*before, last]).fit(named), (), rows.sparkSession)

            indexer = StringIndexer(inputCol=label, outputCol=last.getLabelCol(), stringOrderType="alphabetAsc").fit(
                seen
            )
            classes = tuple(str(each) for each in indexer.labelsArray[0])
            numbered = last.copy({last.predictionCol: _INDEX})
            fitted = Pipeline(stages=[*before, numbered]).fit(indexer.transform(seen).drop(label))
            names = IndexToString(inputCol=_INDEX, outputCol=PREDICTION, labels=list(classes))
            return FittedSparkPipeline(PipelineModel([*fitted.stages, names]), classes, rows.sparkSession)
        except (AnalysisException, IllegalArgumentException) as err:
            raise ValueError((str(err).splitlines() or [type(err).__name__])[0]) from err


def why_not_usable(learner: SparkPipeline, features: Sequence[str]) -> str | None:
    """What keeps a pipeline from being a model of this product, as a sentence with the cure; None where nothing
    does."""
    return next(_faults(learner, features), None)


def _faults(learner: SparkPipeline, features: Sequence[str]) -> Iterator[str]:
    stages = learner.steps
    name, last = stages[-1] if stages else ("nothing", None)
    if not isinstance(last, Classifier | Regressor) or not isinstance(last, Estimator):
        yield (
            f"the pipeline ends with {name}, expected a classifier or a regressor of pyspark.ml, such as "
            f"RandomForestClassifier or GBTRegressor. Put one at its end."
        )
        return

    for name, stage in stages:
        if _has_param(stage, "handleInvalid") and stage.getOrDefault("handleInvalid") != "keep":
            yield (
                f"{name} has handleInvalid: {stage.getOrDefault('handleInvalid')}, so a row with a gap or a new "
                f'category would vanish, or stop all the others. Say handleInvalid="keep" in the recipe, with an '
                f"Imputer before it where numbers may be missing."
            )

    dotted = [each for each in features if "." in each]
    if dotted:
        yield (
            f"column `{dotted[0]}` has a dot in its name, which stages of pyspark.ml take for a field. Give it another "
            f"name in a function of source.prepare."
        )

    made = {column for _, stage in stages for column in _outputs(stage)} | {PREDICTION}
    twice = [each for each in features if each.lower() in {column.lower() for column in made}]
    if twice:
        yield (
            f"the pipeline makes a column `{twice[0]}`, and the spec has a feature of that name. Give the pipeline's "
            f"column another name in the recipe, or the feature one in a function of source.prepare."
        )


def _outputs(stage: Any) -> Iterator[str]:
    for name in _OUTPUTS:
        if _has_param(stage, name) and stage.isDefined(name):
            yield stage.getOrDefault(name)
    if _has_param(stage, "outputCols") and stage.isDefined("outputCols"):
        yield from stage.getOrDefault("outputCols")


def _has_param(stage: Any, name: str) -> bool:
    return bool(stage.hasParam(name))
