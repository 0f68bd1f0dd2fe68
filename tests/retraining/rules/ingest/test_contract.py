"""What ingestion relies on, and what it says when it is not so."""

import pytest

from retraining.errors import ContractError
from retraining.rules.ingest.contract import Contract, check_contract
from retraining.rules.ingest.ledger import Ledger
from retraining.spec.feed import Feed, rows_feed
from retraining.spec.model_spec import ModelSpec

TOY = {
    "model": "toy",
    "kind": "regression",
    "source": {"table": "toy_source", "ledger_column": "at", "keys": ["id"]},
    "columns": {"label": "y", "numeric": ["x"]},
    "recipe": "recipes.ridge.pipeline",
    "schedule": "daily",
}
FOUND = {"id": "string", "at": "timestamp", "x": "double", "y": "double"}
UNTOUCHED = "Nothing was ingested and the watermark is unchanged."


def toy_feed(**sections: object) -> Feed:
    return rows_feed(ModelSpec.model_validate({**TOY, **sections}))


def refusal(found: dict[str, str], stored: dict[str, str] | None = None, **sections: object) -> str:
    with pytest.raises(ContractError) as caught:
        check_contract(toy_feed(**sections), found, stored)
    return str(caught.value)


def absent(message: str, *parts: str) -> list[str]:
    return [part for part in ("toy: ", "toy_source", UNTOUCHED, *parts) if part not in message]


def without(*columns: str) -> dict[str, str]:
    return {name: type_ for name, type_ in FOUND.items() if name not in columns}


@pytest.mark.parametrize(
    ("found", "type_"),
    [
        ("timestamp", "timestamp"),
        ("date", "date"),
        ("tinyint", "integer"),
        ("bigint", "integer"),
        ("decimal(20,0)", "decimal"),
    ],
)
def test_a_source_that_keeps_the_contract_has_a_ledger(found, type_):
    assert check_contract(toy_feed(), {**FOUND, "at": found}, None) == Contract(Ledger("at", type_), tuple(FOUND))


@pytest.mark.parametrize("column", ["id", "at", "x", "y"])
def test_a_missing_column_is_named_with_the_columns_there_are(column):
    message = refusal(without(column))

    there = ", ".join(sorted(without(column)))
    assert absent(message, f"no column `{column}`", f"it has {there}.", "Correct specs/toy.yml or the source.") == []


def test_all_missing_columns_are_named_at_once():
    assert "has no column `x`, `y`; it has at, id." in refusal(without("x", "y"))


def test_a_column_that_only_a_quality_rule_names_is_part_of_the_contract():
    quality = {"rules": [{"rule": "not_null", "column": "weight"}]}

    assert "has no column `weight`" in refusal(FOUND, quality=quality)


@pytest.mark.parametrize("type_", ["double", "float", "string", "boolean", "timestamp_ntz"])
def test_a_ledger_is_a_timestamp_a_date_an_integer_or_a_decimal(type_):
    message = refusal({**FOUND, "at": type_})

    found, cure = f"ledger column `at` of toy_source is {type_}", "Name another ledger_column."
    expected = "expected timestamp, date, an integer or a decimal (a float skips or repeats rows)"
    assert absent(message, found, expected, cure) == []


@pytest.mark.parametrize("type_", ["string", "date", "timestamp", "array<double>"])
def test_a_numeric_feature_is_a_number(type_):
    message = refusal({**FOUND, "x": type_})

    cure = "Correct specs/toy.yml (a text column belongs under `categorical`) or the source."
    assert absent(message, f"column `x` of toy_source is {type_}, expected a number.", cure) == []


@pytest.mark.parametrize("type_", ["smallint", "float", "boolean", "decimal(10,2)"])
def test_every_kind_of_number_is_one(type_):
    assert check_contract(toy_feed(), {**FOUND, "x": type_}, None).ledger.column == "at"


def test_the_label_of_a_regression_is_a_number():
    message = refusal({**FOUND, "y": "string"})

    assert absent(message, "column `y` of toy_source is string, expected a number, because kind is regression.") == []


def test_the_label_of_a_classification_may_be_a_text():
    assert check_contract(toy_feed(kind="classification"), {**FOUND, "y": "string"}, None).ledger.column == "at"


def test_a_stored_column_that_is_gone_is_named_with_the_type_it_had():
    message = refusal(FOUND, {**FOUND, "weight": "bigint"})

    expected = "column `weight` of toy_source is gone; earlier batches hold it as bigint."
    assert absent(message, expected, "Bring the column back to bigint at the source.") == []


def test_a_stored_column_that_was_retyped_is_named_with_both_types():
    message = refusal({**FOUND, "id": "bigint"}, FOUND)

    expected = "column `id` of toy_source arrived as bigint; earlier batches hold it as string."
    assert absent(message, expected, "Bring the column back to string at the source.") == []


NEW = {"weight": "bigint", **FOUND, "height": "int"}


def test_new_columns_are_ignored_unless_the_spec_says_otherwise():
    assert check_contract(toy_feed(), NEW, FOUND) == Contract(Ledger("at", "timestamp"), tuple(FOUND))


def test_accepted_columns_stand_behind_those_that_are_stored():
    contract = check_contract(toy_feed(source={**TOY["source"], "new_columns": "accept"}), NEW, FOUND)

    assert contract.columns == (*FOUND, "weight", "height")


def test_new_columns_that_shall_fail_are_named():
    message = refusal(NEW, FOUND, source={**TOY["source"], "new_columns": "fail"})

    assert absent(message, "has new columns `weight`, `height`, and source.new_columns is fail.") == []


@pytest.mark.parametrize("name", ["a b", "a,b", "a;b", "a{b", "a)b", "a=b", "a\tb", "a\nb"])
def test_a_name_that_delta_cannot_store_is_refused_before_the_plan(name):
    assert absent(refusal({**FOUND, name: "string"}), repr(name), "Rename it at the source.") == []


@pytest.mark.parametrize("type_", ["map<string,int>", "array<map<string,int>>", "variant", "void", "interval day"])
def test_a_type_without_a_hash_is_refused_because_its_rows_could_not_be_recognised(type_):
    assert absent(refusal({**FOUND, "more": type_}), "'more'", type_, "make it a struct, an array or text") == []


def test_a_new_column_that_is_not_stored_may_be_of_any_type():
    assert check_contract(toy_feed(), {**FOUND, "a b": "map<string,int>"}, FOUND).columns == tuple(FOUND)


def test_the_order_and_the_case_of_names_do_not_matter():
    shouted = {name.upper(): type_ for name, type_ in reversed(FOUND.items())}

    contract = check_contract(toy_feed(source={**TOY["source"], "new_columns": "fail"}), shouted, FOUND)

    assert contract.columns == tuple(FOUND)
