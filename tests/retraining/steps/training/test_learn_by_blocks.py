"""Fits and updates by blocks: every row once, the same rows the same model, and all classes from the first block on."""

from dataclasses import replace

import numpy as np
import pytest
from tests.loop import COLUMNS, days, toy_spec

from retraining.errors import SpecError
from retraining.steps.dataset.ingested_source import read_source
from retraining.steps.dataset.training_frame import Bounds, read_training_frame
from retraining.steps.training.learn_by_blocks import fit_by_blocks, learns_by_blocks, update_by_blocks
from retraining.strategies.estimators import build_estimator
from retraining.strategies.find_strategy import strategy_of

BOUNDS = Bounds(2, None, None)
SPEC = toy_spec(
    kind="classification",
    recipe="recipes.incremental.classification",
    params={"learner": "gaussian_nb"},
    policy={"max_rows": 100},
    strategy={"name": "incremental_update", "above_max_rows": "stream"},
)


@pytest.fixture(scope="module")
def read(make_loop):
    """Two batches of 160 and 240 rows. One row of the first has a class that no other has."""
    loop = make_loop()
    loop.spec = SPEC
    labelled = [(name, at, x, "high" if y > 0 else "low") for name, at, x, y in days(1, 20)]
    rows = [(*labelled[0][:3], "odd"), *labelled[1:]]
    for part in (rows[:160], rows[160:]):
        loop.source_has(part, COLUMNS.replace("y double", "y string"))
        loop.ingest()
    return loop.context, read_source(loop.spec, loop.tables)


def fitted(read, bounds=BOUNDS):
    context, source = read
    strategy = strategy_of(SPEC.strategy, build_estimator(SPEC))
    frame = fit_by_blocks(context, source, bounds, strategy, read_training_frame(context, source, bounds))
    return strategy, frame


def test_every_row_is_learned_once_and_the_first_block_knows_the_classes_of_all(read):
    strategy, frame = fitted(read)
    learner = strategy.model_[-1]

    assert (frame.rows, frame.sampled, len(frame.table)) == (400, False, 100)
    assert list(learner.classes_) == ["high", "low", "odd"]
    assert (learner.class_count_.sum(), learner.class_count_[2]) == (400, 1)


def test_the_same_rows_lead_to_the_same_model(read):
    one, other = (fitted(read)[0].model_[-1] for _ in range(2))

    assert np.array_equal(one.theta_, other.theta_)
    assert np.array_equal(one.var_, other.var_)


def test_an_update_learns_the_newer_rows_and_counts_the_old_ones_that_it_shows(read):
    context, source = read
    first, _ = fitted(read, Bounds(1, None, None))
    before = first.model_[-1].class_count_.sum()
    newer = replace(BOUNDS, newer_than=1)
    strategy = strategy_of(SPEC.strategy, build_estimator(SPEC)).start_from(first.model_)

    frame, shown = update_by_blocks(context, source, newer, strategy, read_training_frame(context, source, newer))

    assert (frame.rows, shown) == (240, 0)
    assert strategy.model_[-1].class_count_.sum() == before + 240
    assert first.model_[-1].class_count_.sum() == before


def test_rows_that_fit_are_learned_at_once_and_stop_is_an_error_with_the_ways_on(read):
    context, source = read
    frame = read_training_frame(context, source, BOUNDS)
    stops = toy_spec(policy={"max_rows": 100}, strategy={"above_max_rows": "stop"})

    assert learns_by_blocks(SPEC, frame)
    assert not learns_by_blocks(SPEC, replace(frame, sampled=False))
    assert not learns_by_blocks(toy_spec(), frame)
    with pytest.raises(SpecError, match=r"more training rows than policy.max_rows \(100\).*Nothing was fitted"):
        learns_by_blocks(stops, frame)
