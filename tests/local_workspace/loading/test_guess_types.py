"""What a column of text is taken for."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from local_workspace.errors import ParameterError
from local_workspace.loading.guess_types import WITHOUT_ZONE, ColumnEvidence, converted
from local_workspace.loading.value_format import ValueFormat, date_pattern

PLAIN = ValueFormat()
COMMA = ValueFormat(decimal=",")
POINT = ValueFormat(decimal=".")


def evidence(*batches: list[str | None], format: ValueFormat = PLAIN) -> ColumnEvidence:
    seen = ColumnEvidence(format)
    for batch in batches:
        seen.add(pa.array(batch, pa.string()))
    return seen


@pytest.mark.parametrize(
    ("texts", "type_name", "values"),
    [
        (["1", "-20", "NA", "", " null "], "bigint", [1, -20, None, None, None]),
        (["0", "1"], "bigint", [0, 1]),
        (["1.5", "2", ".5", "1e3", "NaN", "inf"], "double", [1.5, 2.0, 0.5, 1000.0, None, float("inf")]),
        (["true", "FALSE", "n/a"], "boolean", [True, False, None]),
        (["2024-01-31", "2024-02-29"], "date", [date(2024, 1, 31), date(2024, 2, 29)]),
        (
            ["2024-01-31 10:00", "2024-01-31"],
            "timestamp",
            [datetime(2024, 1, 31, 10, tzinfo=UTC), datetime(2024, 1, 31, tzinfo=UTC)],
        ),
        (
            ["2024-01-31T10:00:00Z", "2024-01-31T10:00:00.5+01:00"],
            "timestamp",
            [datetime(2024, 1, 31, 10, tzinfo=UTC), datetime(2024, 1, 31, 9, 0, 0, 500_000, tzinfo=UTC)],
        ),
        (["01234", "8"], "string", ["01234", "8"]),
        (["2023-02-30"], "string", ["2023-02-30"]),
        (["31/01/2024"], "string", ["31/01/2024"]),
        (["1,5"], "string", ["1,5"]),
        (["12345678901234567890"], "string", ["12345678901234567890"]),
        (["1234567890123456", "0.5"], "string", ["1234567890123456", "0.5"]),
        (["9223372036854775807"], "bigint", [2**63 - 1]),
        (["2024-01-31T10:00Z", "2024-01-31T10:00"], "string", ["2024-01-31T10:00Z", "2024-01-31T10:00"]),
        (["yes", " no", "NA"], "string", ["yes", " no", None]),
        (["1_0", "1d", "0x1", "+1"], "string", ["1_0", "1d", "0x1", "+1"]),
        (["NA", "", None], "string", [None, None, None]),
    ],
)
def test_a_type_is_taken_only_if_every_value_has_it(texts, type_name, values):
    assert evidence(texts).type_name == type_name
    assert converted(pa.array(texts, pa.string()), type_name, PLAIN).to_pylist() == values


def test_a_later_batch_can_change_the_guess():
    assert evidence(["1"], ["2"]).type_name == "bigint"
    assert evidence(["1"], ["2.5"]).type_name == "double"
    assert evidence(["1"], ["x"]).type_name == "string"
    assert evidence(["NA"], [""], ["2024-01-31"]).type_name == "date"


def test_missing_values_are_counted():
    seen = evidence(["1", "NA", None], ["", "2"])

    assert (seen.rows, seen.missing) == (5, 3)


@pytest.mark.parametrize(
    ("texts", "format", "type_name", "values"),
    [
        (["1,5", "2", "-1.234,25", "NA"], COMMA, "double", [1.5, 2.0, -1234.25, None]),
        (["1.234", "12"], COMMA, "bigint", [1234, 12]),
        (["1.5"], COMMA, "string", ["1.5"]),
        (["12.34.567"], COMMA, "string", ["12.34.567"]),
        (["007"], COMMA, "string", ["007"]),
        ([","], COMMA, "string", [","]),
        (["1,5e3", "inf"], COMMA, "double", [1500.0, float("inf")]),
        (["1,234.5", "1,234,567"], POINT, "double", [1234.5, 1_234_567.0]),
        (["1,5"], POINT, "string", ["1,5"]),
        (["31.12.2024", "1.2.2024"], "dd.mm.yyyy", "date", [date(2024, 12, 31), date(2024, 2, 1)]),
        (["2/1/2024"], "mm/dd/yyyy", "date", [date(2024, 2, 1)]),
        (["31/12/2024"], "mm/dd/yyyy", "string", ["31/12/2024"]),
        (["30.02.2024"], "dd.mm.yyyy", "string", ["30.02.2024"]),
        (["2024-12-31", "31.12.2024"], "dd.mm.yyyy", "date", [date(2024, 12, 31)] * 2),
        (["31.12.2024 10:30"], "dd.mm.yyyy", "timestamp", [datetime(2024, 12, 31, 10, 30, tzinfo=UTC)]),
        (["31.12.2024T10:30+01:00"], "DD.MM.YYYY", "timestamp", [datetime(2024, 12, 31, 9, 30, tzinfo=UTC)]),
        (["NA", "?", "", "7"], ValueFormat(missing=("?",)), "string", ["NA", None, None, "7"]),
        (["-", "", "7"], ValueFormat(missing=("-",)), "bigint", [None, None, 7]),
    ],
)
def test_commas_dates_and_marks_are_read_as_a_person_says(texts, format, type_name, values):
    if isinstance(format, str):
        format = ValueFormat(date_pattern=date_pattern(format))

    assert evidence(texts, format=format).type_name == type_name
    assert converted(pa.array(texts, pa.string()), type_name, format).to_pylist() == values


@pytest.mark.parametrize("text", ["dd.mm", "yyyymmdd", "dd.mm.yyyy.dd", "%d.%m.%Y", "d.m.yyyy", ""])
def test_a_format_of_dates_that_is_not_one_is_refused(text):
    with pytest.raises(ParameterError, match="expected dd, mm and yyyy, each once and with a sign between them"):
        date_pattern(text)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [(["1.234", "5"], True), (["1.234", "1.5"], False), (["1.5"], False), (["1.2345", "1.234"], False)],
)
def test_points_that_may_be_between_thousands_are_seen(texts, expected):
    assert evidence(texts).may_have_thousands == expected


@pytest.mark.parametrize(
    ("texts", "note"),
    [
        (["007"], "some values begin with a zero"),
        (["12345678901234567890"], "too long for an exact number"),
        (["31.01.2024"], "day and month could be mixed up: add --date-format, such as dd.mm.yyyy or mm/dd/yyyy"),
        (["1.234,5"], "decimal commas: add --decimal ,"),
        (["1,234,567.5"], "commas between thousands: add --decimal ."),
        (["north", " NA ", ""], "NA read as missing; --missing names other texts"),
        (["NA"], "every value is missing"),
        (["2024-01-31 10:00"], WITHOUT_ZONE),
    ],
)
def test_a_guess_that_may_surprise_is_explained(texts, note):
    assert note in evidence(texts).note


def test_a_plain_guess_is_not_explained():
    assert [evidence([text, ""]).note for text in ("1", "x", "2024-01-31", "2024-01-31T10:00Z")] == [""] * 4
    assert evidence(["1", "NA"]).note == ""


def test_a_format_is_remembered_as_it_was_given():
    given = ValueFormat(missing=("?", "-"), decimal=",", date_pattern=date_pattern("dd.mm.yyyy"))

    assert ValueFormat.from_json(given.as_json) == given
