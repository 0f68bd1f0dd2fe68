"""What all records have in common."""

import ast
import inspect
from dataclasses import FrozenInstanceError, fields, is_dataclass
from importlib import import_module
from pkgutil import iter_modules

import pytest

import retraining.records
from retraining.records.decision import Decision, Evidence, Thresholds, Verdict
from retraining.records.promotion import Promotion
from retraining.records.run import Stamped


def records() -> list[type]:
    modules = [import_module(f"retraining.records.{each.name}") for each in iter_modules(retraining.records.__path__)]
    members = [member for module in modules for member in vars(module).values()]
    found = [each for each in members if isinstance(each, type) and is_dataclass(each)]
    assert found, "no record found"
    return found


def test_every_record_is_frozen():
    assert [each.__name__ for each in records() if not each.__dataclass_params__.frozen] == []


def test_a_record_cannot_be_changed():
    verdict = Verdict("keep", ("Nothing is new.",))

    with pytest.raises(FrozenInstanceError):
        verdict.action = "refit"


def undocumented(source: str) -> list[str]:
    """Fields of a class that are not followed by a docstring."""
    (made,) = ast.parse(source).body
    return [
        f"{made.name}.{each.target.id}"
        for each, below in zip(made.body, [*made.body[1:], None], strict=True)
        if isinstance(each, ast.AnnAssign)
        and not (isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant))
    ]


def test_every_field_says_what_it_means():
    assert [name for each in records() for name in undocumented(inspect.getsource(each))] == []


def test_a_field_without_a_docstring_is_found():
    assert undocumented("class Toy:\n    a: int\n    'What a means.'\n    b: int\n    c: int\n") == ["Toy.b", "Toy.c"]


def test_no_record_repeats_a_field_of_its_bases():
    repeated = {
        each.__name__: [name for base in each.__mro__[1:] for name in inspect.get_annotations(base) if name in own]
        for each in records()
        if (own := inspect.get_annotations(each))
    }

    assert {name: found for name, found in repeated.items() if found} == {}


def test_every_record_with_a_complete_stamp_inherits_it():
    stamp = {each.name for each in fields(Stamped)}
    stamped = [each for each in records() if stamp <= {field.name for field in fields(each)}]

    assert {Decision, Promotion} < set(stamped)
    assert [each.__name__ for each in stamped if not issubclass(each, Stamped)] == []


def test_a_decision_gives_back_the_evidence_and_the_policy_it_was_made_from():
    evidence = Evidence(**{name: f"evidence {name}" for name in Evidence.__dataclass_fields__})
    policy = Thresholds(**{name: f"policy {name}" for name in Thresholds.__dataclass_fields__})
    others = dict.fromkeys(("model", "evaluation_id", "seq", "action", "reasons", "daily_losses", "spec_hash"))
    row = Decision(**others, **vars(evidence), **vars(policy), run_id="1", attempt_id="a", at=None)

    assert (row.evidence, row.thresholds) == (evidence, policy)


@pytest.mark.parametrize(("outcome", "moves"), [("PROMOTE", True), ("ROLLBACK", True), ("REJECT", False)])
def test_a_rejection_leaves_the_alias_where_it_is(outcome, moves):
    values = dict.fromkeys((each.name for each in fields(Promotion)), None)

    assert Promotion(**{**values, "outcome": outcome}).moves_alias is moves
