"""Client processes of one long-lived Spark: each runs a stage there and may be killed while it goes on.

A client does not start a Java process: it attaches to the one of the session that it is given. A kill therefore costs
a second, and Java goes on with what the client had begun, as a cluster does when a driver's client is gone.
"""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path

from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession
from tests.faults.toy import ingest_toy

from local_workspace.run.state_folder import state_folder_lock
from retraining.adapters.tables.tables import open_tables
from retraining.failpoints import VARIABLE

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL
MOST_SECONDS = 300

Stage = Callable[[SparkSession, str], str]
"""What a client runs, given a session and a schema; it returns its report in one line."""


@dataclass(frozen=True)
class Engine:
    """Where the running Java process listens, and the word that it asks for."""

    port: int
    secret: str


@dataclass(frozen=True)
class Ended:
    """How a client ended, and after how many seconds since it had attached. said: its report in one line, or the name
    and text of its error; None when it was killed."""

    code: int | None
    said: str | None
    seconds: float


def engine_of(spark: SparkSession) -> Engine:
    """The engine of a session of this process. The place that clients are forked from is made ready, too."""
    _context()
    parameters = spark.sparkContext._gateway.gateway_parameters
    return Engine(parameters.port, parameters.auth_token)


def attach(engine: Engine) -> SparkSession:
    """A session of this process on another process's Java."""
    os.environ.update(PYSPARK_GATEWAY_PORT=str(engine.port), PYSPARK_GATEWAY_SECRET=engine.secret)
    gateway = launch_gateway()
    java = gateway.jvm.JavaSparkContext.fromSparkContext(gateway.jvm.org.apache.spark.SparkContext.getOrCreate())
    conf = SparkConf(_jvm=gateway.jvm, _jconf=java.getConf())
    return SparkSession(SparkContext(gateway=gateway, jsc=java, conf=conf))


def run_client(
    engine: Engine, schema: str, pipe: Connection, point: str | None, state: Path | None, stage: Stage
) -> None:
    """What a client does. It says `attached` before it starts, and what came of it at the end.

    point arms a failpoint; with a state folder it holds the folder's lock, and waits for a word before it starts.
    """
    try:
        if state is None:
            pipe.send(_run(engine, schema, pipe, point, stage))
        else:
            with state_folder_lock(state):
                pipe.send("locked")
                pipe.recv()
                pipe.send(_run(engine, schema, pipe, point, stage))
        code = 0
    except Exception as err:
        pipe.send(f"{type(err).__name__}: {err}")
        code = 1
    os._exit(code)  # the Java process stays, and nothing of it may be closed from here


def _run(engine: Engine, schema: str, pipe: Connection, point: str | None, stage: Stage) -> str:
    spark = attach(engine)
    pipe.send("attached")
    if point:
        os.environ[VARIABLE] = point
    return stage(spark, schema)


def ingest_stage(spark: SparkSession, schema: str) -> str:
    """The ingest stage."""
    return ingest_toy(open_tables(spark, "spark_catalog", schema)).summary


@contextmanager
def client(
    engine: Engine, schema: str, point: str | None = None, state: Path | None = None, stage: Stage = ingest_stage
) -> Iterator[tuple[multiprocessing.process.BaseProcess, Connection]]:
    """A running client and the pipe to it; it does not outlive the block."""
    mine, theirs = multiprocessing.Pipe()
    process = _context().Process(target=run_client, args=(engine, schema, theirs, point, state, stage))
    process.start()
    theirs.close()
    try:
        yield process, mine
    finally:
        process.kill()
        process.join()
        mine.close()


def run_and_wait(
    engine: Engine,
    schema: str,
    point: str | None = None,
    kill_after: float | None = None,
    stage: Stage = ingest_stage,
) -> Ended:
    """Runs a client to its end, or kills it so many seconds after it has attached."""
    with client(engine, schema, point, stage=stage) as (process, pipe):
        words = [word_of(pipe)]
        attached = time.monotonic()
        if kill_after is not None and words == ["attached"]:
            process.join(kill_after)
            process.kill()
        process.join(MOST_SECONDS)
        if process.exitcode is None:
            raise TimeoutError(f"a client of {schema} did not end within {MOST_SECONDS} seconds")
        if process.exitcode != KILLED and words == ["attached"]:
            words.append(word_of(pipe))
        seconds = time.monotonic() - attached
        return Ended(process.exitcode, None if process.exitcode == KILLED else words[-1], seconds)


def word_of(pipe: Connection) -> str:
    """The next thing that a client says."""
    if not pipe.poll(MOST_SECONDS):
        raise TimeoutError(f"a client said nothing for {MOST_SECONDS} seconds")
    return pipe.recv()


@cache
def _context() -> multiprocessing.context.ForkServerContext:
    """Clients are forked from a process that has imported all they need, and holds nothing of the caller's session.
    It alone is told where these modules are."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", __name__, "tests.faults.jobs.commands"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
    return context
