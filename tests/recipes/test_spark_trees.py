"""Trees of Spark, and what is asked of any pipeline of Spark before it is fitted."""

import numpy as np
import pandas as pd
import pytest
from pyspark.ml import Pipeline
from pyspark.ml.classification import LinearSVC
from pyspark.ml.feature import Imputer, VectorAssembler
from sklearn.base import is_classifier, is_regressor
from tests.loop import toy_spec

import recipes.spark_trees
from retraining.errors import SpecError
from retraining.spark_models.spark_pipeline import SparkPipeline, is_spark, says_spark, why_not_usable
from retraining.strategies.check_recipe import wrong_recipe
from retraining.strategies.estimators import build_estimator
from retraining.strategies.find_strategy import strategy_of
from retraining.strategies.on_spark import check_spark

SMALL = {"numTrees": 3, "maxDepth": 3}
COLUMNS = {"label": "y", "numeric": ["x 1"], "categorical": ["色"]}
CLASSES = {"kind": "classification", "recipe": "recipes.spark_trees.classification", "columns": COLUMNS}


def spark_spec(**changes):
    return toy_spec(recipe="recipes.spark_trees.regression", **changes)


@pytest.fixture(scope="module")
def fitted(spark):
    """A forest that tells two colours apart, from rows with gaps, under names with a space and of another script."""
    draw = np.random.default_rng(0)
    table = pd.DataFrame({"x 1": draw.normal(size=200), "色": draw.choice(["red", "blue"], 200)})
    table["_label"] = np.where(table["色"] == "red", "warm", "cold")
    table.loc[3, "x 1"] = np.nan
    table.loc[4, "色"] = None
    learner = build_estimator(toy_spec(**CLASSES, params=SMALL))
    return learner.fit_rows(spark.createDataFrame(table), "_label", ["x 1", "色"])


@pytest.mark.classic
def test_a_forest_answers_gaps_and_new_categories_in_the_order_of_the_rows(fitted):
    rows = pd.DataFrame({"x 1": [0.0, np.nan, 1.0, 2.0], "色": ["red", "blue", None, "green"]})

    predicted = fitted.predict(rows)
    probabilities = fitted.predict_proba(rows)

    assert [*fitted.classes_] == ["cold", "warm"]
    assert [*predicted[:2]] == ["warm", "cold"]
    assert probabilities.shape == (4, 2)
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert [*fitted.classes_[probabilities.argmax(axis=1)]][:2] == ["warm", "cold"]


@pytest.mark.classic
def test_no_rows_have_no_answers(fitted):
    assert fitted.predict(pd.DataFrame({"x 1": [], "色": []})).shape == (0,)


def test_a_recipe_says_by_its_type_that_spark_fits_it_so_that_it_is_not_called_without_spark(monkeypatch):
    monkeypatch.setattr("retraining.strategies.check_recipe.spark_runs", lambda: False)

    assert says_spark(recipes.spark_trees.regression)
    assert not says_spark(lambda numeric, categorical, params: None)
    assert wrong_recipe(spark_spec()) == []


@pytest.mark.classic
def test_a_pipeline_of_spark_can_be_asked_what_any_estimator_is_asked(spark):
    numbers = build_estimator(spark_spec())
    forest = build_estimator(toy_spec(**CLASSES))

    assert is_spark(numbers)
    assert is_regressor(numbers)
    assert is_classifier(forest)
    assert (numbers.gives_probabilities, forest.gives_probabilities) == (False, True)
    assert wrong_recipe(spark_spec()) == []
    assert wrong_recipe(toy_spec(**CLASSES, gate={"metric": "auc"})) == []


@pytest.mark.classic
def test_other_strategies_refuse_it(spark):
    for name in ("incremental_update", "age_weighted_refit"):
        spec = spark_spec(strategy={"name": name})
        with pytest.raises(SpecError, match=f"strategy {name}: recipe `recipes.spark_trees.regression` returns a pip"):
            check_spark(spec, strategy_of(spec.strategy, build_estimator(spec)))


@pytest.mark.classic
@pytest.mark.parametrize(
    ("last", "features", "sentence"),
    [
        ("assembler", ["x"], "the pipeline ends with VectorAssembler, expected a classifier or a regressor"),
        ("skips", ["x"], "VectorAssembler has handleInvalid: skip, so a row with a gap or a new category would vanish"),
        ("svc", ["a.b"], "column `a.b` has a dot in its name"),
        ("svc", ["Label"], "the pipeline makes a column `Label`, and the spec has a feature of that name"),
        ("svc", ["x"], None),
    ],
)
def test_what_keeps_a_pipeline_from_being_a_model_is_one_sentence(spark, last, features, sentence):
    keeps = VectorAssembler(inputCols=["filled"], outputCol="features", handleInvalid="keep")
    skips = VectorAssembler(inputCols=["filled"], outputCol="features", handleInvalid="skip")
    stages = {"assembler": [keeps], "skips": [skips, LinearSVC()], "svc": [keeps, LinearSVC()]}[last]
    filling = Imputer(inputCols=["x"], outputCols=["filled"])

    why = why_not_usable(SparkPipeline(Pipeline(stages=[filling, *stages])), features)

    assert (why is None) if sentence is None else str(why).startswith(sentence)
