"""Measures of forecasts against values calculated by hand and by scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import mean_pinball_loss

from retraining.rules.panel.accuracy import measured, measures, row_sums

LEVELS = (80,)


def rows(**changes):
    table = {
        "series": ["a", "a", "b", "b"],
        "step": [1, 2, 1, 2],
        "actual": [10.0, 12.0, 100.0, 90.0],
        "forecast": [11.0, 10.0, 100.0, 100.0],
        "scale": [2.0, 2.0, 10.0, 10.0],
        "lower_80": [9.0, 9.0, 90.0, 95.0],
        "upper_80": [12.0, 11.0, 110.0, 105.0],
    }
    return pd.DataFrame(table | changes)


def test_the_measures_of_four_rows():
    found = measured(rows(), LEVELS).iloc[0]

    assert found["mase"] == pytest.approx((0.5 + 1 + 0 + 1) / 4)
    assert found["rmsse"] == pytest.approx(np.sqrt((0.25 + 1 + 0 + 1) / 4))
    assert found["wape"] == pytest.approx((1 + 2 + 0 + 10) / 212)
    assert found["smape"] == pytest.approx((2 / 21 + 4 / 22 + 0 + 20 / 190) / 4)
    assert found["bias"] == pytest.approx((-1 + 2 + 0 - 10) / 212)
    assert found["coverage_80"] == 0.5


def test_pinball_is_that_of_both_ends_of_the_interval():
    table = rows()
    both = [
        mean_pinball_loss(table["actual"], table["lower_80"], alpha=0.1),
        mean_pinball_loss(table["actual"], table["upper_80"], alpha=0.9),
    ]

    assert measured(table, LEVELS).iloc[0]["pinball_80"] == pytest.approx(np.mean(both))


def test_measures_by_step_and_series_add_up():
    table = rows()
    by_step = measured(table, LEVELS, by=["step"])
    by_both = measured(table, LEVELS, by=["series", "step"])

    assert by_step["mase"].tolist() == pytest.approx([0.25, 1.0])
    assert by_both["mase"].mean() == pytest.approx(measured(table, LEVELS).iloc[0]["mase"])
    assert list(by_both.columns[:2]) == ["series", "step"]


def test_sums_of_two_halves_are_those_of_the_whole():
    table = rows()
    halves = row_sums(table[:2], LEVELS).sum() + row_sums(table[2:], LEVELS).sum()

    assert measures(halves.to_dict(), LEVELS) == pytest.approx(measured(table, LEVELS).iloc[0].to_dict())


def test_a_row_without_an_actual_or_a_forecast_counts_nowhere():
    table = rows(actual=[10.0, np.nan, 100.0, 90.0], forecast=[11.0, 10.0, np.nan, 100.0])

    assert row_sums(table, LEVELS)["rows"].tolist() == [1, 0, 0, 1]
    assert measured(table, LEVELS).iloc[0]["mase"] == pytest.approx((0.5 + 1) / 2)


def test_an_unknown_interval_is_not_a_miss():
    found = measured(rows(lower_80=[np.nan] * 3 + [80.0]), LEVELS).iloc[0]

    assert found["coverage_80"] == 1.0
    assert found["mase"] == pytest.approx(2.5 / 4)


def test_zeros_that_were_forecast_as_zeros_are_right():
    table = rows(actual=[0.0] * 4, forecast=[0.0] * 4)

    found = measured(table, LEVELS).iloc[0]

    assert (found["smape"], found["mase"]) == (0.0, 0.0)
    assert np.isnan(found["wape"])
