"""Ledger values: exact as numbers, exact as text, and in UTC."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from retraining.rules.ingest.ledger import Ledger, minus, step_of

FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999  # the years 1 to 9999, in microseconds
MICROSECONDS_A_DAY = 86_400_000_000

TIMESTAMP, DATE = Ledger("at", "timestamp"), Ledger("at", "date")
INTEGER, DECIMAL = Ledger("at", "integer"), Ledger("at", "decimal")

EXACT = settings(derandomize=True, deadline=None)


@EXACT
@given(st.integers(FIRST, LAST))
@example(-1)
@example(0)
@example(LAST)
@example(-30_610_224_000_000_001)  # the last microsecond of the year 999
@example(FIRST)
def test_a_timestamp_survives_as_text(micros):
    assert TIMESTAMP.from_text(TIMESTAMP.to_text(micros)) == micros


@EXACT
@given(st.integers(FIRST // MICROSECONDS_A_DAY, LAST // MICROSECONDS_A_DAY))
@example(-1)
def test_a_date_survives_as_text(days):
    assert DATE.from_text(DATE.to_text(days)) == days


@EXACT
@given(st.integers(-(2**63), 2**63 - 1))
def test_an_integer_survives_as_text(value):
    assert INTEGER.from_text(INTEGER.to_text(value)) == value


@EXACT
@given(st.decimals(allow_nan=False, allow_infinity=False))
@example(Decimal("12345678901234567890.123456789012345678"))
def test_a_decimal_survives_as_text(value):
    assert DECIMAL.from_text(DECIMAL.to_text(value)) == value


@pytest.mark.parametrize("ledger", [TIMESTAMP, DATE, INTEGER, DECIMAL], ids=lambda each: each.type)
def test_no_value_has_no_text(ledger):
    assert (ledger.to_text(None), ledger.from_text(None)) == (None, None)


@pytest.mark.parametrize(
    ("ledger", "number", "text"),
    [
        (TIMESTAMP, -1, "1969-12-31T23:59:59.999999Z"),
        (TIMESTAMP, 1_359_626_400_000_000, "2013-01-31T10:00:00.000000Z"),
        (DATE, 15_736, "2013-01-31"),
        (INTEGER, -7, "-7"),
        (DECIMAL, Decimal("1.50"), "1.50"),
    ],
)
def test_the_text_is_iso_8601_in_utc_or_digits(ledger, number, text):
    assert ledger.to_text(number) == text


@EXACT
@given(st.integers(FIRST, LAST))
def test_a_value_lies_in_the_day_that_its_text_begins_with(micros):
    day = TIMESTAMP.day_of(micros)

    assert TIMESTAMP.start_of(day) <= micros < TIMESTAMP.start_of(day) + MICROSECONDS_A_DAY


@pytest.mark.parametrize(
    ("micros", "day"),
    [
        (-1, date(1969, 12, 31)),
        (0, date(1970, 1, 1)),
        (1_359_590_399_999_999, date(2013, 1, 30)),
        (1_359_590_400_000_000, date(2013, 1, 31)),
    ],
)
def test_a_day_begins_at_midnight_utc_and_ends_before_the_next(micros, day):
    assert TIMESTAMP.day_of(micros) == day


@pytest.mark.parametrize("day", [date(2013, 3, 10), date(2013, 3, 31), date(2013, 10, 27), date(2013, 11, 3)])
def test_every_day_has_24_hours_where_clocks_change_too(day):
    assert TIMESTAMP.start_of(day + timedelta(days=1)) - TIMESTAMP.start_of(day) == MICROSECONDS_A_DAY


@EXACT
@given(st.dates())
def test_the_first_value_of_a_day_of_a_date_ledger_is_that_day(day):
    assert DATE.day_of(DATE.start_of(day)) == day


@pytest.mark.parametrize(("ledger", "number"), [(TIMESTAMP, 1_359_675_000_000_000), (DATE, 15_736)])
def test_a_moment_in_another_zone_is_counted_in_utc(ledger, number):
    new_york = timezone(timedelta(hours=-5))

    assert ledger.from_time(datetime(2013, 1, 31, 18, 30, tzinfo=new_york)) == number


def test_only_timestamps_and_dates_have_days():
    assert [each.type for each in (TIMESTAMP, DATE, INTEGER, DECIMAL) if each.has_time] == ["timestamp", "date"]
    assert [each.valid_from for each in (DATE, INTEGER, DECIMAL)] == [-98_615, None, None]


def test_a_microsecond_is_not_lost_in_a_far_year():
    assert TIMESTAMP.from_time(datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == LAST


def test_a_timestamp_without_a_zone_is_counted_as_utc():
    ledger = Ledger("at", "timestamp_ntz")

    assert (ledger.has_time, ledger.from_text("2013-01-31T10:00")) == (True, 1_359_626_400_000_000)
    assert ledger.to_text(1_359_626_400_000_000) == "2013-01-31T10:00:00.000000Z"


@pytest.mark.parametrize("text", ["1" * 38, "-" + "9" * 36 + ".99", "0.00"])
def test_a_decimal_of_38_digits_keeps_them_when_a_lookback_is_taken_off(text):
    value = Decimal(text)

    assert str(minus(value, 0)) == text
    assert minus(minus(value, 7), -7) == value
    assert (minus(7, 3), step_of(7), step_of(Decimal("7.250"))) == (4, 1, Decimal("0.001"))
