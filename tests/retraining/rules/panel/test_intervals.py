"""Intervals are as wide as what forecasts missed before."""

import numpy as np
import pytest

from retraining.rules.panel.intervals import adapted, radii

LEVELS = (80, 95)


def test_the_share_of_new_errors_inside_is_the_level():
    random = np.random.default_rng(5)
    growth = np.sqrt(np.arange(1, 8))
    inside = {"80": [], "95": []}
    for _ in range(300):
        found = radii(random.normal(0, growth, (24, 7)), 7, LEVELS)
        new = np.abs(random.normal(0, growth))
        for level, hits in inside.items():
            hits.append(np.mean(new <= found[level]))

    assert np.mean(inside["80"]) == pytest.approx(0.80, abs=0.025)
    assert np.mean(inside["95"]) == pytest.approx(0.95, abs=0.02)


def test_heavy_tails_are_covered_too():
    random = np.random.default_rng(6)
    hits = [
        np.mean(np.abs(random.standard_t(2, 7)) <= radii(random.standard_t(2, (24, 7)), 7, (95,))["95"])
        for _ in range(300)
    ]

    assert np.mean(hits) == pytest.approx(0.95, abs=0.02)


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
