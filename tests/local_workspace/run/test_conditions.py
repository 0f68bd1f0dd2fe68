"""How condition tasks compare."""

import pytest

from local_workspace.bundle.jobs import OPERATORS
from local_workspace.errors import TaskError
from local_workspace.run.conditions import condition_holds


@pytest.mark.parametrize(
    ("op", "left", "right", "expected"),
    [
        ("EQUAL_TO", "true", "true", True),
        ("EQUAL_TO", "12.0", "12", False),
        ("NOT_EQUAL", "12.0", "12", True),
        ("GREATER_THAN_OR_EQUAL", "12.0", "12", True),
        ("GREATER_THAN", "9", "12", False),
        ("LESS_THAN", "9", "12", True),
        ("LESS_THAN_OR_EQUAL", "12", "12.0", True),
    ],
)
def test_equality_compares_texts_and_order_compares_numbers(op: str, left: str, right: str, expected: bool) -> None:
    assert condition_holds(op, left, right) is expected


def test_ordering_something_that_is_not_a_number_is_an_error_that_names_it() -> None:
    with pytest.raises(TaskError, match="GREATER_THAN compares numbers, found 'many'"):
        condition_holds("GREATER_THAN", "many", "3")


@pytest.mark.parametrize("op", OPERATORS)
def test_every_operator_that_a_job_may_name_can_be_evaluated(op: str) -> None:
    assert condition_holds(op, "1", "1") is (op in ("EQUAL_TO", "GREATER_THAN_OR_EQUAL", "LESS_THAN_OR_EQUAL"))
