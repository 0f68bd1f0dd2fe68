"""Keys as an operator writes them become values of the stored types, or nothing happens."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from retraining.errors import ParameterError
from retraining.requests.forget import MAX_KEYS, MAX_LENGTH, read_keys

SECRET = "4711"


@pytest.mark.parametrize(
    ("type_name", "written", "value"),
    [
        ("bigint", "17", 17),
        ("int", '"17"', 17),
        ("tinyint", "-128", -128),
        ("string", '"17"', "17"),
        ("string", '""', ""),
        ("boolean", "true", True),
        ("decimal(9,2)", "1.10", Decimal("1.10")),
        ("decimal(9,2)", '"1.500"', Decimal("1.500")),
        ("decimal(38,0)", "9" * 38, Decimal("9" * 38)),
        ("double", "0.1", 0.1),
        ("date", '"2013-01-31"', date(2013, 1, 31)),
        ("timestamp", '"2013-01-31 10:00"', datetime(2013, 1, 31, 10, tzinfo=UTC)),
        ("timestamp", '"2013-01-31T10:00:00Z"', datetime(2013, 1, 31, 10, tzinfo=UTC)),
        ("timestamp_ntz", '"2013-01-31T10:00"', datetime(2013, 1, 31, 10)),
        ("bigint", "null", None),
    ],
)
def test_a_value_gets_the_type_of_its_column(type_name, written, value):
    assert read_keys(f'[{{"k": {written}}}]', {"k": type_name}) == [(value,)]


def test_a_key_of_several_columns_has_them_in_the_order_of_the_spec():
    text = '[{"b": "x", "a": 1}, {"a": 2, "b": null}]'

    assert read_keys(text, {"a": "bigint", "b": "string"}) == [(1, "x"), (2, None)]


@pytest.mark.parametrize(
    ("type_name", "written"),
    [
        ("bigint", "4711.0"),
        ("bigint", "4711.5"),
        ("bigint", "true"),
        ("bigint", '"4711 "'),
        ("bigint", '"\u0664\u0667"'),
        ("tinyint", "4711"),
        ("bigint", "47119223372036854775808"),
        ("bigint", "[4711]"),
        ("bigint", '{"k": 4711}'),
        ("string", "4711"),
        ("boolean", "4711"),
        ("boolean", '"true"'),
        ("decimal(9,2)", "4711.005"),
        ("decimal(9,2)", "47114711.0"),
        ("decimal(9,2)", '"NaN"'),
        ("double", '"inf"'),
        ("double", '"4711x"'),
        ("date", '"4711"'),
        ("date", '"2013-01-31T10:00"'),
        ("timestamp", "4711"),
        ("timestamp_ntz", '"2013-01-31T10:00Z"'),
    ],
)
def test_a_value_that_is_not_of_the_type_is_refused_by_its_place(type_name, written):
    with pytest.raises(ParameterError, match=r"the value of `k` in key 2 is not a ") as caught:
        read_keys(f'[{{"k": null}}, {{"k": {written}}}]', {"k": type_name})

    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is not JSON at line 1, column 1"),
        (f"[{SECRET}", "it is not JSON at line 1, column 6"),
        ("[]", "it is not a list with a key in it"),
        (f'{{"k": {SECRET}}}', "it is not a list with a key in it"),
        (f"[{SECRET}]", "key 1 is not an object with exactly these columns"),
        (f'[{{"k": {SECRET}, "{SECRET}": 1}}]', "key 1 is not an object with exactly these columns"),
        ("[{}]", "key 1 is not an object with exactly these columns"),
        (f'[{{"K": {SECRET}}}]', "key 1 is not an object with exactly these columns"),
        (f'[{{"k": 1, "k": {SECRET}}}]', "a name is used twice"),
        ('[{"k": NaN}]', "a number is not a number"),
        (f'[{{"k": {"1" * 5000}}}]', "a number is not a number"),
        ("[" * 50_000, "it is no"),
        (" " * (MAX_LENGTH + 1), "it has 100,001 characters, at most 100,000 are read"),
        (f"[{','.join(['{}'] * (MAX_KEYS + 1))}]", "it holds 1,001 keys, at most 1,000 are read"),
    ],
)
def test_anything_but_a_list_of_keys_is_refused_with_the_form(text, said):
    with pytest.raises(ParameterError, match=said) as caught:
        read_keys(text, {"k": "bigint"})

    assert 'Write [{"k": <bigint>}, ...]' in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_type_that_json_cannot_say_wants_a_table():
    with pytest.raises(ParameterError, match=r"`k` is a binary, which JSON cannot say. Name a keys_table instead"):
        read_keys('[{"k": "x"}]', {"k": "binary"})
