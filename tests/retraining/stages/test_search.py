"""A search in the loop: one of many forms goes to the gate, as a change or as a refresh."""

import time
from dataclasses import replace

import pytest
from tests.loop import days, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import SpecError
from retraining.records.version import Manifest
from retraining.stages.reproduce import reproduce

RIDGE = "recipes.ridge.pipeline"
BOOSTING = "recipes.boosting.regression"
SEARCH = {
    "recipe": [BOOSTING, RIDGE],
    "search": {
        "trials": 5,
        "space": {
            RIDGE: {"alpha": {"low": 0.001, "high": 1000.0, "log": True}},
            BOOSTING: {"max_iter": [2, 3], "learning_rate": [0.01, 0.02]},
        },
    },
}


@pytest.fixture
def searched(loop):
    """The first champion, found by a search over two recipes; y is 2 x, which ridge learns and few small trees do
    not."""
    loop.spec = toy_spec(**SEARCH)
    loop.source_has(days(1, 30))
    loop.ingest()
    loop.check()
    loop.retrain()
    loop.promote()
    return loop


def manifests(loop):
    return [row for row in read_rows(loop.tables, Manifest, "toy") if row.state == "REGISTERED"]


def test_the_form_that_errs_least_before_the_holdout_is_fitted_and_its_refit_has_the_same_form(searched):
    manifest, refit = manifests(searched)

    assert searched.alias("champion") == refit.version
    assert [each.problem for each in manifest.trials] == [None] * 5
    assert [each.recipe for each in manifest.trials] == [BOOSTING, RIDGE, BOOSTING, RIDGE, BOOSTING]
    (chosen,) = [each for each in manifest.trials if each.is_chosen]
    assert (manifest.recipe, manifest.params) == (chosen.recipe, chosen.params)
    assert chosen.error == min(each.error for each in manifest.trials)
    assert chosen.recipe == RIDGE
    assert (refit.role, refit.recipe, refit.params, refit.trials) == ("refit", RIDGE, manifest.params, ())
    assert refit.form_hash == manifest.form_hash


def test_where_the_form_stays_the_next_candidate_is_a_refresh(searched):
    first = manifests(searched)[-1]
    searched.source_has(days(31, 44))
    searched.ingest()
    searched.score()
    searched.check()

    manifest = searched.retrain().manifest
    promoted = searched.promote()

    assert [each.is_live for each in manifest.trials] == [True, False, False, False, False]
    assert (manifest.params, manifest.form_hash) == (first.params, first.form_hash)
    assert {row.question for row in promoted.checks} == {"refresh"}


def test_another_form_is_asked_as_a_change(searched):
    """Trees on a step: the champion's ridge cannot follow it."""
    searched.source_has([(key, at, x, 30.0 * (x > 0)) for key, at, x, _ in days(31, 90)])
    searched.spec = toy_spec(**{**SEARCH, "search": {"trials": 4, "space": {BOOSTING: {"max_iter": [40, 60]}}}})
    searched.ingest()
    searched.score()
    searched.check()

    manifest = searched.retrain().manifest
    promoted = searched.promote()

    assert manifest.recipe == BOOSTING
    assert manifest.form_because.endswith("more than chance, so it goes to the gate as a change.")
    assert {row.question for row in promoted.checks} == {"change"}


def test_a_searched_version_is_fitted_again_without_a_search(searched):
    manifest = manifests(searched)[0]

    again = reproduce(searched.context, manifest.version)

    assert [each.what for each in again.comparisons if each.same is False] == []


def test_a_search_whose_every_trial_fails_is_one_sentence_and_the_champion_stays(searched):
    champion = searched.alias("champion")
    searched.spec = toy_spec(search={"space": {"solver": ["choleski", "lsrq"]}})
    searched.source_has(days(31, 44))
    searched.ingest()
    searched.check()

    with pytest.raises(SpecError) as caught:
        searched.retrain()

    assert str(caught.value) == (
        "toy: each of the 2 forms that the search tried failed, and the champion stays. The first, "
        "recipes.ridge.pipeline (solver choleski): InvalidParameterError: The ... parameter of Ridge must be a str "
        "among {...}. Got ... instead. Correct the recipe or params, or narrow search.space."
    )
    assert searched.alias("champion") == champion


def test_a_trial_that_fails_says_why_and_the_others_go_on(loop):
    loop.spec = toy_spec(search={"space": {"solver": ["choleski", "cholesky"]}})
    loop.source_has(days(1, 30))
    loop.ingest()
    loop.check()

    manifest = loop.retrain().manifest

    wrong, right = sorted(manifest.trials, key=lambda each: each.error is not None)
    assert wrong.problem.startswith("InvalidParameterError: The ... parameter of Ridge must be a str among")
    assert (wrong.error, right.problem, right.is_chosen) == (None, None, True)


def test_after_the_time_no_trial_begins_and_the_first_one_counts(loop):
    loop.spec = toy_spec(search={"space": {"alpha": [0.1, 1.0, 10.0]}, "seconds": 0.001})
    loop.run = replace(loop.run, clock=time.time)
    loop.source_has(days(1, 30))
    loop.ingest()
    loop.check()

    manifest = loop.retrain().manifest

    assert [each.problem for each in manifest.trials] == [
        None,
        *["not begun, because search.seconds had passed"] * 2,
    ]
    assert [each.is_chosen for each in manifest.trials] == [True, False, False]
