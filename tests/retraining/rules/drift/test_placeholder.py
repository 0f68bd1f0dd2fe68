"""Placeholders of missing values are known by their look."""

import pytest

from retraining.rules.drift.placeholder import is_placeholder


@pytest.mark.parametrize(
    "value", ["-1.0", "-99.0", "-999.0", "9999.0", "999.9", "2147483647.0", "-32768.0", "inf", "-inf"]
)
def test_numbers(value):
    assert is_placeholder(value, True)


@pytest.mark.parametrize("value", ["0.0", "1.0", "9.0", "99.0", "12.5", "-998.0", "990.0", "1e+16"])
def test_numbers_that_are_measurements(value):
    assert not is_placeholder(value, True)


@pytest.mark.parametrize("value", ["", " ", "N/A", "Unknown", "<null>", "(none)", "-999", "9999", "-"])
def test_texts(value):
    assert is_placeholder(value, False)


@pytest.mark.parametrize("value", ["LGA", "0", "no", "Москва", "99", "n"])
def test_texts_that_say_something(value):
    assert not is_placeholder(value, False)
