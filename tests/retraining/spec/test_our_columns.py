"""No column of a source meets one of ours, whatever it is called."""

import ast
import re
from pathlib import Path

from retraining.spec.our_columns import is_ours

SRC = Path(__file__).parents[3] / "src" / "retraining"
COLUMNS_OF_ROWS = ("rules", "steps", "adapters/tables", "adapters/sources", "kinds")
ENDS = {
    "_candidate",
    "_refit",
    "_accepted",
    "_forecasts",
    "_labels",
    "_landing",
    "_observations",
    "_predictions",
    "_probabilities",
    "_quarantine",
    "_scores",
    "_staging",
    "_delta_log",
    "_long_names",
}
"""Ends of the names of tables and versions, the folder of a table's log, and that of copies with long names."""


def test_every_name_that_the_product_gives_to_a_column_is_kept_for_it():
    files = [file for folder in COLUMNS_OF_ROWS for file in (SRC / folder).rglob("*.py")]
    texts = {
        node.value
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    named = {text for text in texts if re.fullmatch("_[a-z]+(_[a-z]+)*", text)} - ENDS

    assert len(named) > 40
    assert sorted(name for name in named if not is_ours(name)) == []


def test_names_are_compared_in_any_case_and_with_numbers():
    names = ("_ROW_KEY", "_value_3", "_id", "_value_", "row_key")
    assert [is_ours(name) for name in names] == [True, True, False, False, False]
