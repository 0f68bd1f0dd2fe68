"""A model whose source gets another name goes on: its batches are counted from 1 again, and nothing is skipped."""

from types import SimpleNamespace

import pytest
from pyspark.sql import functions as F
from tests.loop import drifting, toy_spec

from retraining.adapters.tables import key_identity
from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.records.version import Manifest

pytestmark = pytest.mark.slow

OLD = toy_spec(gate={"deploy": "candidate"})
NEW = toy_spec(
    gate={"deploy": "candidate"}, source={"name": "moved", "table": "toy_source", "ledger_column": "at", "keys": ["id"]}
)


@pytest.fixture(scope="module")
def story(make_loop):
    """Version 1 learns a batch of `toy`, whose keys are hashed as they were before. As `moved`, the same table comes as
    one batch, with eight days more."""
    loop = make_loop()
    loop.spec = OLD
    loop.source_has(drifting(1, 14))
    with pytest.MonkeyPatch.context() as earlier:
        earlier.setattr(key_identity, "PRESENT", "xxhash64")
        loop.ingest(as_of="2013-01-15")
    loop.train()

    loop.spec = NEW
    loop.source_has(drifting(15, 22))
    moments = SimpleNamespace(loop=loop, ingested=loop.ingest(as_of="2013-01-23"))
    moments.scored = loop.score()
    moments.scored_again = loop.score()
    moments.decision = loop.check().decision
    loop.retrain()
    moments.promotion = loop.promote().promotion
    return moments


def test_every_row_of_the_renamed_source_is_scored_once(story):
    stored = story.loop.tables.read("toy_predictions").where("source = 'moved'")

    assert (story.ingested.batch_seq, story.ingested.accepted) == (1, 440)
    assert (story.scored.rows, story.scored_again.rows) == (440, 0)
    assert stored.select("_row_key").distinct().count() == 440


def test_rows_that_the_champion_learned_under_the_old_name_do_not_measure_it(story):
    seen = story.loop.tables.read("toy_predictions").where(F.col("seen_in_training")).count()

    assert seen == 14 * 20
    assert story.decision.realised_error_rows == 8 * 20


def test_the_decision_trains_on_the_new_count_and_the_gate_judges_days_that_the_champion_has_not_seen(story):
    assert (story.decision.source, story.decision.batch_seq, story.decision.action) == ("moved", 1, "refit")
    assert story.decision.new_labelled_rows == 440
    assert story.decision.holdout_from == "2013-01-16T00:00:00.000000Z"


def test_the_next_version_is_of_the_new_source(story):
    newest = read_rows(story.loop.tables, Manifest, "toy")[-1]

    assert (newest.source, newest.batch_seq, story.promotion.outcome) == ("moved", 1, "PROMOTE")
    assert (story.promotion.source, story.loop.alias("champion")) == ("moved", "2")


def test_a_forgotten_key_is_also_deleted_from_the_rows_of_the_old_name(story):
    loop = story.loop
    request = loop.forget("2013-01-03/7").forgetting

    assert (request.keys, request.keys_known) == (1, 1)
    assert [each.version for each in request.versions] == ["1", "2"]

    for table in ("toy_observations", "moved_observations"):
        assert loop.tables.read(table).where("id = '2013-01-03/7'").count() == 0
    assert loop.tables.read("toy_observations").count() == 14 * 20 - 1
