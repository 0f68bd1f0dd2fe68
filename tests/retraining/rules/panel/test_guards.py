"""Every series has an answer, and a reason where it has no model."""

import numpy as np
import pytest

from retraining.rules.panel.guards import fallback_errors, fallback_forecast, scale_of, spikes, why_no_model
from retraining.rules.panel.regular import Regular

NAN = np.nan


def of(values, **facts):
    return Regular(0, np.array(values, dtype=float), None, **{"missing_means": "gap", **facts})


@pytest.mark.parametrize(
    ("series", "reason"),
    [
        (of([]), "No value is known."),
        (of([NAN, NAN]), "No value is known."),
        (of([1]), "1 point; a model needs 10."),
        (of([1, 2, 3]), "3 points; a model needs 10."),
        (of([*range(20), NAN, 1, 2]), "2 points since its last gap; a model needs 10."),
        (of([0] * 20), "All values are 0."),
        (of([7] * 20), "All values are equal."),
        (of([*range(20), 1e12]), "A value is more than 1000 times further from the median than all others."),
        (of(range(20), conflicting=1), "1 step with rows of different values; the keys let both in."),
        (
            of(range(20), missing=2, unknown=1, missing_means="error"),
            "2 steps without a row and 1 row without a value; forecast.missing says that both are errors.",
        ),
        (of(range(20), missing=2, missing_means="gap"), None),
        (of([-5, 3] * 10), None),
        (of([0, 0, 0, 0, 0, 9] * 4), None),
    ],
)
def test_a_series_without_a_model_has_a_reason(series, reason):
    assert why_no_model(series) == reason


@pytest.mark.parametrize(
    ("values", "forecast"),
    [
        ([1, 2, 3, 4, 5, 6], [4, 5, 6, 4, 5]),
        ([1, 2, 3, 4], [2, 3, 4, 2, 3]),
        ([5], [5, 5, 5, 5, 5]),
        ([1, 2, 3, 4, NAN, 6], [4, 2, 6, 4, 2]),
        ([1, 2, 3, NAN], [2, 3, 1, 2, 3]),
        ([NAN, NAN, 3], [3, 3, 3, 3, 3]),
        ([1, 2, 3, 1e12], [2, 3, 1, 2, 3]),
        ([NAN], [None] * 5),
        ([], [None] * 5),
    ],
)
def test_the_fallback_is_the_newest_known_value_of_the_same_place_in_the_season(values, forecast):
    found = fallback_forecast(np.array(values, dtype=float), 3, 5)

    assert [None if np.isnan(each) else each for each in found] == forecast


def test_the_fallback_of_a_series_of_zeros_is_zero():
    assert fallback_forecast(np.zeros(20), 7, 3).tolist() == [0, 0, 0]


def test_the_errors_of_the_fallback_are_measured_a_season_back():
    errors = fallback_errors(np.array([1.0, 2, 4, 8]), 2, 3)

    assert errors[:, 0].tolist()[:2] == [6, 3]
    assert errors[0, 2:].tolist() != errors[0, 2:].tolist()  # four steps back there is nothing


@pytest.mark.parametrize(
    ("values", "scale"),
    [([1, 2, 4, 8], 4.5), ([1, 2, 1, 2], 1.0), ([3, 3, 3, 3], 3.0), ([0, 0, 0, 0], 1.0), ([5], 5.0), ([], 1.0)],
)
def test_a_scale_is_never_zero(values, scale):
    assert scale_of(np.array(values, dtype=float), 2) == pytest.approx(scale)


def test_a_scale_does_not_contain_a_spike():
    with_spike = np.array([1.0, 2, 1, 2, 1, 2, 1e12, 2, 1, 2])

    assert scale_of(with_spike, 1) == 1.0
    assert spikes(with_spike).sum() == 1


def test_rare_demand_is_no_spike():
    assert not spikes(np.array([0.0] * 50 + [900.0] + [0.0] * 50)).any()
