"""The spec names other features than the champion was fitted on: the champion serves until the gate has decided."""

from types import SimpleNamespace

import pytest
from tests.loop import days, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import SpecError
from retraining.records.gate import GateResult
from retraining.records.version import Manifest
from retraining.stages.validate import validate
from served_model.column_values import Feature

WIDE = "id string, at timestamp, x double, y double, wind int"
BOTH = toy_spec(columns={"label": "y", "numeric": ["x", "wind"]})
ONLY_X = toy_spec(columns={"label": "y", "numeric": ["x"]})


def windy(first, last):
    """`wind` is a whole number that says nothing."""
    return [(*row, place % 7) for place, row in enumerate(days(first, last))]


@pytest.fixture(scope="module")
def story(make_loop):
    """A champion on two features, the next spec on one of them, and then the other one is gone from the rows."""
    loop = make_loop()
    loop.spec = BOTH
    loop.source_has(windy(1, 14), WIDE)
    loop.ingest()
    first = loop.train()

    loop.spec = ONLY_X
    loop.source_has([(*row[:4], None) for row in windy(15, 30)], WIDE)
    loop.ingest()
    scored = loop.score()
    second = loop.train()
    return SimpleNamespace(loop=loop, first=first, scored=scored, second=second)


def test_a_version_predicts_with_the_columns_that_its_manifest_names(story):
    manifests = read_rows(story.loop.tables, Manifest, "toy")
    first = next(row.features for row in manifests if row.state == "REGISTERED")

    assert first == (Feature("x", "double", True), Feature("wind", "int", True))
    assert (story.scored.rows, story.scored.champion_version) == (320, story.first.promotion.version)


def test_a_column_without_values_is_said_in_a_sentence(story):
    assert story.scored.gone == ("wind",)
    assert "it was fitted on wind, which the spec does not name any more" in story.scored.summary


def test_the_change_goes_to_the_gate(story):
    gain = [row for row in read_rows(story.loop.tables, GateResult, "toy") if row.check == "gain"][-1]

    assert gain.question == "change"
    assert gain.champion_version == story.first.promotion.version
    assert story.second.promotion.outcome in ("PROMOTE", "REJECT")
    assert story.second.promotion.reasons


def test_validate_writes_out_the_line_that_the_gate_needs(story):
    report = validate(story.loop.context, story.loop.source)

    assert "`wind` is no longer taken" in report.summary
    assert "write under `gate`: `may_change_signature: [wind]`." in report.summary
    assert "gate.may_change_signature" in " ".join(story.second.promotion.reasons)


def test_a_model_does_not_change_its_kind(story):
    loop = story.loop
    loop.spec = toy_spec(kind="classification", recipe="recipes.logistic.pipeline")
    try:
        with pytest.raises(SpecError, match=r"says kind: classification, but champion version \d+ is a regression"):
            loop.score()
    finally:
        loop.spec = ONLY_X


def test_a_candidate_is_not_judged_by_a_spec_that_changed_since_its_fit(make_loop):
    loop = make_loop()
    loop.spec = ONLY_X
    loop.source_has(windy(1, 14), WIDE)
    loop.ingest()
    loop.check()
    loop.retrain()

    loop.spec = BOTH
    refused = loop.promote()

    assert (refused.promotion.outcome, loop.alias("champion")) == ("REJECT", None)
    assert "has changed since version 1 was fitted" in refused.promotion.reasons[0]


@pytest.mark.slow
def test_a_champion_of_other_columns_is_not_updated_but_fitted_again(make_loop):
    loop = make_loop()
    learner = {"recipe": "recipes.sgd.pipeline", "strategy": "incremental_update"}
    loop.spec = toy_spec(columns={"label": "y", "numeric": ["x"]}, **learner)
    loop.source_has(windy(1, 14), WIDE)
    loop.ingest()
    loop.train()

    loop.spec = toy_spec(columns={"label": "y", "numeric": ["x", "wind"]}, **learner)
    loop.source_has(windy(15, 30), WIDE)
    loop.ingest()

    assert loop.check().decision.action == "refit"
    assert [each.name for each in loop.retrain().manifest.features] == ["x", "wind"]


@pytest.mark.slow
def test_a_source_with_other_keys_is_scored_into_the_same_table(make_loop):
    loop = make_loop()
    loop.spec = ONLY_X
    loop.source_has(windy(1, 14), WIDE)
    loop.ingest()
    loop.train()

    source = {"name": "moved", "table": "toy_source", "ledger_column": "at", "keys": ["id", "wind"]}
    loop.spec = toy_spec(columns={"label": "y", "numeric": ["x"]}, source=source)
    loop.source_has(windy(15, 16), WIDE)
    loop.ingest()

    assert loop.score().rows == 320
    moved = loop.tables.read("toy_predictions").where("source = 'moved'")
    assert moved.where("keys.wind is not null and keys.id is not null").count() == moved.count()
