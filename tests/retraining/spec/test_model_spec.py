"""A spec is one value: frozen, with defaults, and a hash of all it says."""

import pytest
from pydantic import ValidationError

from retraining.spec.params import plain
from retraining.spec.read_spec import parse_spec

SPEC = """
model: toy
kind: regression
source: { table: toy_source, ledger_column: at, keys: [id] }
columns: { label: y, numeric: [x] }
quality: { rules: [{ rule: in_range, column: x, min: 1 }] }
params: { alpha: 1.0, solver: cholesky }
recipe: recipes.ridge.pipeline
schedule: daily
"""

REORDERED = """
schedule: daily
recipe: recipes.ridge.pipeline
params: { alpha: 1.0, solver: cholesky }
quality: { rules: [{ min: 1, column: x, rule: in_range }] }
columns: { numeric: [x], label: y }
source: { keys: [id], ledger_column: at, table: toy_source }
kind: regression
model: toy
"""


def parsed(old: str = "", new: str = ""):
    return parse_spec(SPEC.replace(old, new), "specs/toy.yml")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("model: toy", "model: boy"),
        ("kind: regression", "kind: classification"),
        ("keys: [id]", "keys: [id, at]"),
        ("keys: [id]", "keys: [id], name: other"),
        ("label: y", "label: z"),
        ("numeric: [x]", "numeric: [x], label_delay: 0"),
        ("min: 1", "min: 2"),
        ("alpha: 1.0", "alpha: 2.0"),
        ("ridge.pipeline", "ridge.bare"),
        ("schedule: daily", "schedule: weekly"),
        ("schedule: daily", "schedule: daily\npolicy: { min_new_rows: 2 }"),
        ("schedule: daily", "schedule: daily\ngate: { holdout: reserved }"),
    ],
)
def test_the_hash_changes_with_any_value(old, new):
    assert parsed(old, new).hash != parsed().hash


def test_the_hash_does_not_depend_on_the_order_of_sections_and_their_keys():
    assert parse_spec(REORDERED, "specs/toy.yml").hash == parsed().hash


def test_the_hash_does_not_depend_on_the_order_of_params():
    assert parsed("alpha: 1.0, solver: cholesky", "solver: cholesky, alpha: 1.0").hash == parsed().hash


def test_the_hash_does_not_depend_on_defaults_being_written_out():
    assert parsed("schedule: daily", "schedule: daily\ngate: { holdout: newest }").hash == parsed().hash


@pytest.mark.parametrize("section", ["source", "columns", "quality", "policy", "gate"])
def test_a_section_cannot_be_changed(section):
    part = getattr(parsed(), section)
    name = next(iter(type(part).model_fields))

    with pytest.raises(ValidationError, match="frozen"):
        setattr(part, name, "other")


def test_the_params_cannot_be_changed():
    with pytest.raises(TypeError):
        parsed().params["alpha"] = 2.0


@pytest.mark.parametrize(
    ("schedule", "days"), [("daily", 6), ("weekly", 42), ("monthly", 186), ("daily\npolicy: { max_age_days: 3 }", 3)]
)
def test_a_champion_may_be_six_periods_old_unless_the_policy_says_otherwise(schedule, days):
    assert parsed("schedule: daily", f"schedule: {schedule}").max_age_days == days


@pytest.mark.parametrize(("addition", "name"), [("", "toy"), (", name: shared", "shared")])
def test_a_source_has_the_name_of_its_model_unless_the_spec_names_it(addition, name):
    assert parsed("keys: [id]", f"keys: [id]{addition}").source_name == name


@pytest.mark.parametrize(
    ("gate", "refits"),
    [
        ("{}", False),
        ("{ deploy: refit }", True),
        ("{ deploy: candidate }", False),
        ("{ holdout: reserved }", False),
        ("{ holdout: reserved, deploy: candidate }", False),
    ],
)
def test_a_passing_candidate_goes_live_itself_unless_the_spec_wants_a_refit(gate, refits):
    assert parsed("schedule: daily", f"schedule: daily\ngate: {gate}").gate.refits is refits


def test_numeric_features_come_before_categorical_ones():
    assert parsed("numeric: [x]", "categorical: [a], numeric: [x, b]").columns.features == ("x", "b", "a")


NESTED = "alpha: 1.0, solver: cholesky, hidden: [8, 4], weights: { a: 1, b: [2, 3] }"


def test_params_may_hold_lists_and_sections_that_cannot_be_changed():
    params = parsed("alpha: 1.0, solver: cholesky", NESTED).params

    assert params["hidden"] == (8, 4)
    with pytest.raises(TypeError):
        params["weights"]["a"] = 2


def test_a_recipe_gets_lists_and_dictionaries_that_it_may_change_without_changing_the_spec():
    spec = parsed("alpha: 1.0, solver: cholesky", NESTED)

    given = plain(spec.params)
    given["weights"]["b"].append(4)

    assert plain(spec.params)["weights"] == {"a": 1, "b": [2, 3]}
    assert type(spec).model_validate(spec.model_dump()) == spec


def test_the_hash_changes_with_a_value_deep_in_the_params():
    nested = parsed("alpha: 1.0, solver: cholesky", NESTED)
    other = parsed("alpha: 1.0, solver: cholesky", NESTED.replace("[2, 3]", "[2, 4]"))

    assert nested.hash != other.hash
