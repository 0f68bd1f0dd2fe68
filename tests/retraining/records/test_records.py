"""What all records have in common."""

from dataclasses import FrozenInstanceError, fields, is_dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import get_type_hints

import pytest

import retraining.records
from retraining.records.decision import Decision, Evidence, Thresholds, Verdict
from retraining.records.promotion import Promotion


def records() -> list[type]:
    modules = [import_module(f"retraining.records.{each.name}") for each in iter_modules(retraining.records.__path__)]
    members = [member for module in modules for member in vars(module).values()]
    found = [each for each in members if isinstance(each, type) and is_dataclass(each)]
    assert found, "no record found"
    return found


def test_every_record_is_frozen():
    assert [each.__name__ for each in records() if not each.__dataclass_params__.frozen] == []


def test_a_record_cannot_be_changed():
    verdict = Verdict("keep", ("Nothing asks for it.",))

    with pytest.raises(FrozenInstanceError):
        verdict.action = "refit"


@pytest.mark.parametrize("part", [Evidence, Thresholds])
def test_a_decision_row_holds_everything_it_was_made_from(part):
    row, hints = get_type_hints(Decision), get_type_hints(part)

    assert {each.name: row.get(each.name) for each in fields(part)} == hints


@pytest.mark.parametrize(("outcome", "moves"), [("PROMOTE", True), ("ROLLBACK", True), ("REJECT", False)])
def test_a_rejection_leaves_the_alias_where_it_is(outcome, moves):
    values = dict.fromkeys((each.name for each in fields(Promotion)), None)

    assert Promotion(**{**values, "outcome": outcome}).moves_alias is moves
