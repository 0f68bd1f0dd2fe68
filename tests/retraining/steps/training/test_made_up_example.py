"""The example of a version shows what to send, and nothing of the rows it was trained on."""

import numpy as np
import pandas as pd
import pytest

from retraining.steps.training.made_up_example import made_up_example

ROWS = pd.DataFrame(
    {
        "age": pd.array([30, 40, 50, 60, 99], "int64"),
        "weight": [81.5, np.nan, 60.0, 70.0, 70.0],
        "visits": pd.array([1, None, 2, 3, 9], "Int64"),
        "smokes": [True, False, False, False, True],
        "city": ["Ulm", "Rome", "Rome", "Ulm", "Rome"],
        "since": pd.to_datetime(["2013-01-05", "2013-01-01", "2013-01-02", "2013-01-03", "2013-01-04"]),
    }
)


def test_a_typical_row_comes_first_and_types_are_kept():
    example = made_up_example(ROWS)

    assert example.iloc[0].to_dict() == {
        **{"age": 50, "weight": 70.0, "visits": 3, "smokes": False, "city": "Rome"},
        "since": pd.Timestamp("2013-01-03"),
    }
    assert example.dtypes.to_dict() == ROWS.dtypes.to_dict()
    assert list(example.columns) == list(ROWS.columns)


def test_no_row_of_the_example_is_a_row_of_the_data():
    assert pd.concat([ROWS, made_up_example(ROWS)]).astype(str).duplicated().sum() == 0


def test_extremes_stay_with_the_data():
    assert made_up_example(ROWS)["age"].tolist() == [50, 40, 60]


@pytest.mark.parametrize("dtype", ["float64", "Int64", "object", "datetime64[ns]"])
def test_a_column_without_any_value_gives_none(dtype):
    example = made_up_example(pd.DataFrame({"x": pd.Series([None, None], dtype=dtype)}))

    assert example["x"].isna().all()
    assert example["x"].dtype == dtype
