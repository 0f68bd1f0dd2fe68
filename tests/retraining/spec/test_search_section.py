"""What a spec may say of a search, and what it may not."""

import pytest
from tests.loop import SPEC, toy_spec

from retraining.errors import SpecError
from retraining.spec.read_spec import parse_spec
from retraining.spec.recipe_function import Form, stored_form
from retraining.spec.search_section import Range, is_in_space, space_of, values_of

RIDGE = "recipes.ridge.pipeline"
BOOSTING = "recipes.boosting.regression"


def refusals(text: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        parse_spec(SPEC + text, "specs/toy.yml")
    return [line.partition(": ")[2] for line in str(caught.value).splitlines()]


def test_a_spec_without_a_search_has_the_hashes_it_had_before_there_were_searches():
    assert toy_spec().hash == "a2985fa1114f2122f0cd9fcd8912f8a7d0e7c963e31829b1f0e6168c40a58e7d"
    assert toy_spec().learning_hash == "69870f18e961362275e269c172eeb595038bdb02cf05417bf06029ce5698d06a"


def test_a_spec_that_names_what_a_search_found_makes_the_same_model():
    searched = toy_spec(search={"space": {"alpha": [0.1, 1.0]}})
    found = Form(RIDGE, {"alpha": 0.1})

    assert searched.in_form(found).learning_hash == toy_spec(params={"alpha": 0.1}).learning_hash
    assert searched.learning_hash != toy_spec(params={"alpha": 0.1}).learning_hash
    assert stored_form(found.recipe, found.as_json) == found


def test_bounds_without_a_point_mean_whole_numbers():
    assert values_of("depth", {"low": 1, "high": 8}).is_whole
    assert not values_of("alpha", {"low": 1.0, "high": 8}).is_whole
    assert values_of("alpha", [1, 2]) == (1, 2)
    assert values_of("alpha", {"low": 0.1, "high": 10, "log": True}) == Range(0.1, 10, True)


@pytest.mark.parametrize(
    ("params", "inside"),
    [
        ({"alpha": 0.1, "solver": "svd"}, True),
        ({"alpha": 10.0, "solver": "svd"}, True),
        ({"alpha": 10.1, "solver": "svd"}, False),
        ({"alpha": True, "solver": "svd"}, False),
        ({"alpha": 1.0, "solver": "lsqr"}, False),
        ({"alpha": 1.0}, False),
        ({"alpha": 1.0, "solver": "svd", "tol": 1.0}, False),
    ],
)
def test_a_form_is_in_the_space_only_if_a_search_could_find_it(params, inside):
    spec = toy_spec(search={"space": {"alpha": {"low": 0.1, "high": 10.0}, "solver": ["svd", "cholesky"]}})

    assert is_in_space(spec, Form(RIDGE, params)) is inside


def test_params_of_the_spec_belong_to_every_form():
    spec = toy_spec(params={"tol": 0.5}, search={"space": {"alpha": [1.0]}})

    assert is_in_space(spec, Form(RIDGE, {"alpha": 1.0, "tol": 0.5}))
    assert not is_in_space(spec, Form(RIDGE, {"alpha": 1.0, "tol": 0.6}))
    assert not is_in_space(spec, Form(BOOSTING, {"alpha": 1.0, "tol": 0.5}))


def test_each_of_several_recipes_has_its_own_space():
    spec = toy_spec(recipe=[RIDGE, BOOSTING], search={"space": {BOOSTING: {"max_iter": [5]}}})

    assert (space_of(spec, RIDGE), space_of(spec, BOOSTING)) == ({}, {"max_iter": (5,)})
    assert spec.recipes == (RIDGE, BOOSTING)


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        ("{}", "search: one recipe and no space leave nothing to choose. Write search.space, or list recipes"),
        ("{ space: { alpha: [] } }", "`search.space`: `alpha` has no value. List at least one"),
        (
            "{ space: { alpha: 3 } }",
            "`search.space`: `alpha` is not something to choose from. Write a list of values, such as [0.1, 1.0], or a "
            "range, such as { low: 0.01, high: 100.0, log: true }",
        ),
        (
            "{ space: { alpha: { low: 2, high: 1 } } }",
            "`search.space`: `alpha` goes from 2 to 1. Write two numbers, low below high",
        ),
        (
            "{ space: { alpha: { low: 0, high: 1.0, log: true } } }",
            "`search.space`: `alpha` begins at 0, and only numbers above 0 have an order of magnitude. Remove log",
        ),
        (
            "{ space: { recipes.boosting.regression: { max_iter: [5] } } }",
            "search.space: `recipes.boosting.regression` is not among the recipes of `recipe`",
        ),
        ("{ space: { alpha: [1.0] }, trials: 0 }", "`search.trials` is `0`. Write a number of at least 1"),
        (
            "{ space: { recipes.ridge.pipeline: 3 } }",
            "`search.space`: `recipes.ridge.pipeline` is a recipe. Write its arguments below it, each with what it may "
            "be",
        ),
    ],
)
def test_a_search_that_cannot_be_is_refused_with_the_cure(search, sentence):
    assert refusals(f"search: {search}\n")[0] == sentence


def test_what_does_not_fit_the_recipes_is_refused():
    several = SPEC.replace(RIDGE, f"[{RIDGE}, {BOOSTING}]")

    for text, sentence in (
        (f"{several}search: {{ space: {{ alpha: [1.0] }} }}\n", "`alpha` belongs to no recipe. With several recipes, "),
        (f"{several}search: {{ trials: 1 }}\n", "search.trials: 1 for 2 recipes. Write at least one for each"),
        (SPEC.replace(RIDGE, f"[{RIDGE}, {RIDGE}]"), f"recipe: {RIDGE} stands twice in the list. Remove one"),
        (SPEC.replace(RIDGE, f"[{RIDGE}]"), "`recipe` is a list. Write at least 2"),
        (
            f"{SPEC}params: {{ alpha: 1.0 }}\nsearch: {{ space: {{ alpha: [1.0] }} }}\n",
            "`alpha` is in params too. Remove it there, or from the space",
        ),
    ):
        with pytest.raises(SpecError, match=sentence.replace("[", r"\[")):
            parse_spec(text, "specs/toy.yml")
