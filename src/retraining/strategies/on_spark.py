"""Whether a strategy and a recipe that Spark fits go together."""

from retraining.errors import SpecError
from retraining.spark_models.spark_pipeline import SparkPipeline, why_not_usable
from retraining.spec.model_spec import ModelSpec
from retraining.strategies.strategy import Strategy


def check_spark(spec: ModelSpec, strategy: Strategy) -> None:
    """Raises SpecError, with the cure, where the recipe's pipeline of Spark cannot be used, or not by this strategy.
    Says nothing of any other estimator."""
    learner = strategy.estimator
    if not isinstance(learner, SparkPipeline):
        return

    if not strategy.fits_on_spark:
        raise SpecError(
            f"strategy {strategy.name}: recipe `{spec.recipe}` returns a pipeline of pyspark.ml, which is fitted from "
            f"scratch on the rows where they are. Choose strategy: full_refit or static, or a recipe of scikit-learn."
        )
    why = why_not_usable(learner, spec.columns.features)
    if why:
        raise SpecError(f"{spec.model}: recipe `{spec.recipe}`: {why}")
