"""Where reading starts, how far it looks back and how long it waits, in the ledger's own numbers."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError
from tests.loop import SPEC, toy_spec

from retraining.errors import SpecError
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.reading_limits import ReadingLimits, reading_limits
from retraining.spec.feed import rows_feed
from retraining.spec.read_spec import parse_spec

SOURCE = {"table": "toy_source", "ledger_column": "at", "keys": ["id"]}
DAY = timedelta(days=1) // timedelta(microseconds=1)


def limits(ledger_type, **said) -> ReadingLimits:
    return reading_limits(rows_feed(toy_spec(source={**SOURCE, **said})), Ledger("at", ledger_type))


def test_a_spec_that_says_nothing_limits_nothing():
    assert limits("timestamp") == ReadingLimits(None, 0, 0)


@pytest.mark.parametrize(
    ("ledger_type", "lookback", "number"),
    [
        ("timestamp", "3 days", 3 * DAY),
        ("timestamp", "1 hour", DAY // 24),
        ("timestamp", "30 minutes", DAY // 48),
        ("date", "3 days", 3),
        ("date", "25 hours", 2),
        ("integer", 1000, 1000),
        ("decimal", 7, 7),
    ],
)
def test_a_lookback_is_counted_in_units_of_the_ledger(ledger_type, lookback, number):
    assert limits(ledger_type, lookback=lookback).lookback == number


@pytest.mark.parametrize(
    ("ledger_type", "value", "number"),
    [
        ("timestamp", "1970-01-02", DAY),
        ("timestamp", "1970-01-02T01:00:00+01:00", DAY),
        ("date", "1970-01-03", 2),
        ("integer", 42, 42),
        ("decimal", "0.50", Decimal("0.5")),
    ],
)
def test_the_initial_value_is_a_value_of_the_ledger(ledger_type, value, number):
    assert limits(ledger_type, initial_value=value).initial == number


def test_yaml_may_write_the_initial_value_without_quotes():
    spec = parse_spec(SPEC.replace("keys: [id]", "keys: [id], initial_value: 1970-01-02"), "specs/toy.yml")

    assert reading_limits(rows_feed(spec), Ledger("at", "timestamp")).initial == DAY


@pytest.mark.parametrize(
    ("ledger_type", "said", "cure"),
    [
        ("timestamp", {"lookback": 5}, "Write a length of time"),
        ("integer", {"lookback": "3 days"}, "a plain number"),
        ("decimal", {"settle_delay": "3 days"}, "Only lookback fits"),
        ("timestamp", {"initial_value": "soon"}, "Write a value of that column"),
        ("integer", {"initial_value": "2013-01-01"}, "Write a value of that column"),
        ("decimal", {"initial_value": "much"}, "Write a value of that column"),
    ],
)
def test_what_does_not_fit_the_ledger_is_refused_with_the_cure(ledger_type, said, cure):
    with pytest.raises(
        SpecError, match=rf"toy: source\..* does not fit ledger column `at`, a {ledger_type}\. .*{cure}"
    ):
        limits(ledger_type, **said)


@pytest.mark.parametrize(
    "said", [{"lookback": "-1 days"}, {"lookback": 0}, {"settle_delay": "P3D"}, {"lookback": True}]
)
def test_what_is_no_length_is_refused_by_the_spec(said):
    with pytest.raises(ValidationError):
        toy_spec(source={**SOURCE, **said})
