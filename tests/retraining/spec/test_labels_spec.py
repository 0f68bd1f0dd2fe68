"""Labels of a table of their own: what a spec may say of them, and the spec that they are ingested by."""

import pytest

from retraining.errors import SpecError
from retraining.spec.labels_spec import labels_spec, repair_with, section_of
from retraining.spec.model_spec import ModelSpec
from retraining.spec.read_spec import parse_spec

SPEC = """
model: toy
kind: regression
source: { name: shop, table: toy_source, ledger_column: at, keys: [id, place], lookback: 3 days }
columns: { label: y, numeric: [x], labels: { table: said, column: value, ledger_column: said_at, MORE } }
quality: { rules: [RULES] }
recipe: recipes.ridge.pipeline
schedule: daily
"""


def spec(more: str = "", rules: str = "") -> ModelSpec:
    return parse_spec(SPEC.replace("MORE", more).replace("RULES", rules), "specs/toy.yml")


def test_labels_are_a_source_of_their_own_that_needs_a_key_and_a_label():
    made = labels_spec(spec())

    assert (made.source_name, made.source.origin, made.source.keys) == ("shop_labels", "said", ("id", "place"))
    assert (made.source.ledger_column, made.source.lookback) == ("said_at", None)
    assert (made.columns.label, made.columns.label_delay, made.columns.features) == ("value", 0, ())
    assert [rule.title for rule in made.quality.rules] == ["id_not_null", "place_not_null"]
    assert labels_spec(made) is None


def test_keys_may_have_other_names_and_labels_may_come_late():
    made = labels_spec(spec("keys: [customer, shop], lookback: 2 days"))

    assert (made.source.keys, made.source.lookback) == (("customer", "shop"), "2 days")


def test_rules_that_look_at_the_label_alone_are_asked_of_labels_too():
    of_label = "{ rule: in_range, column: y, max: 10 }, { rule: is_finite, column: Y, severity: fail }"
    others = "{ rule: not_null, column: x }, { rule: sql, name: more, condition: y > x }"

    *_, rule = labels_spec(spec(rules=f"{of_label}, {others}")).quality.rules

    assert (rule.title, rule.column, rule.max) == ("y_in_range", "value", 10)
    assert len(labels_spec(spec(rules=f"{of_label}, {others}")).quality.rules) == 3


def test_errors_name_the_part_of_the_spec_and_the_repair_of_it():
    assert (section_of(spec()), section_of(labels_spec(spec()))) == ("source", "columns.labels")
    assert repair_with(spec(), "rebuild") == "action=rebuild"
    assert repair_with(labels_spec(spec()), "rebuild") == "action=rebuild,source=labels"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("keys: [id]", "names 1 columns, source.keys 2. Name one for each of id, place, in this order"),
        ("keys: [id, value]", "labels.column `value` is a key or the ledger column of the labels"),
        ("lookback: 0", "`columns.labels.lookback"),
        ("}, label_delay: 0, slices: {", "label_delay: 0 says that labels come with their rows"),
    ],
)
def test_what_labels_cannot_mean_is_refused(more, said):
    text = SPEC.replace("MORE", more).replace("RULES", "").replace(", slices: { }", "")

    with pytest.raises(SpecError) as caught:
        parse_spec(text, "specs/toy.yml")
    assert said in str(caught.value)
