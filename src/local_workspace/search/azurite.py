"""Azurite, Microsoft's own stand-in for Azure Storage, as a separate process that keeps everything in memory."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local_workspace.engines.server_process import free_port
from local_workspace.errors import EngineError

ACCOUNT = "devstoreaccount1"
# Azurite's published key; it opens nothing else.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
START_LIMIT_SECONDS = 60.0
VARIABLE = "AZURITE"
"""Names the command of another Azurite than the one on the path."""

MISSING = (
    "Azurite is not there. It needs Node.js 18 or newer: `npm install -g azurite`, or name its command in the "
    f"environment variable {VARIABLE}."
)


def find_azurite() -> str | None:
    """The command that starts Azurite; None where it or Node.js is missing."""
    if shutil.which("node") is None:
        return None
    named = os.environ.get(VARIABLE)
    return named if named and Path(named).exists() else shutil.which("azurite-blob")


@contextmanager
def azurite(command: str | None = None, port: int | None = None) -> Iterator[str]:
    """A running Azurite, on any free port unless one is named; yields the connection string of its account. Raises
    EngineError where it does not start."""
    found = command or find_azurite()
    if found is None:
        raise EngineError(MISSING)
    port = port or free_port()
    options = ("--blobHost", "127.0.0.1", "--blobPort", str(port), "--inMemoryPersistence", "--skipApiVersionCheck")
    process = subprocess.Popen(
        [found, *options, "--silent", "--disableTelemetry"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(process, port)
        address = f"http://127.0.0.1:{port}/{ACCOUNT}"
        yield f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={address};"
    finally:
        # Its own shutdown waits for every open connection.
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise EngineError(f"Azurite did not start. Try its command by itself, and see what it prints. {MISSING}")
