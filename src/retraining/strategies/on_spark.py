"""Whether a strategy and a recipe that Spark fits go together."""

from retraining.errors import SpecError
from retraining.spark_models.spark_pipeline import SparkPipeline, says_spark, why_not_usable
from retraining.spec.model_spec import ModelSpec
from retraining.spec.recipe_function import find_function
from retraining.strategies.strategy import Strategy


def check_spark(spec: ModelSpec, strategy: Strategy) -> None:
    """Raises SpecError, with the cure, where the recipe's pipeline of Spark cannot be used, or not by this strategy.
    Says nothing of any other estimator."""
    learner = strategy.estimator
    if not isinstance(learner, SparkPipeline):
        return

    if not strategy.fits_on_spark:
        raise SpecError(
            f"strategy {strategy.name}: recipe `{spec.form.recipe}` returns a pipeline of pyspark.ml, which is fitted "
            f"from scratch on the rows where they are. Choose strategy: full_refit or static, or another recipe."
        )
    why = why_not_usable(learner, spec.columns.features)
    if why:
        raise SpecError(f"{spec.model}: recipe `{spec.form.recipe}`: {why}")


def check_searched(spec: ModelSpec) -> None:
    """Raises SpecError where a search would try a recipe that Spark fits: each trial is a task of Spark on one worker,
    and no task can start a fit of Spark. A recipe that does not exist is found elsewhere."""
    if not spec.is_searched:
        return
    for recipe in spec.recipes:
        try:
            on_spark = says_spark(find_function(spec.model, "recipe", recipe))
        except SpecError:
            continue
        if on_spark:
            raise SpecError(
                f"{spec.model}: recipe `{recipe}` returns a pipeline of pyspark.ml, and a search fits its trials on "
                f"workers, where Spark cannot fit anything. Take it out of the search, or name it alone."
            )
