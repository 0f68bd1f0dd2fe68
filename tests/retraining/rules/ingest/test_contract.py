"""What ingestion relies on, and what it says when it is not so."""

from dataclasses import replace

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
        ("timestamp_ntz", "timestamp_ntz"),
        ("date", "date"),
        ("tinyint", "integer"),
        ("bigint", "integer"),
        ("decimal(20,0)", "decimal"),
    ],
)
def test_a_source_that_keeps_the_contract_has_a_ledger(found, type_):
    of_source = {**FOUND, "at": found}

    expected = Contract(Ledger("at", type_), tuple(FOUND), tuple(of_source.values()))
    assert check_contract(toy_feed(), of_source, None) == expected


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


@pytest.mark.parametrize("type_", ["double", "float", "string", "boolean"])
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
    message = refusal(
        FOUND, {**FOUND, "weight": "bigint"}, columns={"label": "y", "numeric": ["x"], "slices": ["weight"]}
    )

    assert "has no column `weight`" in message


def test_a_stored_column_that_was_retyped_is_named_with_both_types():
    message = refusal({**FOUND, "id": "bigint"}, FOUND)

    expected = "column `id` of toy_source arrived as bigint; earlier batches hold it as string."
    assert absent(message, expected, "Bring the column back to string at the source") == []


NEW = {"weight": "bigint", **FOUND, "height": "int"}


def test_new_columns_are_ignored_unless_the_spec_says_otherwise():
    expected = Contract(Ledger("at", "timestamp"), tuple(FOUND), tuple(FOUND.values()))
    assert check_contract(toy_feed(), NEW, FOUND) == expected


def test_accepted_columns_stand_behind_those_that_are_stored():
    contract = check_contract(toy_feed(source={**TOY["source"], "new_columns": "accept"}), NEW, FOUND)

    assert contract.columns == (*FOUND, "weight", "height")


def test_new_columns_that_shall_fail_are_named():
    message = refusal(NEW, FOUND, source={**TOY["source"], "new_columns": "fail"})

    assert absent(message, "has new columns `weight`, `height`, and source.new_columns is fail.") == []


@pytest.mark.parametrize("name", ["a b", "a,b", "a.b", "a-b", "größe", "_fivetran_synced"])
def test_a_column_may_have_a_name_of_many_kinds(name):
    contract = check_contract(
        toy_feed(columns={"label": "y", "numeric": ["x"], "slices": [name]}), FOUND | {name: "int"}, None
    )

    assert (contract.columns[-1], contract.notes) == (name, ())


UNSTORABLE = [
    ("_ROW_key", "int", "has a name that this product uses itself"),
    ("a`b", "int", "has a back quote in its name"),
    ("more", "map<string,int>", "is map<string,int>, whose values cannot be stored or compared"),
    ("more", "array<struct<a:int,b:map<string,int>>>", "whose values cannot be stored or compared"),
    *(("more", type_, f"is {type_}, ") for type_ in ("variant", "void", "interval day", "struct<a b:int>")),
]


@pytest.mark.parametrize(("name", "type_", "said"), UNSTORABLE)
def test_a_column_that_cannot_be_stored_is_left_out_with_a_note_where_no_spec_uses_it(name, type_, said):
    contract = check_contract(toy_feed(), FOUND | {name: type_}, None)

    assert contract.columns == tuple(FOUND)
    assert [said in note and repr(name) in note for note in contract.notes] == [True]


@pytest.mark.parametrize(("name", "type_", "said"), [each for each in UNSTORABLE if each[0] == "more"])
def test_a_column_that_cannot_be_stored_is_refused_where_the_spec_names_it(name, type_, said):
    message = refusal(FOUND | {name: type_}, columns={"label": "y", "numeric": ["x"], "categorical": [name]})

    assert absent(message, said, repr(name), "in a function of source.prepare") == []


@pytest.mark.parametrize("type_", ["array<double>", "struct<a:int,b:struct<c:decimal(9,2),d:string>>", "binary"])
def test_arrays_and_structs_that_no_spec_uses_are_stored(type_):
    assert check_contract(toy_feed(), FOUND | {"more": type_}, None).types[-1] == type_


def test_a_column_under_ignore_is_neither_stored_nor_missed():
    feed = toy_feed(source={**TOY["source"], "ignore": ["MORE", "other"], "new_columns": "fail"})

    contract = check_contract(feed, FOUND | {"more": "int"}, FOUND)

    assert (contract.columns, contract.notes) == (tuple(FOUND), ())
    assert check_contract(feed, FOUND, FOUND | {"other": "int"}).notes == ()


def test_a_used_column_cannot_be_ignored():
    message = refusal(FOUND, source={**TOY["source"], "ignore": ["X"]})

    assert absent(message.replace("toy_source", ""), "source.ignore leaves out column `x`, which the spec uses") == [
        "toy_source"
    ]


@pytest.mark.parametrize(
    ("then", "now", "after"),
    [
        ("int", "bigint", "bigint"),
        ("float", "double", "double"),
        ("decimal(10,2)", "decimal(12,2)", "decimal(12,2)"),
        ("bigint", "int", "bigint"),
    ],
)
def test_a_type_that_loses_nothing_is_accepted_and_the_wider_one_is_stored(then, now, after):
    contract = check_contract(toy_feed(), {**FOUND, "x": now}, {**FOUND, "x": then})

    assert dict(zip(contract.columns, contract.types, strict=True))["x"] == after
    assert bool(contract.notes) == (after != then)


@pytest.mark.parametrize(
    ("column", "then", "now", "said"),
    [
        ("x", "bigint", "double", "earlier batches hold it as bigint."),
        ("id", "int", "bigint", "a key of another type is another key"),
        ("at", "date", "timestamp_ntz", "watermarks are values of that type"),
    ],
)
def test_a_type_that_cannot_be_taken_in_is_refused_with_a_cure_that_can_be_done(column, then, now, said):
    message = refusal({**FOUND, column: now}, {**FOUND, column: then})

    assert absent(message, said, f"make it {then} again in a function of source.prepare", "another `name`") == []


def test_a_column_that_no_spec_uses_may_go_or_be_retyped_and_null_is_stored():
    contract = check_contract(toy_feed(), {**FOUND, "b": "string"}, {"a": "int", **FOUND, "b": "int"})

    assert contract.columns == tuple(FOUND)
    end = "; earlier batches hold it as int; no spec uses it, so null is stored"
    gone, retyped = contract.notes
    assert (gone, retyped) == (
        f"column `a` of toy_source is gone{end}",
        f"column `b` of toy_source arrived as string{end}",
    )


def test_a_column_that_another_model_of_the_source_uses_does_not_go_unnoticed():
    feed = replace(toy_feed(), used_by_others=("Weight",))

    with pytest.raises(ContractError, match="column `weight` of toy_source is gone"):
        check_contract(feed, FOUND, FOUND | {"weight": "int"})
    assert check_contract(feed, FOUND | {"weight": "int"}, FOUND).columns == (*FOUND, "weight")


def test_a_new_column_that_a_spec_names_comes_in_whatever_is_said_of_new_columns():
    feed = toy_feed(source={**TOY["source"], "new_columns": "fail"}, columns={"label": "y", "numeric": ["x", "z"]})

    assert check_contract(feed, FOUND | {"z": "int"}, FOUND).columns == (*FOUND, "z")


def test_a_new_column_that_cannot_be_stored_does_not_fail():
    feed = toy_feed(source={**TOY["source"], "new_columns": "fail"})

    assert check_contract(feed, FOUND | {"tags": "map<string,int>"}, FOUND).columns == tuple(FOUND)


def test_the_order_and_the_case_of_names_do_not_matter():
    shouted = {name.upper(): type_ for name, type_ in reversed(FOUND.items())}

    contract = check_contract(toy_feed(source={**TOY["source"], "new_columns": "fail"}), shouted, FOUND)

    assert contract.columns == tuple(FOUND)


@pytest.mark.parametrize(
    ("column", "sections"),
    [
        ("x", {"columns": {"label": "y", "categorical": ["x"]}}),
        ("y", {"kind": "classification", "recipe": "recipes.logistic.pipeline"}),
    ],
    ids=["categorical feature", "class label"],
)
def test_a_wider_type_is_refused_where_models_learned_its_values_as_texts(column, sections):
    message = refusal({**FOUND, column: "double"}, {**FOUND, column: "int"}, **sections)

    assert (
        absent(message, f"column `{column}`", "as double", "as int, and models learned the texts of its values") == []
    )


def test_a_wider_type_that_writes_its_values_alike_is_taken_in_by_a_category():
    feed = toy_feed(columns={"label": "y", "categorical": ["x"]})

    assert check_contract(feed, {**FOUND, "x": "bigint"}, {**FOUND, "x": "int"}).columns
