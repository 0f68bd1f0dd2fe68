"""Two ingestions of one source at the same time: every row comes in once, and who was second is told so."""

import threading
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import pytest
from tests.faults.clients import client, engine_of, word_of
from tests.faults.life import Life, start_life
from tests.faults.toy import ingest_toy

from retraining.errors import ConcurrentRunError
from retraining.failpoints import VARIABLE, FailpointError

pytestmark = pytest.mark.slow

stage = import_module("retraining.stages.ingest")
TOLD = ("another run wrote step 1 of", "another run began to make", "toy: nothing new")


def attempt(life: Life) -> str:
    """What a run says at its end."""
    try:
        return ingest_toy(life.tables).summary
    except ConcurrentRunError as err:
        return str(err)
    except Exception as err:
        return f"{type(err).__name__}: {err}"


def fail_at(life: Life, monkeypatch, point: str) -> None:
    """A run that fails half way, so that the next two have the same batch to finish."""
    with monkeypatch.context() as patch:
        patch.setenv(VARIABLE, f"{point}=raise")
        with pytest.raises(FailpointError):
            ingest_toy(life.tables)


@pytest.mark.parametrize(
    ("left_at", "meet_at"),
    [
        (None, "ingest.after_start"),  # they race for the plan
        ("ingest.after_plan", "ingest.after_start"),  # for making the table
        ("ingest.after_prepare", "ingest.before_write"),  # for the rows
        ("ingest.after_write", "ingest.before_close"),  # for the end
    ],
)
def test_of_two_runs_that_meet_one_brings_the_rows_in_and_the_other_is_told(spark, monkeypatch, left_at, meet_at):
    life = start_life(spark, seed=3)
    life.arrive()
    if left_at:
        fail_at(life, monkeypatch, left_at)
    both_here = threading.Barrier(2, timeout=60)
    monkeypatch.setattr(stage, "hit", lambda passed: both_here.wait() if passed == meet_at else None)

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(attempt, [life, life]))

    monkeypatch.undo()
    assert sum("toy: batch 1: read" in said for said in ended) == 1, ended
    assert sum(any(told in said for told in TOLD) for said in ended) == 1, ended
    assert not life.rerun()


def test_a_second_process_hears_that_one_already_runs_and_finds_nothing_left_to_do(spark, tmp_path):
    life = start_life(spark, seed=4)
    life.arrive()
    engine, schema = engine_of(spark), life.tables.schema

    with client(engine, schema, state=tmp_path) as (first, to_first):
        assert word_of(to_first) == "locked"
        with client(engine, schema, state=tmp_path) as (_, to_second):
            refused = word_of(to_second)
        to_first.send("go on")
        said = [word_of(to_first), word_of(to_first)]
        first.join()
    with client(engine, schema, state=tmp_path) as (_, to_second):
        word_of(to_second)
        to_second.send("go on")
        later = [word_of(to_second), word_of(to_second)]

    assert f"StateInUseError: The state folder {tmp_path} is in use by process {first.pid}" in refused
    assert said[1].startswith("toy: batch 1: read")
    assert later[1].startswith("toy: nothing new")
    assert not life.rerun()
