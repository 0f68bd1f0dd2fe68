"""What a spec may say, and how it is told what it may not."""

import re
from pathlib import Path

import pytest
import yaml

from retraining.errors import SpecError
from retraining.spec.document.read_document import MAX_BYTES
from retraining.spec.quality_section import RULES
from retraining.spec.read_spec import available_models, parse_spec, read_spec

SPECS = Path(__file__).parents[3] / "specs"

SMALLEST = """
model: toy
kind: regression
source: { table: toy_source, ledger_column: at, keys: [id] }
columns: { label: y, numeric: [x] }
recipe: recipes.ridge.pipeline
schedule: daily
"""


def refusal(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        parse_spec(text, "specs/toy.yml")
    return str(caught.value)


def refusal_of(folder: Path, model: str) -> str:
    with pytest.raises(SpecError) as caught:
        read_spec(folder, model)
    return str(caught.value)


def without(path: str) -> str:
    content = yaml.safe_load(SMALLEST)
    section = content
    *outer, key = path.split(".")
    for part in outer:
        section = section[part]
    del section[key]
    return yaml.safe_dump(content)


def test_the_smallest_spec_is_valid():
    assert parse_spec(SMALLEST, "specs/toy.yml").columns.features == ("x",)


@pytest.mark.parametrize(
    "path",
    [
        *("model", "kind", "source.table", "source.ledger_column", "source.keys"),
        *("columns.label", "recipe", "schedule"),
    ],
)
def test_each_of_the_keys_without_a_default_is_needed(path):
    assert re.fullmatch(rf"specs/toy.yml, line \d+: `{path}` is missing\. Add it", refusal(without(path)))


def test_every_spec_of_this_repository_can_be_read():
    models = available_models(SPECS)
    assert models, f"no spec in {SPECS}"

    assert [read_spec(SPECS, model).model for model in models] == models


@pytest.mark.parametrize(
    ("addition", "key", "known"),
    [
        (
            "shedule: daily",
            "shedule",
            "alerts, columns, drift, forecast, gate, kind, model, params, policy, quality, recipe, schedule, search, "
            "serving, source, strategy",
        ),
        (
            "gate: { hold_out: newest }",
            "gate.hold_out",
            "approval, approval_days, authors, consumers, deploy, false_promotions_per_year, floors, golden_rows, "
            "guards, holdout, keeps_first_population, kind, may_change_signature, may_explain_label, metric, min_gain, "
            "trust",
        ),
        (
            "policy: { max_age: 3 }",
            "policy.max_age",
            "cheap_fit_seconds, cooldown_days, max_age_days, max_error_increase, max_refit_share, max_rows, "
            "min_new_rows, on_alias_drift, on_previous_wins, previous_wins_blocks",
        ),
    ],
)
def test_an_unknown_key_is_named_with_the_keys_known_there(addition, key, known):
    message = refusal(SMALLEST + addition)

    assert message.startswith(f"specs/toy.yml, line 8: unknown key `{key}`. Did you mean ")
    assert f"Known here: {known}. " in message


def test_an_unknown_key_of_an_optional_section_is_named_with_the_keys_known_there():
    labels = "numeric: [x], labels: { table: t, column: y, ledger_column: at, key: [id] }"
    message = refusal(SMALLEST.replace("numeric: [x]", labels))

    known = "column, keys, ledger_column, lookback, table"
    assert "line 5: unknown key `columns.labels.key`. Did you mean `keys`?" in message
    assert f"Known here: {known}." in message


def test_an_unknown_key_of_a_quality_rule_is_named_with_the_keys_of_that_rule():
    message = refusal(SMALLEST + "quality: { rules: [{ rule: in_range, column: x, minimum: 1 }] }")

    assert [word for word in ("minimum", "column, max, min, name, rule, severity") if word not in message] == []


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("model: toy", "model: Toy", "model"),
        ("model: toy", "model: 1toy", "model"),
        ("model: toy", "model: toy; drop table x", "model"),
        ("recipes.ridge.pipeline", "os.system", "recipe"),
        ("recipes.ridge.pipeline", "recipes.ridge", "recipe"),
        ("keys: [id]", "keys: [id], prepare: os.system", "source.prepare"),
        ("table: toy_source", "table: a.b.c.d", "source.table"),
        ("table: toy_source", "table: toy`source", "source.table"),
        ("label: y", "label: _row_key", "columns.label"),
        ("kind: regression", "kind: ranking", "kind"),
        ("schedule: daily", "schedule: hourly", "schedule"),
        ("numeric: [x]", "numeric: []", "columns"),
        ("numeric: [x]", "numeric: [x], label_delay: 1", "columns.label_delay"),
        ("numeric: [x]", "numeric: [x], label_delay: 31d", "columns.label_delay"),
    ],
)
def test_a_value_that_a_key_does_not_take_is_refused_with_the_key(old, new, key):
    assert f": `{key}`" in refusal(SMALLEST.replace(old, new))


@pytest.mark.parametrize("columns", ["{ label: x, numeric: [x] }", "{ label: y, numeric: [x], categorical: [x] }"])
def test_a_column_has_one_part_only(columns):
    message = refusal(SMALLEST.replace("{ label: y, numeric: [x] }", columns))

    assert message.endswith("named more than once among numeric, categorical and label: x")


def test_a_reserved_hold_out_is_not_fitted_again():
    message = refusal(SMALLEST + "gate: { holdout: reserved, deploy: refit }")

    assert message.endswith("holdout: reserved deploys the candidate itself; remove deploy: refit")


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [
        ("", "in_range needs min, max or both"),
        (", min: 3, max: 1", "in_range: min 3.0 is greater than max 1.0"),
    ],
)
def test_a_range_without_room_for_a_value_or_without_bounds_is_refused(bounds, reason):
    assert refusal(SMALLEST + f"quality: {{ rules: [{{ rule: in_range, column: x{bounds} }}] }}").endswith(reason)


@pytest.mark.parametrize("bound", [".nan", "low"])
def test_a_bound_that_is_no_number_is_refused(bound):
    # Spark sorts NaN above every number, so a minimum of NaN would quarantine every row.
    message = refusal(SMALLEST + f"quality: {{ rules: [{{ rule: in_range, column: x, min: {bound} }}] }}")

    assert "min" in message


def test_a_text_that_yaml_reads_as_a_truth_value_is_refused_in_a_set():
    # YAML reads NO (Norway) as false; taken as 0 it would quarantine every Norwegian row.
    message = refusal(SMALLEST + "quality: { rules: [{ rule: in_set, column: x, values: [NO, SE] }] }")

    assert "values" in message


def test_an_unknown_rule_is_refused_with_the_rules_there_are():
    message = refusal(SMALLEST + "quality: { rules: [{ rule: between, column: x }] }")

    *others, last = RULES
    assert message.endswith(f"`quality.rules.rule` is `between`. Write {', '.join(others)} or {last}")


@pytest.mark.parametrize(
    ("addition", "key"),
    [("model: other", "model"), ("params: { alpha: 1, alpha: 2 }", "alpha")],
)
def test_a_key_that_appears_twice_is_refused(addition, key):
    assert re.search(
        rf"line 8: the key `{key}` appears twice(, first on line 2)?\. Keep one", refusal(SMALLEST + addition)
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("model: {", "a value is missing here, or what a bracket opens is not closed"),
        ("\tmodel: toy", "holds a tab"),
        ("model: [toy", "what `[` opens here is broken or not closed"),
        ("model: 2013-02-30", "a date or time that does not exist"),
        ("model: a\x07b", "holds a character that cannot be printed"),
        ("[" * 2_000, "nests lists or sections too deeply"),
        ("model: &model [*model]", "holds more than 20,000 values"),
        (
            "a: &a [x, x, x, x, x, x, x, x, x]\n"
            + "\n".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcd", "bcde", strict=True)),
            "holds more than 20,000 values",
        ),
    ],
    ids=["open brace", "tab", "open bracket", "impossible date", "bell", "deep", "inside itself", "laughs"],
)
def test_a_text_that_is_not_yaml_is_refused_with_the_line(text, why):
    message = refusal(text)

    assert message.startswith("specs/toy.yml, line 1: ")
    assert why in message


@pytest.mark.parametrize(("text", "found"), [("- model", "a list"), ("toy", "`toy`"), ("", "nothing")])
def test_a_spec_is_a_mapping(text, found):
    assert refusal(text) == (
        f"specs/toy.yml, line 1: expected keys and values, such as `model: my_model`, found {found}"
    )


def test_an_unknown_model_is_refused_with_the_known_ones(tmp_path):
    for name in ("b", "a"):
        (tmp_path / f"{name}.yml").write_text(SMALLEST)

    assert refusal_of(tmp_path, "c") == "model `c`: no such spec. Known models: a, b. Add specs/<model>.yml."


def test_a_model_is_a_name_and_never_a_path(tmp_path):
    (tmp_path / "toy.yml").write_text(SMALLEST)
    (tmp_path / "specs").mkdir()

    assert "no such spec. Known models: none." in refusal_of(tmp_path / "specs", "../toy")


def test_the_file_name_and_the_model_agree(tmp_path):
    (tmp_path / "other.yml").write_text(SMALLEST)

    assert refusal_of(tmp_path, "other") == (
        "specs/other.yml, line 2: says `model: toy`. The file name and `model` must agree"
    )


def test_a_file_too_large_to_be_a_spec_is_not_parsed(tmp_path):
    (tmp_path / "toy.yml").write_text(SMALLEST + "#" * MAX_BYTES)

    assert refusal_of(tmp_path, "toy") == (
        "specs/toy.yml: larger than 100,000 bytes, so not a spec. Move the data into a table."
    )


def test_a_file_that_is_not_utf_8_is_refused_by_name(tmp_path):
    (tmp_path / "toy.yml").write_bytes(SMALLEST.encode() + b"# caf\xe9")

    assert refusal_of(tmp_path, "toy") == (
        "specs/toy.yml, line 8: holds a letter that is not UTF-8. Save the file as UTF-8"
    )
