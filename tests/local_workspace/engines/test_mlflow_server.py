"""The MLflow server: real, private to this process, and stopped when it should be."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from local_workspace.engines import mlflow_server
from local_workspace.engines.mlflow_server import start_mlflow_server
from local_workspace.errors import EngineError
from retraining.adapters.registry.registry import open_registry
from retraining.errors import RegistryError


def test_a_server_that_cannot_start_says_which_log_to_read_and_leaves_the_environment_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr(mlflow_server, "_command", lambda folder, port: [sys.executable, "-c", "exit('broken')"])

    with pytest.raises(EngineError, match=f"Its log is {tmp_path}/mlflow/server.log"):
        start_mlflow_server(tmp_path)

    assert (tmp_path / "mlflow" / "server.log").read_text() == "broken\n"
    assert "MLFLOW_TRACKING_URI" not in os.environ


def test_a_command_ends_with_its_children_when_the_parent_is_killed(tmp_path: Path) -> None:
    sleeper = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    parent = f"""
import subprocess, sys, time
from local_workspace.engines import ends_with_parent
child = subprocess.Popen([sys.executable, ends_with_parent.__file__, sys.executable, "-c", {sleeper!r}],
                         stdin=subprocess.PIPE, start_new_session=True)
print(child.pid, flush=True)
time.sleep(60)
"""
    source = str(Path(mlflow_server.__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": source}
    )
    assert process.stdout is not None
    group = int(process.stdout.readline())
    process.stdout.close()
    time.sleep(0.5)
    assert group_is_alive(group)

    process.kill()
    process.wait()

    assert within(10, lambda: not group_is_alive(group))


def group_is_alive(group: int) -> bool:
    """Whether any process of the group still runs; one that has ended but was not collected does not."""
    listed = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    return any(int(line.split()[0]) == group and "Z" not in line.split()[1] for line in listed.splitlines())


def within(seconds: float, holds) -> bool:
    """Whether the condition becomes true in time."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return bool(holds())


@pytest.mark.spark
def test_the_server_answers_and_stops(tmp_path: Path) -> None:
    with start_mlflow_server(tmp_path) as server:
        assert os.environ["MLFLOW_TRACKING_URI"] == server.uri
        assert urllib.request.urlopen(f"{server.uri}/health").read() == b"OK"

    assert not group_is_alive(server.process.pid)
    server.stop()


@pytest.mark.slow
@pytest.mark.spark
def test_a_server_that_was_killed_is_noticed_and_a_call_to_it_ends_soon_with_the_cure(tmp_path: Path) -> None:
    with start_mlflow_server(tmp_path) as server:
        registry = open_registry("main.retraining", "/x")
        assert (server.answers, registry.version_of("toy", "champion")) == (True, None)

        os.killpg(server.process.pid, signal.SIGKILL)
        begin = time.monotonic()
        with pytest.raises(RegistryError, match=r"failed \(it does not answer\)\. .* then run again\."):
            registry.version_of("toy", "champion")

        assert time.monotonic() - begin < 30
        assert not server.answers
    with start_mlflow_server(tmp_path) as server:  # the lock of the killed one is free
        assert server.answers
