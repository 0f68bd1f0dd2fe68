"""Spark Connect's server in a process of its own, so that the session here is a client without Java, as on serverless
compute."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyspark

from local_workspace.engines.server_process import end_server_process, free_port, start_server_process
from local_workspace.engines.spark_session import spark_conf, use_utc

SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"
START_LIMIT_SECONDS = 120.0


@contextmanager
def connect_server(state: Path) -> Iterator[str]:
    """The address of a server with the laptop's own settings, until the block ends."""
    port, log = free_port(), state / "connect.log"
    (state / "tmp").mkdir(exist_ok=True)
    use_utc()
    process = start_server_process(_command(state, port), state, log, _without_the_project())
    try:
        _wait_for(port, process, log)
        yield f"sc://127.0.0.1:{port}"
    finally:
        end_server_process(process)


def _command(state: Path, port: int) -> list[str]:
    conf = {
        **spark_conf(state, persistent=False),
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
    }
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    said = [part for name, value in conf.items() for part in ("--conf", f"{name}={value}")]
    return [str(submit), "--master", "local[2]", *said, "--class", SERVER, "spark-internal"]


def _without_the_project() -> dict[str, str]:
    """Workers cannot import it, as on serverless compute."""
    known = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**known, "PYSPARK_PYTHON": sys.executable}


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_LIMIT_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Spark Connect did not start. What it said is in {log}.") from None
            time.sleep(0.2)
        else:
            return
