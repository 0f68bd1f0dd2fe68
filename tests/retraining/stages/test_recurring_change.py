"""A change that was there before: in an earlier champion's training rows, or on the same days of a year before."""

from types import SimpleNamespace

import pytest
from tests.loop import days, toy_spec

pytestmark = pytest.mark.slow

DRIFT = {"min_rows": 100, "windows": {"within": 2, "at_least": 1}}
FIRST_WEEKS = {"start": "2013-01-01", "end": "2013-02-05", "reason": "Another machine."}
SPEC = toy_spec(drift=DRIFT, schedule="weekly")
LATER_SPEC = toy_spec(drift=DRIFT, schedule="weekly", strategy={"name": "full_refit", "exclude": [FIRST_WEEKS]})


def rows(first: int, last: int, shift: float, level: float = 0.0) -> list[tuple[object, ...]]:
    """Days of twenty rows, x moved by shift and y with it as before; level is what y is when x is 0."""
    return [(name, at, x + shift, y + 2 * shift + level) for name, at, x, y in days(first, last)]


@pytest.fixture(scope="module")
def story(make_loop):
    """The first champion learned x moved by 1.5, the second only rows where it was not, and another level of y."""
    loop, moments = make_loop(), SimpleNamespace()
    loop.spec = SPEC
    loop.source_has(rows(1, 35, 1.5, level=4.0))
    loop.ingest()
    moments.first = loop.train().promotion
    loop.spec = LATER_SPEC
    loop.source_has(rows(36, 90, 0.0))
    loop.ingest()
    loop.score()
    moments.second = loop.train().promotion
    for name, first, last in (("again", 91, 100), ("a_year_later", 455, 464), ("new", 465, 474)):
        loop.source_has(rows(first, last, 1.5))
        loop.ingest(as_of="2015-01-01")
        loop.score()
        setattr(moments, name, loop.check(frozen=True).decision)
    return moments


def test_the_rows_of_an_earlier_champion_are_recognised(story):
    assert story.second.outcome == "PROMOTE"
    assert story.again.change == "recurring"
    assert f"from the training rows of version {story.first.version}, and " in story.again.change_reason


def test_the_same_days_of_a_year_before_are_recognised(story):
    assert story.a_year_later.change == "recurring"
    assert "the rows of 2013-04-01 to 2013-04-10." in story.a_year_later.change_reason


def test_days_without_a_year_before_are_not(story):
    assert "a year before" not in story.new.change_reason
