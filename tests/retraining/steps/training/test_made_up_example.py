"""The example of a version shows what to send, and nothing of the rows it was trained on."""

import numpy as np
import pandas as pd
import pytest

from retraining.steps.training.made_up_example import made_up_example

ROWS = pd.DataFrame(
    {
        "salary": pd.array(range(58_327, 58_327 + 40), "int64"),
        "weight": [81.57, np.nan, 63.4, 71.2] * 10,
        "visits": pd.array([1, None, 23, 3] * 10, "Int64"),
        "smokes": [True, False, False, False] * 10,
        "name": [f"Person {place}" for place in range(40)],
        "iban": [f"DE{place:020}" for place in range(40)],
        "city": ["Ulm"] * 20 + ["Rome"] * 19 + ["Bree"],
        "since": pd.to_datetime("2013-01-05") + pd.to_timedelta(range(40), "D"),
    }
)


def test_values_are_made_up_and_types_are_kept():
    example = made_up_example(ROWS)

    assert example.dtypes.to_dict() == ROWS.dtypes.to_dict()
    assert {name: example[name].tolist() for name in example} == {
        "salary": [50_000, 50_000, 50_000],
        "weight": [70.0, 60.0, 80.0],
        "visits": [3, 1, 20],
        "smokes": [False, True, False],
        "name": ["text 1", "text 2", "text 3"],
        "iban": ["text 1", "text 2", "text 3"],
        "city": ["Ulm", "Ulm", "Ulm"],
        "since": [*pd.date_range("2000-01-01", periods=3)],
    }


def test_a_category_is_shown_where_many_rows_and_a_share_of_all_have_it():
    rows = ["b"] * 380 + ["a"] * 20
    assert made_up_example(pd.DataFrame({"x": rows}))["x"].tolist() == ["a", "b", "a"]
    assert made_up_example(pd.DataFrame({"x": [*rows, "b"]}))["x"].tolist() == ["b", "b", "b"]


@pytest.mark.parametrize("dtype", ["float64", "Int64", "object", "datetime64[ns]"])
def test_a_column_without_any_value_gives_none(dtype):
    example = made_up_example(pd.DataFrame({"x": pd.Series([None, None], dtype=dtype)}))

    assert example["x"].isna().all()
    assert example["x"].dtype == dtype


@pytest.mark.parametrize("value", [0, -0.00347, 1e-320, np.inf, -128, 9.6])
def test_any_number_has_an_example(value):
    expected = {-0.00347: -0.003, -128: -100, 9.6: 9.0}.get(value, 0)

    assert made_up_example(pd.DataFrame({"x": [value]}))["x"].tolist() == pytest.approx([expected] * 3, abs=1e-300)


def test_the_example_of_the_largest_numbers_fits_in_their_type():
    columns = {name: pd.Series([np.iinfo(name).max], dtype=name) for name in ("uint8", "int64", "uint64")}

    assert [*made_up_example(pd.DataFrame(columns)).iloc[0]] == [200, 9 * 10**18, 10**19]
