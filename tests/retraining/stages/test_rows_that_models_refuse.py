"""Infinite values, gaps that a model does not take, and numbers that no estimator computes with."""

import pytest
from tests.loop import days, toy_spec

from retraining.errors import SpecError

BARE = toy_spec(recipe="recipes.ridge.bare")


@pytest.mark.slow
def test_an_infinite_feature_is_missing_and_the_other_rows_go_on(make_loop):
    loop = make_loop()
    loop.spec = BARE
    infinite = ("endless", "2013-01-15 12:30", float("inf"), 1.0)
    huge = ("huge", "2013-01-15 13:30", 1e308, 1.0)
    loop.source_has(days(1, 14))
    loop.ingest()
    loop.train()

    loop.source_has([*days(15, 16), infinite, huge])
    loop.ingest()
    scored = loop.score()

    assert (scored.rows, scored.unanswered) == (42, 2)
    assert "it has no answer to 2 of them, whose values it refuses" in scored.summary

    loop.source_has(days(17, 24))
    loop.ingest()
    loop.check()
    with pytest.raises(SpecError, match=r"values are missing in x \(2\)\. Choose a recipe with an imputer"):
        loop.retrain()
