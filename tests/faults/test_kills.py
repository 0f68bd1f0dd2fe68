"""A few of the kills of `make test-faults`, and that it kills at every place that the source names."""

import ast
from importlib import import_module
from pathlib import Path

from tests.faults.invariants import Faults
from tests.faults.kills import Killer
from tests.faults.life import start_life
from tests.faults.toy import ingest_toy

from retraining.failpoints import INGEST, POINTS

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


def test_a_killed_run_and_a_clean_one_lose_nothing_and_repeat_nothing(spark):
    killer = Killer(spark, seed=7)

    points = ("table.after_create", "ingest.after_write")
    tallies = [killer.kill_at(point) for point in points]
    tallies.append(killer.kill_at_random())

    assert [tally.faults for tally in tallies] == [Faults()] * 3
    assert [tally.kills for tally in tallies[:2]] == [1, 1]


def test_the_source_passes_every_failpoint_that_is_killed_at_and_no_other(spark, monkeypatch):
    life, passed = start_life(spark, seed=8), []
    life.arrive()
    monkeypatch.setattr(import_module("retraining.stages.ingest"), "hit", passed.append)

    ingest_toy(life.tables)

    assert passed == list(INGEST)
    assert sorted(set(named_in_the_source())) == sorted(POINTS)
