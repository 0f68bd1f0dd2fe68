"""Starts and ends a server as a separate process group, which ends when this process ends, also when it is killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from local_workspace.engines import ends_with_parent

STOP_LIMIT_SECONDS = 10.0
KILL_LIMIT_SECONDS = 0.5


def start_server_process(
    command: Sequence[str], folder: Path, log: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start the command in a folder. Its output is added to the log."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, ends_with_parent.__file__, *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )


def end_server_process(process: subprocess.Popen[bytes]) -> None:
    """End the process group by closing its standard input, then kill what is left of it."""
    if process.stdin and not process.stdin.closed:
        process.stdin.close()

    try:
        process.wait(timeout=STOP_LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

    end = time.monotonic() + KILL_LIMIT_SECONDS
    with suppress(ProcessLookupError, PermissionError):  # The group is empty, or only holds dead processes.
        while time.monotonic() < end:
            os.killpg(process.pid, signal.SIGKILL)
            time.sleep(0.02)


def free_port() -> int:
    """A port of 127.0.0.1 that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
