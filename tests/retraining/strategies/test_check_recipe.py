"""What a recipe's estimator cannot do is said before there are rows."""

import pytest
from sklearn.linear_model import RidgeClassifier
from tests.loop import toy_spec

from retraining.strategies.check_recipe import wrong_recipe

CLASSES = {"kind": "classification", "recipe": "recipes.ridge.pipeline"}


def test_a_recipe_that_builds_what_the_spec_needs_is_right():
    assert wrong_recipe(toy_spec(params={"alpha": 2.0, "solver": "cholesky"})) == []


def test_an_argument_that_the_estimator_does_not_have_is_named_with_the_nearest():
    ((key, why),) = wrong_recipe(toy_spec(params={"alhpa": 2.0}))

    assert key == "params"
    assert why == (
        "the recipe refuses them: Ridge.__init__() got an unexpected keyword argument 'alhpa'. Did you mean `alpha`?"
    )


def test_a_value_that_the_estimator_does_not_take_is_named():
    ((key, why),) = wrong_recipe(toy_spec(params={"solver": "choleski"}))

    assert key == "params"
    assert why.startswith("The 'solver' parameter of Ridge must be ")
    assert why.endswith("Got 'choleski' instead.")


def test_a_metric_of_probabilities_needs_an_estimator_that_has_them(monkeypatch):
    monkeypatch.setattr("retraining.strategies.check_recipe.build_estimator", lambda spec: RidgeClassifier())
    ((key, why),) = wrong_recipe(toy_spec(**CLASSES, gate={"metric": "auc"}))

    assert key == "gate"
    assert why.startswith(
        "auc needs probabilities, and RidgeClassifier of `recipes.ridge.pipeline` has no predict_proba."
    )


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (toy_spec(**CLASSES), "predicts numbers, and a classification predicts classes"),
        (toy_spec(recipe="recipes.logistic.pipeline"), "predicts classes, and a regression predicts numbers"),
    ],
)
def test_an_estimator_of_another_kind_is_refused(spec, sentence):
    ((key, why),) = wrong_recipe(spec)

    assert (key, sentence in why) == ("recipe", True)


def test_a_strategy_that_the_estimator_cannot_follow_is_named():
    ((key, why),) = wrong_recipe(toy_spec(strategy="incremental_update"))

    assert key == "strategy"
    assert "Ridge has no partial_fit" in why


def test_a_recipe_that_fails_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("recipes.ridge.pipeline", lambda numeric, categorical, params: {}["columns"])

    assert wrong_recipe(toy_spec()) == [
        ("recipe", "`recipes.ridge.pipeline` failed (KeyError: 'columns'). Correct the function.")
    ]


def test_params_of_texts_are_checked_inside_a_class_that_is_not_of_scikit_learn():
    columns = {"label": "y", "numeric": ["x"], "categorical": ["note"]}
    texts = {"text_columns": ["note"]}
    right, wrong_name, wrong_value = (
        wrong_recipe(toy_spec(columns=columns, recipe="recipes.text.regression", params=params))
        for params in (texts, {"text_columns": ["x"]}, {**texts, "words": {"max_df": "all"}})
    )

    assert right == []
    assert [key for key, _ in (*wrong_name, *wrong_value)] == ["params", "params"]
    assert "names x, not among columns.categorical (note)" in wrong_name[0][1]
    assert "The 'max_df' parameter of TfidfVectorizer" in wrong_value[0][1]
