"""A number becomes a category in the spec: an earlier version is fitted again, and goes live again."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.loop import days, toy_spec

from retraining.errors import RegistryError
from retraining.stages.reproduce import reproduce

pytestmark = pytest.mark.slow

COLUMNS = "id string, at timestamp, x double, y double, zone int"
NUMBER = toy_spec(columns={"label": "y", "numeric": ["x", "zone"]}, gate={"deploy": "candidate"})
CATEGORY = {"label": "y", "numeric": ["x"], "categorical": ["zone"]}
AGREED = toy_spec(columns=CATEGORY, gate={"deploy": "candidate", "may_change_signature": ["zone"]})
NOT_AGREED = toy_spec(columns=CATEGORY, gate={"deploy": "candidate"})


def zoned(first, last):
    """Zone 1 lies 3 higher than zones 0 and 2, which a number cannot say."""
    rows = enumerate(days(first, last))
    return [(key, at, x, y + 3 * (place % 3 == 1), place % 3) for place, (key, at, x, y) in rows]


@pytest.fixture(scope="module")
def story(make_loop):
    """Version 1 learned zone as a number, version 2 as a category; then version 1 is live again and predicts."""
    loop = make_loop()
    told = SimpleNamespace(loop=loop)
    loop.spec = NUMBER
    loop.source_has(zoned(1, 14), COLUMNS)
    loop.ingest()
    told.first = loop.train().promotion

    loop.spec = AGREED
    loop.source_has(zoned(15, 30), COLUMNS)
    loop.ingest()
    told.second = loop.train().promotion
    told.again = {
        "as it was": reproduce(replace(loop.context, spec=NUMBER), "1"),
        "retyped": reproduce(loop.context, "1"),
        "champion": reproduce(loop.context),
    }

    loop.spec = NOT_AGREED
    with pytest.raises(RegistryError) as refused:
        loop.rollback()
    told.refused = str(refused.value)
    told.alias = loop.alias("champion")

    loop.spec = AGREED
    told.back = loop.rollback().promotion
    loop.source_has(zoned(31, 31), COLUMNS)
    loop.ingest()
    told.scored = loop.score()
    return told


def compared(report) -> dict[str, str]:
    return {each.what: each.verdict for each in report.comparisons}


def test_the_category_goes_live_once_callers_know(story):
    assert (story.first.outcome, story.second.outcome) == ("PROMOTE", "PROMOTE"), story.second.reasons
    assert (story.first.version, story.second.version) == ("1", "2")


@pytest.mark.parametrize("spec", ["as it was", "champion"])
def test_under_the_spec_of_its_fit_each_version_is_reproduced(story, spec):
    assert set(compared(story.again[spec]).values()) == {"same"}, story.again[spec].summary


def test_under_the_new_spec_the_rows_are_the_same_and_the_columns_are_named_with_their_types(story):
    report = story.again["retyped"]
    (predictions,) = [each for each in report.comparisons if each.what == "predictions"]

    assert (predictions.registered, predictions.again) == (
        "of x (double), zone (int)",
        "of x (double), zone (int as text)",
    )
    assert report.same_rows, report.summary
    report.raise_if_different()


def test_a_rollback_over_a_retype_needs_the_word_of_the_spec(story):
    assert "column `zone` is sent as string, expected double" in story.refused
    assert story.alias == "2"


def test_with_it_the_earlier_version_is_live_again_and_reads_its_own_type(story):
    assert (story.back.outcome, story.back.version) == ("ROLLBACK", "1")
    assert (story.scored.champion_version, story.scored.rows) == ("1", 340)
    predicted = story.loop.tables.read("toy_predictions").where(
        "keys.id like '2013-01-31/%' and prediction is not null"
    )
    assert predicted.count() == 20
