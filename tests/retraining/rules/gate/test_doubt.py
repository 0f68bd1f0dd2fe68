"""Which days are in doubt, and why."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from retraining.kinds.metric import NO_SIGNAL, Signal
from retraining.rules.gate.doubt import DaySigns, RunSigns, can_tell, days_in_doubt, judge_run


def signs(*values: float, loss: float = 100.0, rows: int = 100) -> list[DaySigns]:
    start = date(2026, 1, 1)
    return [
        DaySigns(start + timedelta(days=place), Signal(value, rows), loss, rows) for place, value in enumerate(values)
    ]


USUAL = signs(0.80, 0.85, 0.75, 0.82, 0.78, 0.81)
WEAK = signs(0.25, 0.15, 0.22, 0.18, 0.20, 0.20)


@pytest.mark.parametrize(
    ("values", "doubted"),
    [
        ((0.8, 0.8, 0.8), ""),
        ((0.8, 0.0, 0.05, -0.05, 0.8, 0.8), "123"),
        ((0.8, 0.8, -0.4, -0.4), "23"),
        ((0.7, 0.65, 0.7), ""),
        ((), ""),
    ],
    ids=["as usual", "some days have none", "the opposite order at the end", "a little less", "no day"],
)
def test_days_with_little_of_the_usual_signal_are_in_doubt(values, doubted):
    found = days_in_doubt(signs(*values), USUAL)

    assert [place for place, sign in enumerate(found) if sign == "weak"] == [int(each) for each in doubted]


def test_where_a_day_says_little_only_many_together_are_in_doubt():
    assert days_in_doubt(signs(0.0), WEAK) == [None]
    assert days_in_doubt(signs(*[0.0] * 14), WEAK) == ["weak"] * 14


def test_days_that_differ_anyway_are_not_in_doubt_as_soon():
    restless = signs(0.8, 0.2, 0.9, 0.3, 0.9, 0.5)

    assert days_in_doubt(signs(0.2, 0.25), USUAL) == ["weak", "weak"]
    assert days_in_doubt(signs(0.2, 0.25), restless) == [None, None]


@pytest.mark.parametrize(("loss", "sign"), [(120.0, None), (1_000.0, "costly"), (float("inf"), "costly")])
def test_days_with_the_usual_order_and_a_far_larger_loss_are_in_doubt(loss, sign):
    assert days_in_doubt(signs(0.8, 0.8, 0.8, loss=loss), USUAL) == [sign] * 3


def test_a_day_without_a_signal_says_nothing():
    nothing = replace(signs(0.0)[0], signal=NO_SIGNAL)

    assert days_in_doubt([nothing], USUAL) == [None]


AS_USUAL = RunSigns(Signal(0.8, 700), Signal(0.78, 700), Signal(0.8, 700), Signal(0.78, 700), 1.0, goes_on=True)


@pytest.mark.parametrize(
    ("changed", "doubt"),
    [
        ({}, None),
        ({"old": Signal(0.0, 700), "own": Signal(0.02, 700)}, "no_signal"),
        ({"old": Signal(0.45, 700), "own": Signal(0.3, 700)}, None),
        ({"old": Signal(0.1, 700)}, "changed"),
        ({"old": Signal(-0.5, 700), "goes_on": False}, "went_back"),
        ({"old": Signal(0.5, 700), "own": Signal(0.5, 700)}, None),
        ({"worse": 4.1}, "changed"),
        ({"worse": 3.9}, None),
        ({"worse": float("nan")}, None),
        ({"worse": 1e6, "goes_on": False}, "went_back"),
        ({"old": Signal(0.0, 20), "own": Signal(0.0, 8)}, None),
        ({"usual_old": Signal(0.05, 700), "old": Signal(0.0, 700), "own": Signal(0.0, 700)}, None),
    ],
    ids=[
        "as usual",
        "nobody finds a signal",
        "the days before still teach something",
        "another order, which can be learned",
        "another order, and then the old one again",
        "only noisier",
        "the same order, and losses four times as large",
        "losses that seasons can have",
        "losses without a ratio",
        "another unit, and then the old one again",
        "too few rows",
        "never a signal",
    ],
)
def test_a_run_is_spoiled_changed_or_only_noisier(changed, doubt):
    assert judge_run(replace(AS_USUAL, **changed)) == doubt


@pytest.mark.parametrize(("usual", "tells"), [(Signal(0.4, 100), True), (Signal(0.2, 100), False), (NO_SIGNAL, False)])
def test_a_signal_that_was_never_there_cannot_be_missed(usual, tells):
    assert can_tell(usual) is tells
