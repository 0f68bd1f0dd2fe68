"""Blocks of training rows: all rows, each once, and the same blocks whenever they are read."""

from dataclasses import replace

import pandas as pd
import pytest
from tests.loop import days, toy_spec

from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.steps.dataset.ingested_source import read_source
from retraining.steps.dataset.row_blocks import count_blocks, distinct_labels, read_blocks
from retraining.steps.dataset.training_frame import Bounds, describe_training_rows, joined_facts, read_training_frame

BOUNDS = Bounds(1, None, None)


@pytest.fixture(scope="module")
def read(make_loop):
    """A loop with 240 labelled rows, of which a block holds about 80; gaps in a number and in a text."""
    loop = make_loop()
    columns = {"label": "y", "numeric": ["x"], "categorical": ["c"]}
    loop.spec = toy_spec(columns=columns, policy={"max_rows": 100})
    gaps = [None, "a", "名"]
    rows = [(*row, gaps[place % 3]) for place, row in enumerate(days(1, 12))]
    rows[7] = (*rows[7][:2], None, *rows[7][3:])
    loop.source_has(rows, "id string, at timestamp, x double, y double, c string")
    loop.ingest()
    return loop.context, read_source(loop.spec, loop.tables)


def blocks_of(read, blocks):
    return list(read_blocks(*read, BOUNDS, blocks))


def test_together_the_blocks_are_the_frame_of_all_rows(read):
    context, source = read
    larger = replace(context, spec=context.spec.model_copy(update={"policy": toy_spec().policy}))
    frame = read_training_frame(larger, source, BOUNDS)

    rows, blocks = count_blocks(context, source, BOUNDS)
    parts = blocks_of(read, blocks)
    joined = pd.concat([each.table for each in parts]).sort_values(ROW_KEY, ignore_index=True)

    assert (rows, blocks, len(parts)) == (240, 3, 3)
    pd.testing.assert_frame_equal(joined, frame.table)
    assert joined_facts([each.row_facts for each in parts]) == frame.row_facts
    assert parts[0].columns == frame.columns
    assert parts[0].table[ROW_KEY].is_monotonic_increasing


def test_the_same_rows_come_in_the_same_blocks_again(read):
    keys = [[list(each.table[ROW_KEY]) for each in blocks_of(read, 4)] for _ in range(2)]

    assert keys[0] == keys[1]
    assert len(keys[0]) == 4


def test_facts_of_rows_that_stay_in_spark_are_those_of_the_rows(read):
    context, source = read

    described = describe_training_rows(context, source, BOUNDS)
    (all_rows,) = blocks_of(read, 1)

    assert (len(described.table), described.sampled) == (100, False)
    assert described.row_facts == all_rows.row_facts
    assert (described.rows, described.data_hash) == (240, all_rows.data_hash)
    assert (described.trained_from, described.trained_until) == (all_rows.trained_from, all_rows.trained_until)


def test_labels_are_counted_up_to_one_more_than_there_may_be(read):
    context, source = read
    spec = context.spec.model_copy(update={"kind": "classification"})

    assert len(distinct_labels(replace(context, spec=spec), source, BOUNDS, 5)) == 6
