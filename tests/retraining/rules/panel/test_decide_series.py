"""What each series of a panel gets: by evidence, worst first, as far as the budget goes."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from retraining.records.panel import ErrorBlock, SeriesEvidence, SeriesLimits
from retraining.rules.panel.decide_series import (
    Decided,
    count_by_action,
    fits,
    panel_actions,
    refit_budget,
    replayed,
    wanted_action,
)
from retraining.rules.panel.error_blocks import usual, with_new_errors

STAMP = {"run_id": "r", "attempt_id": "a", "at": datetime(2013, 6, 1, tzinfo=UTC)}
LIMITS = SeriesLimits(max_error_increase=0.2, max_age_days=60, max_refit_share=0.5)


def block(loss, naive=2.0, points=7):
    return ErrorBlock(points, loss * points, naive * points)


def of(**changes):
    usually = {
        "series": "a",
        "forecaster": "AutoETS",
        "why_fallback": None,
        "new_points": 7,
        "ended": False,
        "corrected_points": 0,
        "was_fallback": False,
        "age_days": 10.0,
        "usual_loss": 1.0,
        "usual_spread": 0.6,
        "usual_points": 24,
        "blocks": (),
        "reestimated": False,
        "weight": 1.0,
        "expected_share": 0.8,
    }
    return SeriesEvidence(**usually | changes)


@pytest.mark.parametrize(
    ("changes", "action"),
    [
        ({}, "update_state"),
        ({"new_points": 0}, "keep"),
        ({"forecaster": None, "age_days": None}, "respecify"),
        ({"ended": True}, "retire"),
        ({"ended": True, "forecaster": None}, "retire"),
        ({"why_fallback": "All values are 0."}, "fallback"),
        ({"was_fallback": True, "forecaster": None}, "respecify"),
        ({"was_fallback": True, "forecaster": None, "why_fallback": "All values are 0."}, "fallback"),
        ({"corrected_points": 2}, "reestimate"),
        ({"age_days": 61.0}, "reestimate"),
        ({"blocks": (block(1.0), block(1.0), block(1.0))}, "update_state"),
        ({"blocks": (block(1.0), block(2.0), block(2.0))}, "reestimate"),
        ({"blocks": (block(2.0), block(1.0), block(2.0))}, "reestimate"),
        ({"blocks": (block(1.0), block(1.1), block(3.9))}, "update_state"),
        ({"blocks": (block(2.0), block(2.0), block(1.0))}, "update_state"),
        ({"blocks": (block(1.0), block(1.0), block(2.0))}, "update_state"),
        ({"blocks": (block(2.0),)}, "update_state"),
        ({"blocks": (block(1.15), block(1.15), block(1.15)), "usual_spread": 0.01}, "update_state"),
        ({"blocks": (block(1.5), block(1.5), block(1.5)), "usual_spread": 2.0}, "update_state"),
        ({"blocks": (block(2.0), block(2.0), block(2.0, points=2))}, "reestimate"),
        ({"blocks": (block(2.5), block(2.5)), "reestimated": True}, "respecify"),
        ({"blocks": (block(2.5), block(2.5, naive=1.0), block(2.5, naive=3.0))}, "reestimate"),
        ({"blocks": (block(2.5, naive=2.0), block(2.5, naive=2.0))}, "respecify"),
    ],
)
def test_the_action_of_a_series(changes, action):
    wanted = wanted_action(of(**{"blocks": (block(1.0, naive=5.0),), **changes}), LIMITS)

    assert wanted.action == action
    assert wanted.reason.endswith(".")


def test_the_reason_has_the_numbers():
    wanted = wanted_action(of(blocks=(block(1.0, 5.0), block(2.0, 5.0), block(2.0, 5.0))), LIMITS)

    assert wanted.reason == "One-step errors of the newest 21 points are 67% above the expected ones, in 2 of 3 blocks."
    assert wanted.urgency == pytest.approx(0.8 * 2 / 3)


def worse(series, loss):
    return of(series=series, blocks=(block(loss, 9.0), block(loss, 9.0)))


def actions(*evidence, limits=LIMITS):
    return panel_actions(Decided("routes", "e", 3), evidence, limits, STAMP)


def test_the_worst_series_are_fitted_first_and_the_others_take_in_their_points():
    rows = actions(worse("a", 2.0), worse("b", 3.0), of(series="c"), worse("d", 2.5))

    assert [(row.series, row.action, row.rank) for row in rows] == [
        ("a", "update_state", 3),
        ("b", "reestimate", 1),
        ("c", "update_state", None),
        ("d", "reestimate", 2),
    ]
    assert rows[0].wanted == "reestimate"
    assert rows[0].reason.endswith("It waits: 2 series may be fitted again in a run, and it is number 3.")
    assert fits(rows) == ("b", "d")
    assert count_by_action(rows) == {"reestimate": 2, "update_state": 2}


def test_a_heavy_series_goes_before_a_light_one():
    light = worse("a", 3.0)
    heavy = replace(worse("b", 2.0), weight=10.0)

    rows = actions(light, heavy)

    assert [row.rank for row in rows] == [2, 1]


def test_errors_go_before_age():
    old = of(series="a", age_days=99.0)

    assert [row.rank for row in actions(old, worse("b", 2.0))] == [2, 1]


def test_a_fallback_that_has_to_wait_stays_a_fallback():
    back = of(series="b", forecaster=None, was_fallback=True)

    rows = actions(worse("a", 3.0), back, limits=replace(LIMITS, max_refit_share=0.01))

    assert [(row.action, row.rank) for row in rows] == [("reestimate", 1), ("fallback", 2)]


def test_new_series_are_specified_whatever_the_budget():
    new = [of(series=key, forecaster=None) for key in "abcdef"]

    assert [row.action for row in actions(*new)] == ["respecify"] * 6


@pytest.mark.parametrize(("series", "share", "budget"), [(1000, 0.02, 20), (10, 0.02, 1), (0, 0.3, 1), (10, 0.0, 0)])
def test_the_budget_is_a_share_of_the_series_and_at_least_one(series, share, budget):
    assert refit_budget(series, replace(LIMITS, max_refit_share=share)) == budget


def test_a_row_replays_to_the_same_action_and_reason():
    rows = actions(worse("a", 2.0), worse("b", 3.0), of(series="c", ended=True), of(series="d", age_days=99.0))

    assert [(replayed(row).action, replayed(row).reason) for row in rows] == [(row.action, row.reason) for row in rows]


def test_the_order_of_the_evidence_does_not_matter():
    evidence = [worse("a", 2.0), worse("b", 2.0), worse("c", 2.0), of(series="d")]

    assert actions(*evidence) == actions(*reversed(evidence))


def test_a_series_that_is_there_twice_is_an_error():
    with pytest.raises(ValueError, match="1 series are there twice"):
        actions(of(), of())


def share_asking(noise, spread_of_new, points=28, series=2000):
    """The share of series that ask for a fit after some new points whose errors are so large."""
    random = np.random.default_rng(9)
    asking = 0
    for _ in range(series):
        known = usual(noise(random, 100))
        errors = noise(random, points) * spread_of_new
        blocks = with_new_errors((), errors, errors * 5, known.size, 7)
        evidence = of(
            blocks=blocks, usual_loss=known.loss, usual_spread=known.spread, usual_points=known.points, age_days=1.0
        )
        asking += wanted_action(evidence, LIMITS).counts
    return asking / series


def normal(random, size):
    return random.normal(0, 1, size)


def heavy_tailed(random, size):
    return random.standard_t(3, size)


def spiky(random, size):
    errors = random.normal(0, 1, size)
    errors[random.integers(size)] *= 1e6
    return errors


@pytest.mark.parametrize("noise", [normal, heavy_tailed])
def test_few_series_ask_for_a_fit_while_nothing_has_changed(noise):
    assert share_asking(noise, 1.0) < 0.01


def test_one_spike_asks_for_nothing():
    random = np.random.default_rng(3)
    known = usual(normal(random, 24))
    errors = normal(random, 28)
    errors[20] = 1e12
    found = of(blocks=with_new_errors((), errors, errors * 5, known.size, 7), usual_spread=known.spread)

    assert wanted_action(found, LIMITS).action == "update_state"


def test_most_series_whose_errors_doubled_ask_for_a_fit():
    assert share_asking(normal, 2.0) > 0.8


def test_a_wish_searches_every_series_that_a_model_may_learn():
    limits = replace(LIMITS, search_all="A person wants a training: new prices.")

    assert wanted_action(of(), limits).action == "respecify"
    assert wanted_action(of(), limits).reason == "A person wants a training: new prices."
    assert wanted_action(of(why_fallback="All values are 0."), limits).action == "fallback"
    assert wanted_action(of(ended=True), limits).action == "retire"
