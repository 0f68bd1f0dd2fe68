"""A control table that somebody restored to an older version: nothing is torn, and nothing stays stuck."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.faults.promotion.invariants import Faults, at_rest, facts_of_champion
from tests.loop import drifting, toy_spec

from retraining.adapters.tables.ledgers_of_model import append_rows, read_rows
from retraining.errors import AliasDriftError, ConcurrentRunError, RegistryError
from retraining.records.decision import Decision
from retraining.records.promotion import Promotion

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

ALL = ("decisions", "model_manifests", "gate_results", "promotions")
STEPS = {Decision: "decide", Promotion: "applied"}
SPEC = toy_spec(gate={"deploy": "candidate"})


@pytest.fixture(scope="module")
def story(make_loop):
    """Champion 1, then 2. Then every table in turn is as it was under 1, more rows arrive, and the loop goes on."""
    loop, told = make_loop(), SimpleNamespace(left={}, went={}, refused={})
    loop.spec, told.loop = SPEC, loop
    arrive(loop, 1, 14)
    loop.train()
    for first, table in zip(range(15, 80, 16), ALL, strict=False):
        before = loop.version_of_table(table)
        arrive(loop, first, first + 7)
        told.went[table] = [loop.train().promotion]
        loop.tables.spark.sql(f"RESTORE TABLE {loop.tables.name(table)} TO VERSION AS OF {before}")
        told.refused[table] = repair(loop, table)
        arrive(loop, first + 8, first + 15)
        told.went[table].append(loop.train().promotion)
        told.left[table] = at_rest(loop, facts_of_champion(loop))
    return told


def arrive(loop, first: int, last: int) -> None:
    loop.source_has(drifting(first, last))
    loop.ingest()
    loop.score()


def repair(loop, table: str) -> str | None:
    """What the loop says, and what an operator then does."""
    if table == "promotions":
        with pytest.raises(AliasDriftError) as caught:
            loop.promote()
        loop.spec = SPEC.model_copy(update={"policy": toy_spec(policy={"on_alias_drift": "heal"}).policy})
        loop.score()
        loop.spec = SPEC
        return str(caught.value)
    if table == "model_manifests":
        with pytest.raises(RegistryError) as caught:
            loop.score()
        loop.rollback()
        return str(caught.value)
    loop.check()
    return None


@pytest.mark.parametrize("table", ALL)
def test_after_the_restore_the_loop_goes_on_and_everything_agrees(story, table):
    assert [each.outcome for each in story.went[table]] == ["PROMOTE", "PROMOTE"]
    left = story.left[table]
    if table == "model_manifests":  # versions whose rows the restore took away are nobody's to delete
        assert left.orphans == 2
        left = replace(left, orphans=0, said=())
    assert left == Faults()


def test_what_cannot_be_told_from_somebody_elses_hand_stops_with_a_sentence(story):
    assert "somebody moved the alias outside this product" in story.refused["promotions"]
    assert "has no row in `model_manifests`" in story.refused["model_manifests"]


def test_rows_of_one_seq_are_written_once_in_any_epoch(story):
    for record in STEPS:
        newest = read_rows(story.loop.tables, record, "toy")[-1]
        with pytest.raises(ConcurrentRunError, match="another run wrote step"):
            append_rows(story.loop.tables, STEPS[record], [replace(newest, attempt_id="another")])
