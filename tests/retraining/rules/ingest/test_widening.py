"""Which types take in another one without a loss."""

import pytest

from retraining.rules.ingest.widening import text_changes, widens


@pytest.mark.parametrize(
    ("then", "now"),
    [
        *(("tinyint", "smallint"), ("smallint", "int"), ("int", "bigint"), ("int", "double"), ("float", "double")),
        *(("decimal(10,2)", "decimal(12,2)"), ("decimal(10,2)", "decimal(12,4)"), ("date", "timestamp_ntz")),
        *(("int", "decimal(10,0)"), ("bigint", "decimal(22,2)")),
    ],
)
def test_a_wider_type_takes_in_every_value(then, now):
    assert widens(then, now)
    assert not widens(now, then)


@pytest.mark.parametrize(
    ("then", "now"),
    [
        *(("int", "int"), ("bigint", "double"), ("int", "string"), ("date", "timestamp"), ("boolean", "int")),
        *(("decimal(10,2)", "decimal(10,2)"), ("decimal(10,2)", "decimal(10,4)"), ("decimal(10,2)", "decimal(12,1)")),
        *(("int", "decimal(10,2)"), ("double", "decimal(38,10)"), ("timestamp", "timestamp_ntz")),
    ],
)
def test_a_type_that_loses_something_does_not(then, now):
    assert not widens(then, now)


@pytest.mark.parametrize(
    ("then", "now", "changes"),
    [
        ("int", "bigint", False),
        ("int", "double", True),
        ("float", "double", True),
        ("decimal(10,2)", "decimal(12,2)", False),
        ("decimal(10,2)", "decimal(12,3)", True),
        ("int", "decimal(12,2)", True),
    ],
)
def test_a_wider_type_may_write_its_values_in_another_way(then, now, changes):
    assert text_changes(then, now) is changes
