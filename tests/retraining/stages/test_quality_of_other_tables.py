"""Rules that look beyond the batch, and rules that cannot be asked at all."""

import pytest
from tests.loop import toy_spec

from retraining.errors import ContractError, SourceError

pytestmark = pytest.mark.slow

TEN, ELEVEN = "2013-01-31 10:00", "2013-01-31 11:00"
COLUMNS = "id string, at timestamp, x double, y double, mail string, place int"


def with_rules(*rules: dict[str, object]):
    return toy_spec(quality={"rules": rules})


@pytest.fixture(scope="module")
def loop(make_loop):
    """A source, and a table of places; its own refusals write nothing."""
    loop = make_loop()
    loop.source_has([("a", TEN, 1.0, 1.0, "a@x", 1), ("b", TEN, 1.0, 1.0, "b@x", 2)], COLUMNS)
    places = loop.tables.spark.createDataFrame([(1, "here"), (2, "there")], "place bigint, name string")
    places.write.format("delta").saveAsTable(loop.tables.name("places"))
    return loop


def foreign(**changes: object) -> dict[str, object]:
    return {"rule": "foreign_key", "column": "place", "table": "places", **changes}


@pytest.mark.parametrize(
    ("rule", "error", "said"),
    [
        (foreign(table="nowhere"), SourceError, "nowhere` does not exist"),
        (foreign(table_column="number"), ContractError, "places has no column `number`; it has name, place"),
        (foreign(table_column="name"), ContractError, "`place` is int, `name` of places is string; expected one type"),
        ({"rule": "not_blank", "column": "gone"}, ContractError, "has no column `gone`"),
        ({"rule": "unique", "columns": ["mail", "gone"]}, ContractError, "has no column `gone`"),
        ({"rule": "sql", "name": "a", "condition": "gone < 1"}, ContractError, "has no column `gone`"),
        (
            {"rule": "sql", "name": "a", "condition": "x + 1"},
            ContractError,
            r"rule a cannot .*its condition takes a cond",
        ),
        ({"rule": "sql", "name": "a", "condition": "mail > 1"}, ContractError, r"Write try_cast\(mail AS bigint\)\. "),
        (
            {"rule": "sql", "name": "a", "condition": "place::date = at::date"},
            ContractError,
            "rule a cannot be asked of toy_sour",
        ),
        ({"rule": "sql", "name": "a", "condition": "_row_key = ''"}, ContractError, "has no column `_row_key`"),
    ],
)
def test_a_rule_that_cannot_be_asked_is_refused_before_anything_is_planned(loop, rule, error, said):
    loop.spec = with_rules(rule)

    with pytest.raises(error, match=said):
        loop.ingest()
    assert loop.written() == ["places"]


def test_a_column_of_a_gate_that_the_source_does_not_have_is_refused(loop):
    loop.spec = toy_spec(quality={"batch": {"max_null_share": {"gone": 0.5}}})

    with pytest.raises(ContractError, match="has no column `gone`"):
        loop.ingest()


def test_a_row_is_compared_with_other_keys_of_earlier_batches_and_with_the_other_table(make_loop):
    loop = make_loop()
    places = loop.tables.spark.createDataFrame([(1, "here"), (2, "there")], "place bigint, name string")
    places.write.format("delta").saveAsTable(loop.tables.name("places"))
    loop.spec = with_rules({"rule": "unique", "columns": ["mail"]}, foreign())
    loop.source_has([("a", TEN, 1.0, 1.0, "a@x", 1), ("b", TEN, 1.0, 1.0, "b@x", 3)], COLUMNS)
    first = loop.ingest()
    loop.source_has([("a", ELEVEN, 2.0, 1.0, "a@x", 2), ("c", ELEVEN, 1.0, 1.0, "a@x", 1)], COLUMNS)
    loop.source_has([("d", ELEVEN, 1.0, 1.0, "b@x", 1)], COLUMNS)  # b never came in
    second = loop.ingest()

    assert (first.accepted, second.accepted, second.already_present) == (1, 2, 2)
    assert (loop.reasons_of("b"), loop.reasons_of("c")) == (["place_foreign_key"], ["mail_unique"])
    assert loop.accepted("mail") == {"a": "a@x", "d": "b@x"}
