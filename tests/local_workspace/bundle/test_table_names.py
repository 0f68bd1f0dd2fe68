"""Names of tables that people may choose, and those that belong to the loop."""

from pathlib import Path

import pytest

from local_workspace.bundle.table_names import CONTROL_TABLES, LOOP_SUFFIXES, checked_table_name
from local_workspace.errors import ParameterError

PRODUCT = Path(__file__).parents[3] / "src/retraining"
PLANNED = {"incidents", "label_requests", "performance", "strategy_comparisons"}
"""Kept free for tables that may come."""


def test_a_plain_name_is_taken():
    assert checked_table_name("--as", "weather_2024") == "weather_2024"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("My Table", "--as My Table: not a name for a table.* such as my_table"),
        ("2024", "such as my_table"),
        ("a.b", "such as a_b"),
        ("decisions", "the loop writes a table of this name itself"),
        ("rain_observations", "the loop writes a table of this name itself"),
    ],
)
def test_another_name_is_refused_with_one_that_is_possible(name, message):
    with pytest.raises(ParameterError, match=message):
        checked_table_name("--as", name)


def test_the_names_of_the_loop_are_those_in_its_code():
    code = "\n".join(path.read_text("utf-8") for path in PRODUCT.rglob("*.py"))

    assert [name for name in CONTROL_TABLES if f'"{name}"' not in code and name not in PLANNED] == []
    assert [suffix for suffix in LOOP_SUFFIXES if f'{suffix}"' not in code] == []
