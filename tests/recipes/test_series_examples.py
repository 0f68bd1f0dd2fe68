"""The examples of forecasts: what they are made of, and the closing table on rows as four runs leave them."""

from typing import get_args

import pandas as pd
import pytest

from recipes.demo.series_examples import EXAMPLES
from recipes.demo.summary_of_series import ACTIONS, accounted, table_of_steps, year_in_numbers
from retraining.records.panel import SeriesAction

NAN = float("nan")


def steps(**changes: object) -> pd.DataFrame:
    """Three series, of which one is new in the second batch, and a fourth that ends."""
    rows = {
        "label": ["Jan", "Feb", "Mar"],
        "there": [3, 4, 4],
        "keep": [0, 0, 0],
        "update_state": [0, 2, 2],
        "reestimate": [0, 1, 0],
        "respecify": [2, 0, 1],
        "fallback": [1, 1, 0],
        "retire": [0, 0, 1],
        "seconds": [60.0, 70.0, 80.0],
        "forecasts": [NAN, 100.0, 100.0],
        "live_loss": [NAN, 80.0, 90.0],
        "naive_loss": [NAN, 100.0, 100.0],
        "refit_loss": [NAN, 80.0, 80.0],
        "refit_seconds": [NAN, 31.0, 33.0],
    }
    return pd.DataFrame({**rows, **changes})


def test_twelve_years_of_passengers_and_a_month_is_a_row():
    points = EXAMPLES["air_passengers"].points_until(1960)

    assert (len(points), points["passengers"].sum()) == (144, 40_363)
    assert str(points["month"].iloc[-1].date()) == "1960-12-01"
    assert len(EXAMPLES["air_passengers"].points_until(1957)) == 108


def test_a_year_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="year 1961: expected 1949 to 1960"):
        EXAMPLES["air_passengers"].points_until(1961)


def test_every_flight_is_counted_once_on_its_day_in_new_york():
    points = EXAMPLES["route_demand"].points_until(1)

    assert points["flights"].sum() == 27_004
    assert str(points["day"].min().date()) == "2013-01-01"
    assert str(points["day"].max().date()) == "2013-01-31"
    assert not points.duplicated(EXAMPLES["route_demand"].keys).any()


def test_a_table_of_steps_has_a_row_a_batch_and_shows_what_was_done():
    table = table_of_steps(steps())

    assert table["series"].tolist() == [3, 4, 4]
    assert table["live"].tolist() == ["", "0.800", "0.900"]
    assert "keep" not in table
    assert len(table) == 3


def test_every_series_of_the_source_is_accounted_for():
    assert accounted(steps()).startswith("11 times a series was looked at, in 3 batches")


def test_a_series_without_an_action_is_refused():
    with pytest.raises(ValueError, match="batch Feb: the source has 5 series, and 4 have an action"):
        accounted(steps(there=[3, 5, 4]))


def test_the_closing_lines_compare_errors_and_fits():
    lines = year_in_numbers(steps()).splitlines()

    assert lines[1].split()[0] == "0.850"
    assert "0.850 times as large" in lines[2]
    assert "1.062 times" in lines[3]
    assert "2 fits of series, where fitting all again takes 8 (25%)" in lines[4]


def test_a_first_batch_has_nothing_to_compare():
    assert year_in_numbers(steps().iloc[:1]) == "No forecast has met an actual yet."


def test_the_actions_are_those_of_the_product():
    assert get_args(SeriesAction) == ACTIONS
