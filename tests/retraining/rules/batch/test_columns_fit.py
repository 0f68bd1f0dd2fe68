"""Columns that are missing, or that do not mean what a version learned, are named in one sentence."""

import pytest

from retraining.errors import ContractError
from retraining.rules.batch.columns_fit import check_columns
from retraining.spec.batch_spec import BatchSpec
from served_model.column_values import Feature

SPEC = BatchSpec.model_validate(
    {"batch": "daily", "model": "toy", "source": {"table": "asked", "keys": ["Id"], "ledger_column": "at"}}
)
FEATURES = (Feature("Größe", "double", True), Feature("zip code", "int", False))
FITTING = {"id": "string", "at": "timestamp", "größe": "double", "zip code": "int", "other": "map<string,int>"}


def check(**types):
    found = {**FITTING, **{name.replace("_", " "): type_ for name, type_ in types.items()}}
    check_columns(SPEC, "3", FEATURES, {name: type_ for name, type_ in found.items() if type_})


def test_columns_fit_in_any_case_and_others_do_not_matter():
    check()


@pytest.mark.parametrize("type_", ["int", "bigint", "decimal(10,2)", "float", "boolean"])
def test_a_number_may_have_any_width(type_):
    check(größe=type_)


@pytest.mark.parametrize("type_", ["bigint", "tinyint"])
def test_a_category_may_have_a_type_with_the_same_texts(type_):
    check(zip_code=type_)


@pytest.mark.parametrize(
    ("types", "sentence"),
    [
        ({"größe": "string"}, "column `Größe` is string, but version 3 of toy learned numbers there (double)"),
        (
            {"zip_code": "double"},
            "column `zip code` is double, but version 3 of toy learned the texts of values of int",
        ),
        ({"zip_code": "string"}, "column `zip code` is string, but version 3 of toy learned the texts"),
        ({"größe": None, "grösse": "double"}, "there is no column `Größe`, which version 3 of toy predicts with"),
        ({"id": None}, "asked has no column `Id`, which specs/batches/daily.yml names"),
        ({"at": None}, "asked has no column `at`, which specs/batches/daily.yml names"),
    ],
)
def test_what_does_not_fit_is_named(types, sentence):
    with pytest.raises(ContractError) as caught:
        check(**types)

    assert sentence in str(caught.value)
    assert "Nothing was scored." in str(caught.value)


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(ContractError, match=r"there is no column `Größe`.*; column `zip code` is date"):
        check(größe=None, zip_code="date")
