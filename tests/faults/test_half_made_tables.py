"""Whole processes, Java too, killed while they make a table: the next run finds what they left, and goes on."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from retraining.failpoints import VARIABLE

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
COMMIT = f"{0:020d}.json"
SCHEMA = "half_made"
RUN = f"""
import logging, sys
from pathlib import Path
from tests.faults.toy import History, ingest_toy, put
from local_workspace.engines.spark_session import start_spark
from retraining.adapters.tables.tables import open_tables

logging.basicConfig()
spark = start_spark(Path(sys.argv[1]))
spark.sql("CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
tables = open_tables(spark, "spark_catalog", "{SCHEMA}")
if not tables.exists("toy_source"):
    put(tables, History(5).next_batch())
print(ingest_toy(tables).summary, flush=True)
"""
"""A source with rows, made once, and a run of the ingest stage. Names of tables outlive the process."""


def start(state: Path, point: str | None = None) -> "subprocess.Popen[str]":
    """A run in a process group of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    if point:
        environment[VARIABLE] = f"{point}=kill"
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(state)],
        env=environment,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill(run: "subprocess.Popen[str]") -> None:
    """Python and Java at once, as when a machine is lost."""
    with suppress(ProcessLookupError):
        os.killpg(run.pid, signal.SIGKILL)
    run.communicate()


def killed_when(state: Path, made: str) -> bool:
    """A run that is killed as soon as a path of the schema is there. False when it ended before."""
    run, path = start(state), state / "warehouse" / f"{SCHEMA}.db" / made
    while not path.exists() and run.poll() is None:
        time.sleep(0.0005)
    ended = run.poll() is not None
    kill(run)
    return not ended


def killed_at(state: Path, point: str) -> bool:
    """A run that dies at a failpoint, and its Java with it."""
    run = start(state, point)
    run.wait(timeout=300)
    kill(run)
    return run.returncode == -signal.SIGKILL


@pytest.mark.timeout(900)
def test_a_run_goes_on_after_others_died_while_they_made_its_tables(tmp_path):
    assert killed_when(tmp_path, "watermarks/_delta_log")
    assert killed_at(tmp_path, "table.after_aside")
    assert killed_when(tmp_path, f"toy_observations/_delta_log/{COMMIT}")

    run = start(tmp_path)
    said, errors = run.communicate(timeout=300)

    assert run.returncode == 0, errors
    assert said.startswith("toy: batch 1: read"), said
    assert "toy_observations: a run was killed while it made this table" in errors
