"""What ingestion takes from a spec: the feed of the rows, and that of labels that have their own table."""

import pytest

from retraining.errors import SpecError
from retraining.spec.feed import labels_feed, rows_feed
from retraining.spec.model_spec import ModelSpec
from retraining.spec.read_spec import parse_spec, read_spec

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


def test_labels_are_a_feed_that_needs_a_key_and_a_label():
    made = labels_feed(spec())

    assert (made.name, made.source.origin, made.source.keys) == ("shop_labels", "said", ("id", "place"))
    assert (made.source.ledger_column, made.source.lookback) == ("said_at", None)
    assert (made.label, made.label_delay, made.numeric, made.categorical) == ("value", 0, (), ())
    assert [rule.title for rule in made.quality.rules] == ["id_not_null", "place_not_null"]
    assert made.labels is None


def test_a_feed_says_what_it_carries_and_whose_keys():
    rows = rows_feed(spec())

    assert (rows.carries, rows.name, rows.keys_of) == ("rows", "shop", "shop")
    assert rows.labels == labels_feed(spec())
    assert (rows.labels.carries, rows.labels.name, rows.labels.keys_of) == ("labels", "shop_labels", "shop")
    assert (rows.joined, rows.labels.joined) == (("y",), ())


def test_a_feed_without_features_carries_rows_and_not_labels():
    without = spec()
    columns = without.columns.model_copy(update={"numeric": (), "categorical": (), "labels": None})

    feed = rows_feed(without.model_copy(update={"columns": columns}))

    assert (feed.carries, feed.name, feed.keys_of, feed.section) == ("rows", "shop", "shop", "source")
    assert feed.repair_with("rebuild") == "action=rebuild"
    assert labels_feed(without.model_copy(update={"columns": columns})) is None


def test_a_source_may_have_a_name_that_ends_like_the_name_of_labels():
    text = SPEC.replace("name: shop", "name: shop_labels").replace("MORE", "").replace("RULES", "")

    feed = rows_feed(parse_spec(text, "specs/toy.yml"))

    assert (feed.keys_of, feed.labels.keys_of, feed.labels.name) == (
        "shop_labels",
        "shop_labels",
        "shop_labels_labels",
    )


def test_keys_may_have_other_names_and_labels_may_come_late():
    made = labels_feed(spec("keys: [customer, shop], lookback: 2 days"))

    assert (made.source.keys, made.source.lookback) == (("customer", "shop"), "2 days")


def test_rules_that_look_at_the_label_alone_are_asked_of_labels_too():
    of_label = "{ rule: in_range, column: y, max: 10 }, { rule: is_finite, column: Y, severity: fail }"
    others = "{ rule: not_null, column: x }, { rule: sql, name: more, condition: y > x }"

    *_, rule = labels_feed(spec(rules=f"{of_label}, {others}")).quality.rules

    assert (rule.title, rule.column, rule.max) == ("y_in_range", "value", 10)
    assert len(labels_feed(spec(rules=f"{of_label}, {others}")).quality.rules) == 3


def test_errors_name_the_part_of_the_spec_its_file_and_the_repair_of_it():
    rows = rows_feed(spec())

    assert (rows.section, rows.labels.section) == ("source", "columns.labels")
    assert (rows.source_file, rows.labels.source_file, rows.files) == ("specs/toy.yml",) * 3
    assert rows.repair_with("rebuild") == "action=rebuild"
    assert rows.labels.repair_with("rebuild") == "action=rebuild,source=labels"


def test_errors_about_a_shared_source_name_its_file(tmp_path):
    (tmp_path / "sources").mkdir()
    source = """
    source: { table: toy_source, ledger_column: at, keys: [id] }
    labels: { table: said, column: value, ledger_column: said_at }
    """
    (tmp_path / "sources" / "shop.yml").write_text(source)
    model = "model: toy\nkind: regression\nsource: shop\ncolumns: { label: y, numeric: [x] }\n"
    (tmp_path / "toy.yml").write_text(f"{model}recipe: recipes.ridge.pipeline\nschedule: daily\n")

    rows = rows_feed(read_spec(tmp_path, "toy"))

    assert (rows.section, rows.labels.section) == ("source", "labels")
    assert (rows.model_file, rows.source_file) == ("specs/toy.yml", "specs/sources/shop.yml")
    assert rows.files == "specs/toy.yml, specs/sources/shop.yml"


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
