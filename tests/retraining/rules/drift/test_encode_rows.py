"""Frames become numbers, and rows belong to a day of a side."""

import numpy as np
import pandas as pd
import pytest

from retraining.rules.drift.encode_rows import MOST_CATEGORIES, encode_rows

NAN = np.nan


def frame(**columns):
    return pd.DataFrame(columns)


def test_numbers_stay_and_texts_become_codes_most_frequent_first():
    before, now = frame(x=[1.0, NAN], c=["b", None]), frame(x=[3.0], c=["b"])
    rows = encode_rows(before, frame(c=["a"], x=[3.0]), None, None)

    assert rows.names == ("x", "c")
    assert rows.categorical.tolist() == [False, True]
    np.testing.assert_array_equal(rows.values, [[1.0, 1.0], [NAN, NAN], [3.0, 0.0]])
    np.testing.assert_array_equal(encode_rows(before, now, None, None).values[:, 1], [0.0, NAN, 0.0])


def test_a_column_that_is_text_on_one_side_is_text_on_both():
    rows = encode_rows(frame(x=[1, 2]), frame(x=["1", "1"]), None, None)

    assert rows.categorical.tolist() == [True]
    assert rows.values[:, 0].tolist() == [0.0, 1.0, 0.0, 0.0]


def test_nullable_whole_numbers_and_truth_values_are_numbers():
    values = pd.DataFrame({"x": pd.array([1, None], dtype="Int64"), "b": [True, False]})

    np.testing.assert_array_equal(encode_rows(values, values, None, None).values[:2], [[1.0, 1.0], [NAN, 0.0]])


def test_infinities_become_great_numbers():
    rows = encode_rows(frame(x=[np.inf, -np.inf]), frame(x=[0.0]), None, None)

    assert rows.values[:, 0].tolist() == [1e300, -1e300, 0.0]


def test_rare_categories_share_a_code():
    many = [f"c{number:02}" for number in range(40)]
    rows = encode_rows(frame(c=many), frame(c=["c39"]), None, None)

    assert rows.values[:, 0].max() == MOST_CATEGORIES
    assert (rows.values[:, 0] == MOST_CATEGORIES).sum() == 40 - MOST_CATEGORIES
    assert rows.values[-1, 0] == 0


def test_a_day_of_one_side_is_one_group_and_the_same_day_of_the_other_is_another():
    rows = encode_rows(frame(x=[1, 2, 3]), frame(x=[4, 5]), ["mon", "tue", "mon"], ["mon", "mon"])

    assert rows.groups.tolist() == [0, 1, 0, 2, 2]
    assert rows.current.tolist() == [False, False, True]


def test_without_days_every_row_is_a_group():
    rows = encode_rows(frame(x=[1, 2]), frame(x=[3]), None, None)

    assert (rows.groups.tolist(), rows.current.tolist()) == ([0, 1, 2], [False, False, True])


@pytest.mark.parametrize(
    ("now", "before_days", "now_days", "message"),
    [
        (frame(y=[1]), None, None, "columns differ"),
        (frame(x=[1]), ["mon"], None, "days are known of one side only"),
        (frame(x=[1]), ["mon", "tue"], ["mon"], "1 rows, but 2 of 2 days are known"),
        (frame(x=[1]), [None], ["mon"], "1 rows, but 0 of 1 days are known"),
    ],
)
def test_frames_that_cannot_be_compared_are_refused(now, before_days, now_days, message):
    with pytest.raises(ValueError, match=message):
        encode_rows(frame(x=[1]), now, before_days, now_days)
