"""Which forms a search tries."""

import json

from tests.loop import toy_spec

from retraining.spec.recipe_function import Form
from retraining.spec.search_section import is_in_space
from retraining.strategies.check_recipe import wrong_recipe
from retraining.strategies.forms import forms_to_try

RIDGE = "recipes.ridge.pipeline"
BOOSTING = "recipes.boosting.regression"
LOG = {"low": 0.01, "high": 100.0, "log": True}


def spec(trials=20, seed=0, **space):
    return toy_spec(search={"space": space, "trials": trials, "seed": seed})


def values(forms, name="alpha"):
    return [form.params[name] for form in forms]


def test_the_same_seed_draws_the_same_forms_and_another_one_others():
    assert forms_to_try(spec(alpha=LOG)) == forms_to_try(spec(alpha=LOG))
    assert values(forms_to_try(spec(alpha=LOG, seed=1))) != values(forms_to_try(spec(alpha=LOG)))


def test_drawn_numbers_are_in_the_range_and_survive_a_row_of_a_table():
    forms = forms_to_try(spec(trials=200, alpha=LOG, max_iter={"low": 1, "high": 3}))

    assert len(forms) == 200
    assert all(is_in_space(spec(alpha=LOG, max_iter={"low": 1, "high": 3}), form) for form in forms)
    assert {type(each) for each in values(forms, "max_iter")} == {int}
    assert set(values(forms, "max_iter")) == {1, 2, 3}
    assert [json.loads(form.as_json) for form in forms] == [dict(form.params) for form in forms]


def test_orders_of_magnitude_are_drawn_alike():
    drawn = values(forms_to_try(spec(trials=200, alpha=LOG)))

    shares = [sum(low <= each < 10 * low for each in drawn) / 200 for low in (0.01, 0.1, 1.0, 10.0)]
    assert all(0.15 < share < 0.35 for share in shares)


def test_a_space_of_lists_is_tried_once_each_and_no_more():
    assert sorted(values(forms_to_try(spec(trials=50, alpha=[1.0, 2.0, 3.0])))) == [1.0, 2.0, 3.0]


def test_the_form_of_the_champion_comes_first_where_the_spec_could_make_it():
    live = Form(RIDGE, {"alpha": 7.0})

    assert forms_to_try(spec(alpha=LOG), live)[0] == live
    assert len(forms_to_try(spec(alpha=LOG), live)) == 21
    assert Form(RIDGE, {"alpha": 700.0}) not in forms_to_try(spec(alpha=LOG), Form(RIDGE, {"alpha": 700.0}))
    drawn = forms_to_try(spec(alpha=LOG))[5]
    assert forms_to_try(spec(alpha=LOG), drawn)[0] == drawn
    assert len(forms_to_try(spec(alpha=LOG), drawn)) == 20


def test_recipes_take_turns_and_share_the_trials():
    several = toy_spec(recipe=[BOOSTING, RIDGE], search={"trials": 5, "space": {RIDGE: {"alpha": LOG}}})

    assert [form.recipe for form in forms_to_try(several)] == [BOOSTING, RIDGE, RIDGE]
    assert [form.recipe for form in forms_to_try(toy_spec(recipe=[BOOSTING, RIDGE]))] == [BOOSTING, RIDGE]


def test_an_argument_that_a_recipe_refuses_is_found_before_there_are_rows():
    ((key, why),) = wrong_recipe(toy_spec(search={"space": {"alhpa": [1.0, 2.0]}}))

    assert key == "search.space"
    assert "got an unexpected keyword argument 'alhpa'. Did you mean `alpha`?" in why
