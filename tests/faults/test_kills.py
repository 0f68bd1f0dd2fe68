"""A few of the kills of `make test-faults`, and that it kills at every place that the source names."""

import ast
from importlib import import_module
from pathlib import Path

import pytest
from tests.faults.kills import Harness, faults_of, kills_of
from tests.faults.toy import SPEC, put, source_of
from tests.loop import make_run

from retraining.failpoints import POINTS
from retraining.stages.ingest import ingest

SRC = Path(__file__).parents[2] / "src"


def named_in_the_source() -> list[str]:
    """The failpoints that the product's code passes."""
    calls = [
        node
        for file in sorted(SRC.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "hit"
    ]
    return [call.args[0].value for call in calls]


@pytest.fixture(scope="module")
def harness(spark):
    return Harness(spark, seed=7)


@pytest.mark.timeout(300)
def test_a_killed_run_and_a_clean_one_lose_nothing_and_repeat_nothing(harness):
    life = harness.new_life()
    harness.kill_at(life, "ingest.before_write")  # the source's first batch
    harness.kill_at(life, "ingest.after_write")
    harness.kill_at(life, "ingest.before_close")
    harness.kill_after(life, seconds=0.5)

    assert kills_of(harness) == 4
    assert not faults_of(harness), faults_of(harness)


def test_the_source_passes_every_failpoint_that_is_killed_at_and_no_other(harness, monkeypatch):
    life, passed = harness.new_life(), []
    put(life.tables, life.history.next_batch())
    monkeypatch.setattr(import_module("retraining.stages.ingest"), "hit", passed.append)

    ingest(SPEC, source_of(life.tables), life.tables, make_run())

    assert passed == list(POINTS)
    assert sorted(named_in_the_source()) == sorted(POINTS)
