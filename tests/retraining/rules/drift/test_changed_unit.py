"""A unit has changed when mean and spread follow one conversion."""

import pytest

from retraining.rules.drift.changed_unit import KNOWN_UNITS, changed_unit

from .column_states import column, numeric


def words(*moments):
    unit = changed_unit(numeric(*moments))
    return None if unit is None else unit.words


@pytest.mark.parametrize(
    ("moments", "found"),
    [
        ((5000.0, 800.0, 5.0, 0.8), "1,000 times"),
        ((5300.0, 1100.0, 5.0, 0.8), "1,000 times"),
        ((0.005, 0.0008, 5.0, 0.8), "1/1,000 of"),
        ((50.0, 8.0, 5.0, 0.8), "10 times"),
        ((0.0, 1000.0, 0.0, 1.0), "1,000 times"),
        ((5e10, 8e9, 5.0, 0.8), None),
        ((5000.0, 0.8, 5.0, 0.8), None),
        ((5.0, 800.0, 5.0, 0.8), None),
        ((5000.0, 1300.0, 5.0, 0.8), None),
        ((5.1, 0.9, 5.0, 0.8), None),
        ((5.0, 0.0, 5.0, 0.8), None),
        ((5.0, 0.8, 5.0, 0.0), None),
    ],
    ids=[
        *("thousand", "roughly", "thousandth", "ten", "around zero", "beyond 10^9", "mean only", "spread only"),
        *("spread too wide", "as before", "frozen", "constant before"),
    ],
)
def test_a_power_of_ten_moves_mean_and_spread_together(moments, found):
    assert words(*moments) == found


@pytest.mark.parametrize("unit", KNOWN_UNITS, ids=[unit.words for unit in KNOWN_UNITS])
def test_a_known_conversion_is_recognised(unit):
    mean, spread = 20.0, 4.0

    assert words(mean * unit.factor + unit.offset, spread * unit.factor, mean, spread) == unit.words


@pytest.mark.parametrize(
    ("moments", "found"),
    [
        ((16.09, 3.3, 10.0, 2.0), "miles became kilometres"),
        ((16.09, 3.5, 10.0, 2.0), None),
        ((16.09, 3.0, 10.0, 2.0), None),
        ((17.5, 3.22, 10.0, 2.0), None),
        ((1.609, 3.22, 1.0, 2.0), None),
        ((68.0, 9.0, 20.0, 5.0), "degrees Celsius became Fahrenheit"),
        ((36.0, 9.0, 20.0, 5.0), None),
        ((32.0, 9.0, 0.0, 5.0), "degrees Celsius became Fahrenheit"),
        ((34.4, 6.88, 10.0, 2.0), "metres a second became kilometres an hour"),
    ],
    ids=[
        "close",
        "wider",
        "narrower",
        "elsewhere",
        "a mean that says nothing",
        "warm",
        "no offset",
        "around 0",
        "the closer",
    ],
)
def test_a_known_conversion_is_held_to_five_percent_and_to_its_mean(moments, found):
    assert words(*moments) == found


@pytest.mark.parametrize("missing", [None, float("inf"), float("nan")])
def test_without_moments_nothing_is_said(missing):
    assert words(missing, 800.0, 5.0, 0.8) is None
    assert words(5000.0, missing, 5.0, 0.8) is None
    assert changed_unit(column()) is None
