"""Columns that a spec names and a source has, or has not."""

from tests.loop import labelled_spec, toy_spec

from retraining.rules.validation.judge_columns import judge_columns, judge_labels
from retraining.spec.feed import rows_feed

FEED = rows_feed(toy_spec(columns={"label": "y", "numeric": ["x", "speed"]}))
FOUND = {"id": "string", "at": "timestamp", "x": "double", "speed": "int", "y": "double", "note": "string"}


def test_columns_that_fit_are_listed_with_their_types():
    contract, findings = judge_columns(FEED, FOUND, None)

    assert contract is not None
    assert [each.text for each in findings] == [
        "Columns used: at timestamp, id string, y double, x double, speed int. 1 more is stored with them."
    ]


def test_every_missing_column_is_named_with_the_nearest():
    found = {"id": "string", "at": "timestamp", "x": "double", "sped": "int"}

    contract, findings = judge_columns(FEED, found, None)

    assert contract is None
    assert [each.text for each in findings] == [
        "toy_source has no column `y`. It has `at`, `id`, `sped`, `x`. Correct specs/toy.yml or the source.",
        "toy_source has no column `speed`. Did you mean `sped`? It has `at`, `id`, `sped`, `x`. Correct specs/toy.yml "
        "or the source.",
    ]


def test_a_type_that_ingestion_would_refuse_is_an_error_without_a_word_on_a_batch():
    contract, findings = judge_columns(FEED, {**FOUND, "speed": "string"}, None)

    assert contract is None
    assert [(each.level, each.text) for each in findings] == [
        (
            "error",
            "toy: column `speed` of toy_source is string, expected a number. Correct specs/toy.yml (a text column "
            "belongs under `categorical`) or the source.",
        )
    ]


def test_labels_whose_key_has_another_type_or_that_are_there_already_are_named():
    findings = judge_labels(rows_feed(labelled_spec()), FOUND, {"id": "bigint", "said_at": "timestamp", "y": "double"})

    assert [each.text for each in findings] == [
        "Key `id` of toy_said is bigint, `id` of toy_source is string; expected one type. Convert one of them where it "
        "is made.",
        "toy_source has a column `y`, which columns.labels fills from toy_said. Name the label differently, or remove "
        "columns.labels.",
    ]
