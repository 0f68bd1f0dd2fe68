"""How example rows get into their source tables."""

import pandas as pd
import pytest

from recipes.demo.flights import KEYS, flights_of_month
from recipes.demo.put_rows import put_rows


def rows(*hours):
    at = pd.to_datetime([f"2013-01-01 {hour:02}:00" for hour in hours], utc=True)
    return pd.DataFrame({"at": at, "name": [f"n{hour}" for hour in hours], "value": 1.0})


def test_rows_that_are_there_are_left_alone(spark, schema):
    table = f"spark_catalog.{schema}.source"

    added = [put_rows(spark, rows(*hours), table, ["at", "name"]) for hours in ((1, 2), (2, 3), (1, 2, 3), (9,))]

    assert added == [2, 1, 0, 1]
    assert sorted(row.name for row in spark.table(table).select("name").collect()) == ["n1", "n2", "n3", "n9"]
    assert spark.sql(f"describe history {table}").count() == 3


def test_a_row_with_another_value_in_one_key_is_another_row(spark, schema):
    table = f"spark_catalog.{schema}.source"
    put_rows(spark, rows(1), table, ["at", "name"])

    assert put_rows(spark, rows(1).assign(name="other"), table, ["at", "name"]) == 1


def test_a_month_of_flights_is_its_own_and_has_unique_keys():
    january = flights_of_month(1)

    assert (len(january), january.duplicated(KEYS).sum()) == (27_004, 0)
    assert str(january["time_hour"].dt.tz_convert("America/New_York").max()) == "2013-01-31 23:00:00-05:00"
    assert len(flights_of_month(2)) == 24_951


@pytest.mark.parametrize("month", [0, 13])
def test_a_month_outside_the_year_is_refused(month):
    with pytest.raises(ValueError, match=f"month {month}: expected 1 to 12"):
        flights_of_month(month)
