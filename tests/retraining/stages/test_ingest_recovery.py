"""A run killed at any point and a rerun end where a run ends that was not killed; of two runs, one wins."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from importlib import import_module

import pytest
from tests.loop import KilledError, killed, make_run

from retraining.errors import ConcurrentRunError, SourceError
from retraining.stages.ingest import ingest

pytestmark = pytest.mark.slow

TEN, ELEVEN = "2013-01-31 10:00", "2013-01-31 11:00"
NEXT_STEP = {
    "planned, nothing stored": "retraining.adapters.tables.observations.append_batch",
    "stored, not closed": "retraining.stages.ingest.append_close",
}


def kill_ingest(loop, monkeypatch, before: str) -> None:
    with monkeypatch.context() as patch, suppress(KilledError):
        patch.setattr(before, killed)
        loop.ingest()


@pytest.mark.parametrize("next_step", NEXT_STEP.values(), ids=NEXT_STEP)
def test_the_next_run_finishes_a_killed_one_with_the_same_counts_and_then_goes_on(loop, monkeypatch, next_step):
    loop.source_has([("a", TEN, 1.0, 1.0), ("a", TEN, 1.0, 1.0), ("b", TEN, 1.0, 1.0), ("c", None, 1.0, 1.0)])
    kill_ingest(loop, monkeypatch, next_step)
    loop.source_has([("d", ELEVEN, 1.0, 1.0)])  # arrives after the plan was frozen

    finished = loop.ingest()
    after = loop.ingest()

    assert (finished.batch_seq, finished.read, finished.accepted, finished.quarantined) == (1, 4, 2, 1)
    assert (after.batch_seq, after.accepted, after.quarantined) == (2, 1, 0)
    assert (loop.accepted_keys(), loop.quarantined_keys()) == (["a", "b", "d"], ["c"])


def test_a_source_replaced_while_a_batch_is_open_is_refused_and_the_batch_stays_open(loop, monkeypatch):
    loop.source_has([("a", TEN, 1.0, 1.0)])
    kill_ingest(loop, monkeypatch, NEXT_STEP["planned, nothing stored"])
    loop.tables.spark.sql(f"DROP TABLE {loop.source}")
    loop.source_has([("b", TEN, 1.0, 1.0)])

    with pytest.raises(SourceError, match="was replaced while a batch was open"):
        loop.ingest()
    assert loop.states_of_batches() == ["PLANNED"]


def test_a_plan_whose_files_vacuum_took_is_given_up_and_planned_again(loop, monkeypatch):
    loop.source_has([("a", TEN, 1.0, 1.0), ("b", TEN, 1.0, 1.0)])
    kill_ingest(loop, monkeypatch, NEXT_STEP["planned, nothing stored"])
    sql = loop.tables.spark.sql
    sql(f"UPDATE {loop.source} SET x = 2 WHERE id = 'a'")
    sql("SET spark.databricks.delta.retentionDurationCheck.enabled = false")
    sql(f"VACUUM {loop.source} RETAIN 0 HOURS")

    report = loop.ingest()
    again = loop.ingest()

    assert (report.batch_seq, report.accepted, again.read) == (2, 2, 0)
    assert loop.states_of_batches() == ["PLANNED", "ABANDONED", "PLANNED", "COMMITTED"]
    assert loop.accepted("x") == {"a": 2.0, "b": 1.0}


@pytest.mark.parametrize("step", ["append_plan", "append_close"])
def test_of_two_runs_at_the_same_step_exactly_one_wins(loop, monkeypatch, step):
    loop.source_has([("a", TEN, 1.0, 1.0)])
    module = import_module("retraining.stages.ingest")
    both_here, write = threading.Barrier(2, timeout=60), getattr(module, step)

    def together(*given):
        both_here.wait()
        write(*given)

    if step == "append_close":  # the plan is there, so both finish the same one
        kill_ingest(loop, monkeypatch, NEXT_STEP["stored, not closed"])
    monkeypatch.setattr(module, step, together)

    def attempt(run_id):
        try:
            return ingest(replace(loop.context, run=make_run(run_id)), loop.source).accepted
        except ConcurrentRunError as err:
            return str(err)

    with ThreadPoolExecutor(2) as pool:
        ended = sorted(pool.map(attempt, ["8", "9"]), key=str)

    assert ended[0] == 1
    assert "another run wrote step 1 of `watermarks` first" in ended[1]
    assert (loop.accepted_keys(), loop.states_of_batches()) == (["a"], ["PLANNED", "COMMITTED"])
