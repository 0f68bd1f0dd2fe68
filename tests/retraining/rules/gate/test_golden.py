"""Rows whose answers are known."""

import pytest

from retraining.rules.gate.golden import golden_rows_hold
from retraining.spec.gate_section import GoldenRow

NEAR = GoldenRow(features={"distance": 100, "carrier": "UA"}, at_least=20, at_most=60)
SPAM = GoldenRow(features={"words": 3}, is_class="spam")


@pytest.mark.parametrize("answer", [20.0, 60.0])
def test_bounds_belong_to_what_is_right(answer):
    (check,) = golden_rows_hold([NEAR], [answer])

    assert (check.verdict, check.value) == ("passed", 0.0)


@pytest.mark.parametrize("answer", [19.9, 60.1, float("nan"), float("inf")])
def test_one_wrong_answer_fails_and_is_told_with_what_was_given(answer):
    (check,) = golden_rows_hold([NEAR, NEAR], [30.0, answer])

    assert (check.verdict, check.value) == ("failed", 1.0)
    assert check.sentence == (
        f"1 of 2 golden rows: row 2 (distance=100.0, carrier=UA) got {answer:.4g}, expected at least 20 and at most 60."
    )


def test_a_class_is_right_or_wrong():
    assert [golden_rows_hold([SPAM], [said])[0].verdict for said in ("spam", "ham")] == ["passed", "failed"]


def test_a_spec_without_golden_rows_asks_nothing():
    assert golden_rows_hold([], []) == ()


@pytest.mark.parametrize(
    "expected", [{}, {"at_least": 2, "at_most": 1}, {"at_least": 1, "is_class": "spam"}], ids=["none", "order", "both"]
)
def test_a_row_must_expect_something_that_can_be(expected):
    with pytest.raises(ValueError, match="at_least"):
        GoldenRow(features={"x": 1}, **expected)
