"""Models that share a source: by naming its file, or by two inline sources of one name that cannot disagree."""

import re
from pathlib import Path

import pytest

from retraining.errors import SpecError
from retraining.open_stage import list_models
from retraining.spec.read_spec import available_models, available_sources, parse_spec, read_spec

SOURCE = """
source: { table: meters_source, ledger_column: read_at, keys: [meter], prepare: recipes.meters.prepare }
label_delay: 0
quality: { rules: [{ rule: not_null, column: x }] }
"""
MODEL = """
model: toy
kind: regression
source: meters
columns: { label: y, numeric: [x] }
recipe: recipes.ridge.pipeline
schedule: daily
"""
INLINE = """
model: toy
kind: regression
source: { table: meters_source, ledger_column: read_at, keys: [meter], prepare: recipes.meters.prepare, name: meters }
columns: { label: y, numeric: [x], label_delay: 0 }
quality: { rules: [{ rule: not_null, column: x }] }
recipe: recipes.ridge.pipeline
schedule: daily
"""
LABELS = "{ table: said, column: v, ledger_column: at }"


def specs(folder: Path, source: str | None = SOURCE, **models: str) -> Path:
    """A folder with the models, by name, and the source `meters`."""
    (folder / "sources").mkdir()
    if source is not None:
        (folder / "sources" / "meters.yml").write_text(source)
    for model, text in models.items():
        (folder / f"{model}.yml").write_text(text.replace("model: toy", f"model: {model}"))
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(SpecError) as caught:
        read_spec(folder, "toy")
    return str(caught.value)


def test_a_shared_source_means_what_it_means_inside_a_model(tmp_path):
    shared = read_spec(specs(tmp_path, toy=MODEL), "toy")
    inline = parse_spec(INLINE, "specs/toy.yml")

    assert shared.model_dump() == inline.model_dump()
    assert shared.hash == inline.hash


def test_a_spec_knows_the_file_that_describes_its_source(tmp_path):
    shared = read_spec(specs(tmp_path, toy=MODEL), "toy")
    inline = parse_spec(INLINE, "specs/toy.yml")

    assert (shared.source_name, shared.source_is_shared, shared.source_file) == (
        "meters",
        True,
        "specs/sources/meters.yml",
    )
    assert (inline.source_is_shared, inline.source_file) == (False, "specs/toy.yml")
    assert shared.model_copy(update={"schedule": "weekly"}).source_file == "specs/sources/meters.yml"


def test_models_of_one_source_file_differ_in_everything_that_is_theirs(tmp_path):
    twin = MODEL.replace("numeric: [x]", "numeric: [z], categorical: [c]").replace("daily", "weekly")
    folder = specs(tmp_path, toy=MODEL, twin=twin)

    assert [read_spec(folder, model).source_name for model in ("toy", "twin")] == ["meters", "meters"]


def test_labels_of_their_own_table_may_be_said_in_the_source_file(tmp_path):
    source = SOURCE.replace("label_delay: 0", f"labels: {LABELS}")

    spec = read_spec(specs(tmp_path, source, toy=MODEL), "toy")

    assert (spec.columns.labels.table, spec.columns.label_delay, spec.columns.joined) == ("said", None, ("y",))


def test_a_source_file_is_not_a_model(tmp_path):
    folder = specs(tmp_path, toy=MODEL)

    assert available_models(folder) == list_models(folder) == ["toy"]
    assert available_sources(folder) == ["meters"]


@pytest.mark.parametrize(
    ("old", "new", "keys"),
    [
        ("schedule:", "quality: { rules: [] }\nschedule:", {"quality": 7}),
        ("numeric: [x]", "numeric: [x], label_delay: 0", {"columns.label_delay": 5}),
        ("numeric: [x]", f"numeric: [x], labels: {LABELS}", {"columns.labels": 5}),
        (
            "numeric: [x] }",
            "numeric: [x], label_delay: 0 }\nquality: { batch: { min_rows: 1 } }",
            {"columns.label_delay": 5, "quality": 6},
        ),
    ],
)
def test_what_belongs_to_the_source_file_is_refused_in_a_model(tmp_path, old, new, keys):
    assert refusal(specs(tmp_path, toy=MODEL.replace(old, new))).splitlines() == [
        f"specs/toy.yml, line {line}: `{key}` belongs to specs/sources/meters.yml, because all models of that source "
        f"share it. Say it there and remove it here"
        for key, line in keys.items()
    ]


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ("meter", "source `meter`: no such source. Did you mean `meters`? Known sources: meters."),
        ("shops", "source `shops`: no such source. Known sources: meters."),
        ("../toy", "source `../toy`: no such source. Known sources: meters."),
    ],
)
def test_an_unknown_source_is_refused_with_the_nearest_and_the_known_ones(tmp_path, named, sentence):
    assert refusal(specs(tmp_path, toy=MODEL.replace("source: meters", f"source: {named}"))) == (
        f"specs/toy.yml, line 4: {sentence} Add specs/sources/<source>.yml, or describe the source here"
    )


def test_without_a_folder_of_sources_none_is_known(tmp_path):
    (tmp_path / "toy.yml").write_text(MODEL)

    assert "source `meters`: no such source. Known sources: none." in refusal(tmp_path)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            SOURCE + "keys: [meter]",
            "unknown key `keys`. It belongs to another section: `source.keys` or `labels.keys`.",
        ),
        (
            SOURCE.replace("table:", "tabel:"),
            "unknown key `source.tabel`. Did you mean `table`? Known here: csv, format,",
        ),
        (SOURCE.replace("keys: [meter], ", ""), "`source.keys` is missing. Add it"),
        (SOURCE.replace("label_delay: 0", "label_delay: 1"), "`label_delay` is `1`. Write 0, or remove the key"),
        (SOURCE.replace("rule: not_null", "rule: not_nul"), "`quality.rules.rule` is `not_nul`. Write not_null, "),
        (SOURCE + f"labels: {LABELS}", "label_delay: 0 says that labels come with their rows, `labels` says that"),
        (
            SOURCE.replace("label_delay: 0", "labels: { table: t, column: v, ledger_column: at, keys: [a, b] }"),
            "labels.keys names 2 columns, source.keys 1. Name one for each of meter, in this order",
        ),
        (SOURCE.replace("keys:", "name: gauges, keys:"), "says `source.name: gauges`. The file name and `name` must"),
        (SOURCE + "label_delay: 0", "the key `label_delay` appears twice, first on line 3. Keep one"),
        ("source: {", "a value is missing here, or what a bracket opens is not closed"),
        ("- table", "expected keys and values, such as `model: my_model`, found a list"),
        ("source: 3", "`source` is `3`. Write a section with keys among "),
    ],
)
def test_a_fault_of_a_source_file_is_said_with_that_file_and_the_key(tmp_path, source, sentence):
    message = refusal(specs(tmp_path, source, toy=MODEL))

    assert message.startswith("specs/sources/meters.yml, line ")
    assert sentence in message


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("columns: { label: y, numeric: [x] }\n", "", "`columns` is missing. Add it"),
        ("columns: { label: y, numeric: [x] }", "columns: 3", "`columns` is `3`. Write a section"),
        ("numeric: [x]", "numeric: [x], lable: y", "unknown key `columns.lable`."),
    ],
)
def test_a_fault_of_a_model_that_names_a_source_is_said_with_the_models_file(tmp_path, old, new, sentence):
    message = refusal(specs(tmp_path, toy=MODEL.replace(old, new)))

    assert re.match(rf"specs/toy.yml, line \d+: {re.escape(sentence)}", message)


@pytest.mark.parametrize("model", [INLINE, INLINE.replace(", name: meters", "").replace("model: toy", "model: meters")])
def test_a_source_inside_a_model_does_not_take_the_name_of_a_source_file(tmp_path, model):
    name = "meters" if "name: meters" not in model else "toy"
    folder = specs(tmp_path, **{name: model})

    with pytest.raises(SpecError) as caught:
        read_spec(folder, name)
    assert str(caught.value) == (
        f"specs/{name}.yml: calls its own source `meters`, the name of specs/sources/meters.yml. Write "
        f"`source: meters`, or give the source another `name`."
    )


DIFFERENCES = [
    ("table: meters_source", "table: gauges_source", "source.table"),
    ("keys: [meter]", "keys: [meter, place]", "source.keys"),
    (", prepare: recipes.meters.prepare", ", lookback: 3 days", "source.prepare, source.lookback"),
    ("rule: not_null", "rule: is_finite", "quality.rules"),
    ("quality: { ", "quality: { batch: { min_rows: 3 }, ", "quality.batch"),
    (", label_delay: 0", "", "columns.label_delay"),
    (", label_delay: 0", f", labels: {LABELS}", "columns.label_delay, columns.labels"),
    ("label: y", "label: z", "columns.label, which label_delay: 0 expects in every row"),
]


@pytest.mark.parametrize(("old", "new", "differ"), DIFFERENCES, ids=[each[2] for each in DIFFERENCES])
def test_two_inline_sources_of_one_name_may_not_disagree(tmp_path, old, new, differ):
    folder = specs(tmp_path, source=None, toy=INLINE, twin=INLINE.replace(old, new))

    assert refusal(folder) == (
        f"specs/toy.yml and specs/twin.yml share the source `meters`, but differ in {differ}. Say the same in both, or "
        f"give one source another `name`."
    )


def test_an_inline_source_is_named_after_its_model_unless_it_has_a_name(tmp_path):
    meters = INLINE.replace(", name: meters", "").replace("rule: not_null", "rule: is_finite")
    folder = specs(tmp_path, source=None, toy=INLINE, meters=meters)

    assert "share the source `meters`, but differ in quality.rules. Say" in refusal(folder)


def test_a_label_that_labels_of_another_table_fill_is_the_same_in_all_models(tmp_path):
    labelled = INLINE.replace("label_delay: 0", f"labels: {LABELS}")
    folder = specs(tmp_path, source=None, toy=labelled, twin=labelled.replace("label: y", "label: z"))

    assert "but differ in columns.label, which columns.labels fills. Say" in refusal(folder)


def test_models_of_one_source_file_expect_the_same_label_in_every_row(tmp_path):
    folder = specs(tmp_path, toy=MODEL, twin=MODEL.replace("label: y", "label: z"))

    assert refusal(folder) == (
        "specs/toy.yml and specs/twin.yml share the source `meters`, but differ in columns.label, which label_delay: 0 "
        "expects in every row. Say the same in both, or let one of them use another source."
    )


def test_labels_that_may_come_later_may_differ_between_models(tmp_path):
    source = SOURCE.replace("label_delay: 0\n", "")
    folder = specs(tmp_path, source, toy=MODEL, twin=MODEL.replace("label: y", "label: z"))

    assert read_spec(folder, "toy").columns.label == "y"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("schedule: daily", "schedule: weekly\nstrategy: incremental_update"),
        ("name: meters", "name: other"),
        ("schedule: daily", "schedule: daily\nno such key: 1"),  # the run of that model says what is wrong with it
    ],
)
def test_specs_may_differ_in_everything_else(tmp_path, old, new):
    folder = specs(tmp_path, source=None, toy=INLINE, twin=INLINE.replace(old, new))

    assert read_spec(folder, "toy").model == "toy"
