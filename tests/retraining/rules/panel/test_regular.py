"""What is odd about a series is counted; what a missing step means is what the spec says."""

import numpy as np
import pandas as pd
import pytest

from retraining.rules.panel.regular import Calendar, regular
from retraining.rules.panel.steps import steps_of

DAY_10 = int(steps_of(pd.DatetimeIndex(["2013-01-10"]), "daily")[0])


def series(days, values, missing="error"):
    times = pd.DatetimeIndex([f"2013-01-{day}" for day in days])
    return regular(times, np.array(values, dtype=float), Calendar("daily", 7, missing), DAY_10)


def values_of(found):
    return [None if np.isnan(each) else each for each in found.values]


def test_rows_may_come_in_any_order():
    assert values_of(series(["08", "06", "07"], [3, 1, 2])) == [1, 2, 3]


def test_a_missing_step_is_not_known_where_it_is_a_gap():
    found = series(["06", "07", "09"], [1, 2, 4], "gap")

    assert values_of(found) == [1, 2, None, 4]
    assert (found.missing, found.unknown) == (1, 0)


def test_a_missing_step_is_zero_where_the_spec_says_so_and_up_to_the_origin():
    assert values_of(series(["06", "08"], [1, 3], "zero")) == [1, 0, 3, 0, 0]


def test_a_row_without_a_value_is_not_zero():
    found = series(["08", "09", "10"], [1, np.nan, np.inf], "zero")

    assert values_of(found) == [1, None, None]
    assert found.unknown == 2


def test_two_rows_of_one_step_and_value_are_one():
    found = series(["06", "06", "07"], [1, 1, 2])

    assert values_of(found) == [1, 2]
    assert found.conflicting == 0


def test_of_two_values_of_one_step_the_newest_row_counts_and_is_counted():
    found = series(["06", "06 12:00", "07"], [1, 5, 2])

    assert values_of(found) == [5, 2]
    assert found.conflicting == 1


def test_rows_after_the_origin_are_not_looked_at():
    found = series(["09", "10", "11", "12"], [1, 2, 3, 4])

    assert values_of(found) == [1, 2]
    assert found.future == 2


def test_a_series_with_only_future_rows_has_no_value():
    found = series(["11"], [1])

    assert (len(found.values), found.future) == (0, 1)


def test_a_series_without_rows_has_no_value():
    assert len(series([], []).values) == 0


def test_models_learn_the_newest_stretch_without_a_gap():
    found = series(["01", "02", "04", "05", "06"], [1, 2, 4, 5, 6], "gap")

    assert found.stretch.tolist() == [4, 5, 6]
    assert found.behind == 0


def test_unknown_values_at_the_end_put_a_series_behind():
    found = series(["06", "07", "08", "09"], [1, 2, np.nan, np.nan], "gap")

    assert found.stretch.tolist() == [1, 2]
    assert (found.behind, found.last) == (2, DAY_10 - 1)


@pytest.mark.parametrize("missing", ["error", "gap", "zero"])
def test_nothing_is_filled_in_a_series_without_gaps(missing):
    assert values_of(series(["08", "09", "10"], [1, 2, 3], missing)) == [1, 2, 3]
