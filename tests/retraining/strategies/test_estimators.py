"""What a recipe is given, and what happens when it refuses it."""

import pytest
from tests.loop import toy_spec

from retraining.errors import SpecError
from retraining.strategies.estimators import build_estimator


def test_a_recipe_gets_a_list_as_a_list():
    estimator = build_estimator(toy_spec(params={"alpha": [1.0, 2.0]}))

    assert estimator[-1].alpha == [1.0, 2.0]


def test_params_that_a_recipe_refuses_are_named():
    with pytest.raises(SpecError, match=r"recipe `recipes.ridge.pipeline` refused its params \{'alhpa': 1\}: "):
        build_estimator(toy_spec(params={"alhpa": 1}))
