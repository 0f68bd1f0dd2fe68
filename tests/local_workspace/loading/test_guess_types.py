"""What a column of text is taken for."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from local_workspace.loading.guess_types import WITHOUT_ZONE, ColumnEvidence, converted


def evidence(*batches: list[str | None]) -> ColumnEvidence:
    seen = ColumnEvidence()
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
    assert converted(pa.array(texts, pa.string()), type_name).to_pylist() == values


def test_a_later_batch_can_change_the_guess():
    assert evidence(["1"], ["2"]).type_name == "bigint"
    assert evidence(["1"], ["2.5"]).type_name == "double"
    assert evidence(["1"], ["x"]).type_name == "string"
    assert evidence(["NA"], [""], ["2024-01-31"]).type_name == "date"


def test_missing_values_are_counted():
    seen = evidence(["1", "NA", None], ["", "2"])

    assert (seen.rows, seen.missing) == (5, 3)


@pytest.mark.parametrize(
    ("texts", "note"),
    [
        (["007"], "some values begin with a zero"),
        (["12345678901234567890"], "too long for an exact number"),
        (["31.01.2024"], "day and month could be mixed up; write 2024-01-31"),
        (["1.234,5"], "decimal commas"),
        (["NA"], "every value is missing"),
        (["2024-01-31 10:00"], WITHOUT_ZONE),
    ],
)
def test_a_guess_that_may_surprise_is_explained(texts, note):
    assert note in evidence(texts).note


def test_a_plain_guess_is_not_explained():
    assert [evidence([text]).note for text in ("1", "x", "2024-01-31", "2024-01-31T10:00Z")] == [""] * 4
