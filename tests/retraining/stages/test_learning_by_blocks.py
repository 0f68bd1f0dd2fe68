"""More training rows than policy.max_rows: an incremental learner is shown all of them, block by block."""

from types import SimpleNamespace

import pytest
from tests.loop import COLUMNS, days, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import SpecError
from retraining.records.version import Manifest
from retraining.stages.reproduce import reproduce

STREAM = {"name": "incremental_update", "above_max_rows": "stream"}
POLICY = {"max_rows": 100}
CANDIDATE = {"deploy": "candidate"}
NUMBERS = toy_spec(recipe="recipes.sgd.pipeline", policy=POLICY, strategy={**STREAM, "rehearse": 0.5}, gate=CANDIDATE)
CLASSES = toy_spec(
    kind="classification",
    recipe="recipes.incremental.classification",
    params={"learner": "gaussian_nb"},
    policy=POLICY,
    strategy=STREAM,
    gate=CANDIDATE,
)


def classes(first: int, last: int) -> list[tuple[object, ...]]:
    """The label is whether y is positive; on the very first row alone it is another class."""
    rows = [(name, at, x, "high" if y > 0 else "low") for name, at, x, y in days(first, last)]
    return [(*rows[0][:3], "odd"), *rows[1:]] if first == 1 else rows


@pytest.fixture(scope="module")
def story(make_loop):
    """A first model and an update, each of more rows than a block holds."""
    loop, told = make_loop(), SimpleNamespace()
    loop.spec, told.loop = NUMBERS, loop
    loop.source_has(days(1, 21))
    loop.ingest()
    told.first = loop.train()
    loop.source_has(days(22, 50))
    loop.ingest()
    loop.score()
    told.decision = loop.check().decision
    loop.retrain()
    told.manifests = [row for row in read_rows(loop.tables, Manifest, "toy") if row.state == "REGISTERED"]
    told.reports = [reproduce(loop.context, row.version) for row in told.manifests]
    return told


@pytest.mark.slow
def test_every_row_is_learned_and_the_manifest_says_so(story):
    first, update = story.manifests

    assert (first.action, first.trained_rows, first.sampled) == ("refit", days_before(first) * 20, False)
    assert (update.action, update.base_version, update.sampled) == ("update", first.version, False)
    assert update.trained_rows > 2 * POLICY["max_rows"]
    assert update.rehearsed_rows == POLICY["max_rows"]
    assert story.first.promotion.outcome == "PROMOTE"


@pytest.mark.slow
def test_the_same_blocks_lead_to_the_same_model_again(story):
    for report in story.reports:
        verdicts = {each.what: each.verdict for each in report.comparisons}
        assert set(verdicts.values()) == {"same"}, report.summary


@pytest.mark.slow
def test_the_first_block_knows_the_classes_of_all_blocks(loop):
    loop.spec = CLASSES
    loop.source_has(classes(1, 28), COLUMNS.replace("y double", "y string"))
    loop.ingest()

    manifest = loop.train().promotion.candidate_version
    model = loop.registry.load("toy", manifest, loop.registry.digest("toy", manifest))
    learner = model[-1]

    trained = next(row for row in read_rows(loop.tables, Manifest, "toy") if row.version == manifest)
    assert list(learner.classes_) == ["high", "low", "odd"]
    assert (learner.class_count_.sum(), learner.class_count_[2]) == (trained.trained_rows, 1)


@pytest.mark.slow
def test_a_spec_may_say_that_too_many_rows_stop_the_run(loop):
    loop.spec = toy_spec(policy=POLICY, strategy={"above_max_rows": "stop"})
    loop.source_has(days(1, 21))
    loop.ingest()
    loop.check()

    with pytest.raises(SpecError, match=r"more training rows than policy.max_rows \(100\), and strategy.above"):
        loop.retrain()
    assert loop.alias("challenger") is None


def days_before(manifest: Manifest) -> int:
    """Days of 2013 before the hold-out of a candidate."""
    return int(str(manifest.train_before)[8:10]) - 1
