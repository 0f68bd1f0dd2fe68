"""Two columns cease to go together: no distance of a column shows it, and the classifier does, without being asked."""

import random
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from tests.loop import toy_spec

pytestmark = pytest.mark.slow

COLUMNS = "id string, at timestamp, x double, y double, w double"
SPEC = toy_spec(columns={"label": "y", "numeric": ["x", "w"]}, schedule="weekly")


def rows(first: int, last: int, sign: int = 1) -> list[tuple[object, ...]]:
    """Days of a hundred rows, in which w follows x, or its negative."""
    made: list[tuple[object, ...]] = []
    for number in range(first, last + 1):
        day = date(2013, 1, 1) + timedelta(days=number - 1)
        draw = random.Random(number)
        for place in range(100):
            x = draw.gauss(0, 1)
            at = f"{day} {place // 5:02d}:{place % 5:02d}"
            made.append((f"{day}/{place}", at, x, 2 * x + draw.gauss(0, 0.1), 0.8 * sign * x + draw.gauss(0, 0.6)))
    return made


@pytest.fixture(scope="module")
def story(make_loop):
    loop, moments = make_loop(), SimpleNamespace()
    loop.spec = SPEC
    loop.source_has(rows(1, 60), COLUMNS)
    loop.ingest()
    loop.train()
    for name, first, last, sign in (("calm", 61, 67, 1), ("apart", 68, 74, -1), ("week_end", 75, 76, 1)):
        loop.source_has(rows(first, last, sign), COLUMNS)
        loop.ingest()
        loop.score()
        setattr(moments, name, loop.check(frozen=True))
        setattr(moments, f"{name}_page", loop.report())
    return moments


def test_a_calm_week_is_told_from_no_other(story):
    assert (story.calm.decision.drift_verdict, story.calm.decision.domain_verdict) == ("stable", "stable")
    assert story.calm.decision.change == "none"


def test_the_classifier_sees_what_no_distance_shows(story):
    decision = story.apart.decision

    assert (decision.drift_verdict, decision.domain_verdict) == ("stable", "drifted")
    assert "`x`" in decision.domain_reason
    assert "`w`" in decision.domain_reason
    assert decision.domain_reason in story.apart.summary
    assert decision.domain_reason.split(";")[0] in story.apart_page.page
    assert decision.change != "none"
    assert "A classifier tells the rows from the training rows." in decision.change_reason


def test_two_days_where_a_week_is_usual_are_judged_as_two_days(story):
    assert story.week_end.decision.drift_verdict == "stable"
