"""Frames become numbers."""

import numpy as np
import pandas as pd
import pytest

from retraining.rules.drift.classifier.encode_rows import MOST_CATEGORIES, encode_rows

NAN = np.nan


def frame(**columns):
    return pd.DataFrame(columns)


def test_numbers_stay_and_texts_become_codes_most_frequent_first():
    before, now = frame(x=[1.0, NAN], c=["b", None]), frame(x=[3.0], c=["b"])
    rows = encode_rows(before, frame(c=["a"], x=[3.0]))

    assert rows.names == ("x", "c")
    assert rows.categorical.tolist() == [False, True]
    np.testing.assert_array_equal(rows.values, [[1.0, 1.0], [NAN, NAN], [3.0, 0.0]])
    np.testing.assert_array_equal(encode_rows(before, now).values[:, 1], [0.0, NAN, 0.0])


def test_a_column_that_is_text_on_one_side_is_text_on_both():
    rows = encode_rows(frame(x=[1, 2]), frame(x=["1", "1"]))

    assert rows.categorical.tolist() == [True]
    assert rows.values[:, 0].tolist() == [0.0, 1.0, 0.0, 0.0]


def test_nullable_whole_numbers_and_truth_values_are_numbers():
    values = pd.DataFrame({"x": pd.array([1, None], dtype="Int64"), "b": [True, False]})

    np.testing.assert_array_equal(encode_rows(values, values).values[:2], [[1.0, 1.0], [NAN, 0.0]])


def test_infinities_become_great_numbers():
    rows = encode_rows(frame(x=[np.inf, -np.inf]), frame(x=[0.0]))

    assert rows.values[:, 0].tolist() == [1e300, -1e300, 0.0]


def test_rare_categories_share_a_code():
    many = [f"c{number:02}" for number in range(40)]
    rows = encode_rows(frame(c=many), frame(c=["c39"]))

    assert rows.values[:, 0].max() == MOST_CATEGORIES
    assert (rows.values[:, 0] == MOST_CATEGORIES).sum() == 40 - MOST_CATEGORIES
    assert rows.values[-1, 0] == 0


def test_the_rows_of_the_reference_stand_first():
    assert encode_rows(frame(x=[1, 2]), frame(x=[3])).current.tolist() == [False, False, True]


def test_frames_with_other_columns_are_refused():
    with pytest.raises(ValueError, match="columns differ"):
        encode_rows(frame(x=[1]), frame(y=[1]))
