"""Starts the one Spark session of this process: real Spark and Delta, sized for a laptop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyspark import SparkConf, SparkContext
from pyspark.sql import SparkSession

from local_workspace.engines.delta_jars import delta_conf, remember_jars
from local_workspace.errors import EngineError
from local_workspace.machine_faults import machine_fault

STATE_CONF = "spark.local_workspace.state"

# Small data: collect garbage in one thread.
JAVA_OPTIONS = "-XX:+UseSerialGC -Duser.timezone=UTC"


def start_spark(state_dir: Path, *, persistent: bool = True) -> SparkSession:
    """The session on a state folder. persistent: table names outlive the process; without it, the start is faster.

    A process has one session. A second call gets it again for the same folder, and an EngineError for another one.
    """
    state = state_dir.resolve()
    running = SparkSession.getActiveSession()
    if running is not None:
        return _session_on(state, running)

    (state / "tmp").mkdir(parents=True, exist_ok=True)
    use_utc()
    conf = spark_conf(state, persistent)
    builder = SparkSession.builder.master("local[2]").appName("local_workspace").config(map=dict(conf))

    with _jvm_environment(state):
        try:
            with _delayed_ctrl_c():
                SparkContext._ensure_initialized(conf=SparkConf(loadDefaults=False).setAll([*conf.items()]))
            spark = builder.getOrCreate()
        except Exception as err:
            raise EngineError(_start_error(state, err)) from err

    if "spark.jars.packages" in conf:
        remember_jars(str(spark.conf.get("spark.jars")))
    return spark


def stop_spark(spark: SparkSession) -> None:
    """Stop the session and its Java process, so that the metastore is free for the next session."""
    spark.stop()
    gateway = SparkContext._gateway  # There is no public way to end the Java process before Python ends.
    SparkContext._gateway = SparkContext._jvm = None
    if gateway is None:
        return

    process: subprocess.Popen[bytes] = gateway.proc
    gateway.shutdown()
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def spark_conf(state: Path, persistent: bool) -> dict[str, str]:
    """The configuration of the session on a state folder."""
    conf = {
        STATE_CONF: str(state),
        **delta_conf(),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.warehouse.dir": str(state / "warehouse"),
        "spark.sql.catalogImplementation": "hive" if persistent else "in-memory",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "1",
        "spark.default.parallelism": "1",
        "spark.sql.autoBroadcastJoinThreshold": "64m",
        # Hundreds of small queries: compiling and re-planning each of them costs more than running it.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.databricks.delta.snapshotPartitions": "1",
        # Most of the time of a one-row commit goes into writing files one after the other. These two save a file, and
        # a copy on the way.
        "spark.databricks.delta.writeChecksumFile.enabled": "false",
        "spark.delta.logStore.file.impl": "io.delta.storage.LocalLogStore",
        "spark.driver.memory": "3g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": JAVA_OPTIONS,
        "spark.local.dir": str(state / "tmp"),
        "spark.ui.enabled": "false",
        # Spark keeps the plans of finished queries for its UI. A thousand of them would fill two gigabytes.
        "spark.sql.ui.retainedExecutions": "20",
        "spark.ui.retainedJobs": "20",
        "spark.ui.retainedStages": "20",
        "spark.ui.showConsoleProgress": "false",
    }
    if persistent:
        url = f"jdbc:derby:;databaseName={state / 'metastore'};create=true"
        conf["spark.hadoop.javax.jdo.option.ConnectionURL"] = url
        conf["spark.hadoop.hive.exec.scratchdir"] = str(state / "tmp" / "hive")
    return conf


def use_utc() -> None:
    """Set this process to UTC, as the machines of a workspace are: Python's naive timestamps depend on it."""
    os.environ["TZ"] = "UTC"
    time.tzset()


def _session_on(state: Path, running: SparkSession) -> SparkSession:
    """The running session if it works on this state folder, else an EngineError."""
    current = running.conf.get(STATE_CONF, "a session that local_workspace did not start")
    if current != str(state):
        raise EngineError(
            f"Spark already runs in this process, on {current}, not on {state}. "
            f"A process has one session: stop it first, or use the same state folder."
        )
    return running


@contextmanager
def _delayed_ctrl_c() -> Iterator[None]:
    """Raises KeyboardInterrupt only at the end. If Ctrl-C interrupted the start of Java, the process would remain."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    interrupts: list[int] = []
    previous = signal.signal(signal.SIGINT, lambda number, _: interrupts.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
    if interrupts:
        raise KeyboardInterrupt


@contextmanager
def _jvm_environment(state: Path) -> Iterator[None]:
    """What Java inherits: the state folder as working folder, a log instead of the console, and no PYTHONPATH.

    Without PYTHONPATH Spark's Python workers cannot import the project, as on serverless compute.
    """
    folder = Path.cwd()
    python_path = os.environ.pop("PYTHONPATH", None)
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable

    sys.stdout.flush()
    sys.stderr.flush()
    console = (os.dup(1), os.dup(2))
    with (state / "spark.log").open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.chdir(state)

    try:
        yield
    finally:
        os.chdir(folder)
        for number, saved in enumerate(console, start=1):
            os.dup2(saved, number)
            os.close(saved)
        if python_path is not None:
            os.environ["PYTHONPATH"] = python_path


def _start_error(state: Path, err: Exception) -> str:
    fault = machine_fault(str(err))
    if fault:
        return f"Spark did not start. {fault} Its log is {state / 'spark.log'}."
    return (
        f"Spark did not start ({type(err).__name__}: {str(err).splitlines()[0]}). It needs Java 17 on PATH or in "
        f"JAVA_HOME, and on first use Maven Central (behind a mirror: spark.jars.ivySettings). "
        f"Its log is {state / 'spark.log'}."
    )
