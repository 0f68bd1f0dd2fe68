"""Intervals are as wide as what forecasts missed before."""

import numpy as np
import pytest

from retraining.rules.panel.intervals import adapted, radii

LEVELS = (80, 95)


def shares_inside(draw, horizon=7, origins=24, times=300):
    """The share of new errors inside, by level. draw: values whose errors of forecasts by the last value are looked at;
    the newest one comes long after the others."""
    inside = {str(level): [] for level in LEVELS}
    for _ in range(times):
        values = draw(origins + 200)
        errors = np.array([values[at + 1 : at + 1 + horizon] - values[at] for at in (*range(origins), 150)])
        found = radii(errors[:-1], horizon, LEVELS)
        for level, hits in inside.items():
            hits.append(np.mean(np.abs(errors[-1]) <= found[level]))
    return {level: np.mean(hits) for level, hits in inside.items()}


@pytest.mark.parametrize("kind", ["noise", "walk", "heavy tails"])
def test_the_share_of_new_errors_inside_is_the_level_though_errors_of_origins_overlap(kind):
    random = np.random.default_rng(5)
    draws = {
        "noise": lambda length: random.normal(0, 1, length),
        "walk": lambda length: np.cumsum(random.normal(0, 1, length)),
        "heavy tails": lambda length: random.standard_t(3, length),
    }

    found = shares_inside(draws[kind])

    assert found["80"] == pytest.approx(0.80, abs=0.05)
    assert found["95"] == pytest.approx(0.95, abs=0.05)


def test_independent_errors_of_few_origins_are_covered_a_little_more_often():
    random = np.random.default_rng(6)
    hits = [
        np.mean(np.abs(random.normal(size=7)) <= radii(random.normal(size=(24, 7)), 7, (80,))["80"]) for _ in range(300)
    ]

    assert np.mean(hits) == pytest.approx(0.83, abs=0.02)


def test_a_later_step_is_never_narrower():
    errors = np.array([[3.0, 1, 2], [5, 1, 2]])

    found = radii(errors, 3, LEVELS)["80"]

    assert found == sorted(found)


def test_steps_that_no_origin_reaches_grow_with_their_root():
    found = radii(np.array([[1.0], [-1.0], [1.0]]), 4, (80,))["80"]

    np.testing.assert_allclose(np.array(found) / found[0], np.sqrt([1, 2, 3, 4]))


def test_few_errors_are_taken_for_a_normal_distribution():
    found = radii(np.array([[1.0], [1.0]]), 1, (95,))["95"]

    assert found == pytest.approx([1.96 * np.sqrt(np.pi / 2)], rel=1e-3)


def test_a_model_that_was_never_wrong_has_no_width():
    assert radii(np.zeros((20, 2)), 2, (95,))["95"] == [0, 0]


def test_without_an_error_nothing_is_known():
    assert np.isnan(radii(np.empty((0, 3)), 3, (95,))["95"]).all()


def test_widths_follow_until_the_share_of_hits_is_the_level():
    random = np.random.default_rng(7)
    widths = {"80": 1.0}
    hits = []
    for _ in range(3000):  # errors twice as large as the radius was made for
        hit = abs(random.normal(0, 2)) <= 1.2816 * widths["80"]
        hits.append(hit)
        widths = adapted(widths, {"80": [hit]})

    assert np.mean(hits[1000:]) == pytest.approx(0.80, abs=0.02)
    assert widths["80"] == pytest.approx(2.0, rel=0.5)


def test_widths_stay_within_bounds_and_without_actuals_as_they_are():
    assert adapted({"95": 1.0}, {"95": [False] * 10_000}) == {"95": 20.0}
    assert adapted({"95": 1.5}, {}) == {"95": pytest.approx(1.5)}
