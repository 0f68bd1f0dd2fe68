"""Each fault of a column has a sentence that names it as what it is."""

from dataclasses import replace

import pytest

from retraining.rules.drift.column_fault import column_faults

from .column_states import column, numeric


def said(state):
    return [(each.fault, each.sentence) for each in column_faults(state)]


def test_a_null_surge():
    assert said(column(null_share=0.95)) == [
        ("null_surge", "`x` has no value in 95% of the rows, 0% in the reference.")
    ]


@pytest.mark.parametrize(("share", "faults"), [(0.3, 0), (0.31, 1)])
def test_nulls_may_rise_by_ten_points(share, faults):
    assert len(said(column(null_share=share, reference_null_share=0.2))) == faults


def test_a_frozen_sensor():
    assert said(numeric(7.25, 0.0, 6.0, 1.5)) == [
        ("frozen", "`x` is frozen: every value is 7.25, where the reference has a standard deviation of 1.5.")
    ]


@pytest.mark.parametrize(("spread", "faults"), [(1e-7, 1), (1e-4, 0)])
def test_rounding_is_no_spread(spread, faults):
    assert len(said(numeric(7.25, spread, 6.0, 1.5))) == faults


def test_a_changed_unit():
    assert said(numeric(5000.0, 800.0, 5.0, 0.8)) == [
        (
            "changed_unit",
            "`x` has values about 1,000 times the reference's, as if its unit had changed: mean 5,000 against 5, "
            "standard deviation 800 against 0.8.",
        )
    ]


def test_a_known_unit_is_named():
    assert said(numeric(68.0, 9.0, 20.0, 5.0)) == [
        (
            "changed_unit",
            "`x` looks as if degrees Celsius became Fahrenheit: mean 68 against 20, standard deviation 9 against 5.",
        )
    ]


@pytest.mark.parametrize(
    ("names", "end"),
    [
        ((), "."),
        (("LGA",), ": `LGA`."),
        (("a", "b", "c", "d", "e"), ": `a`, `b`, `c` and 2 more."),
    ],
)
def test_a_new_category(names, end):
    assert said(column("origin", unseen_share=0.124, unseen=names)) == [
        ("new_category", f"`origin` has categories in 12% of its values that no training row had{end}")
    ]


def test_a_few_new_categories_are_none():
    assert said(column(unseen_share=0.05)) == []


def test_a_constant_that_varies_now():
    assert said(numeric(2.0, 0.5, 1.0, 0.0)) == [
        (
            "no_longer_constant",
            "`x` was always 1 in the reference and is not now: mean 2, standard deviation 0.5.",
        )
    ]


def test_a_column_may_have_several_faults():
    state = replace(numeric(5000.0, 800.0, 5.0, 0.8), null_share=0.5)

    assert [fault for fault, _ in said(state)] == ["null_surge", "changed_unit"]


def test_a_placeholder_of_a_missing_value():
    assert said(column(new_value="-999.0", new_value_share=0.05)) == [
        (
            "filled_in",
            "`x` has `-999.0` in 5% of its values, which hardly any row of the reference has: a placeholder of missing "
            "values.",
        )
    ]


def test_another_new_value_may_be_the_world():
    assert said(column(new_value="41.5", new_value_share=0.05)) == [
        ("new_value", "`x` has `41.5` in 5% of its values, which hardly any row of the reference has.")
    ]


def test_an_empty_text_is_named():
    state = column(new_value="", new_value_share=0.05, is_numeric=False)

    assert [(fault, "has the empty text in 5%" in sentence) for fault, sentence in said(state)] == [("filled_in", True)]


def test_new_categories_are_said_once():
    state = column(unseen_share=0.3, unseen=("LGA",), new_value="LGA", new_value_share=0.3, is_numeric=False)

    assert [fault for fault, _ in said(state)] == ["new_category"]


def test_a_frozen_column_is_not_filled_in_too():
    state = replace(numeric(0.0, 0.0, 6.0, 1.5), new_value="0.0", new_value_share=1.0)

    assert [fault for fault, _ in said(state)] == ["frozen"]


@pytest.mark.parametrize(
    ("state", "faults"),
    [
        (column(null_share=0.2, null_limit=0.25), 0),
        (column(null_share=0.3, null_limit=0.25), 1),
        (column(unseen_share=0.4, unseen_limit=0.5), 0),
        (column(unseen_share=0.6, unseen_limit=0.5), 1),
    ],
)
def test_the_limits_are_those_of_the_verdict(state, faults):
    assert len(said(state)) == faults


@pytest.mark.parametrize("verdict", ["stable", "not_enough_data"])
def test_only_a_drifted_column_has_faults(verdict):
    assert said(replace(numeric(7.25, 0.0, 6.0, 1.5), verdict=verdict)) == []


def test_values_that_moved_are_no_fault():
    assert said(numeric(8.0, 1.6, 6.0, 1.5)) == []


@pytest.mark.parametrize(
    ("state", "is_certain"),
    [
        (column(null_share=0.95), True),
        (numeric(7.25, 0.0, 6.0, 1.5), True),
        (numeric(5000.0, 800.0, 5.0, 0.8), True),
        (column(unseen_share=0.5), False),
        (numeric(2.0, 0.5, 1.0, 0.0), False),
        (column(new_value="-999.0", new_value_share=0.05), True),
        (column(new_value="41.5", new_value_share=0.05), False),
    ],
    ids=["nulls", "frozen", "unit", "category", "constant", "filled in", "value"],
)
def test_what_the_world_may_do_as_well_is_not_certain(state, is_certain):
    assert [each.is_certain for each in column_faults(state)] == [is_certain]
