"""`./workspace`: from any folder, with the exit codes and signals of the command."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The launcher in a project whose Python is a script that says what it was given."""
    root = tmp_path / "my project"
    (root / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(ROOT / "workspace", root)
    write(root / ".venv/bin/python", 'echo "$PYTHONPATH|$LOCAL_WORKSPACE_BUNDLE|$PWD|$*"; exit 7')
    (root / ".venv/requirements-dev.txt").touch()
    return root


def write(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def launch(*command: str | Path, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    known = ("PYTHONPATH", "LOCAL_WORKSPACE_BUNDLE")
    environment = {name: value for name, value in os.environ.items() if name not in known} | variables
    return subprocess.run(
        [*map(str, command)], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_it_works_from_any_folder_and_passes_arguments_and_exit_code(project: Path, tmp_path: Path) -> None:
    done = launch(project / "workspace", "load", "my file.csv", folder=tmp_path)

    assert done.stdout == f"{project}/src|{project}|{tmp_path}|-m local_workspace load my file.csv\n"
    assert done.returncode == 7


def test_it_works_through_a_link(project: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "workspace").symlink_to("../my project/workspace")

    assert launch("bin/workspace", "jobs", folder=tmp_path).stdout.startswith(f"{project}/src|{project}|")


def test_signals_reach_the_command(project: Path, tmp_path: Path) -> None:
    started = tmp_path / "started"
    write(project / ".venv/bin/python", f"trap 'exit 9' TERM; touch {started}; while :; do sleep 0.1; done")
    process = subprocess.Popen([project / "workspace", "ui"])
    while not started.exists():
        time.sleep(0.05)

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=20) == 9


@pytest.mark.parametrize("missing", [".venv/bin/python", ".venv/requirements-dev.txt"])
def test_a_missing_or_unfinished_environment_is_built_first(project: Path, tmp_path: Path, missing: str) -> None:
    (project / missing).unlink()
    (project / "Makefile").write_text(
        "setup:\n\t@echo building; printf '%s\\n' 'echo ran' > .venv/bin/python; chmod +x .venv/bin/python\n"
    )

    done = launch(project / "workspace", "jobs", folder=tmp_path)

    assert (done.stdout, done.returncode) == ("ran\n", 0)
    assert "building" in done.stderr


def test_without_an_environment_that_can_be_built_it_ends_with_2(project: Path, tmp_path: Path) -> None:
    (project / ".venv/bin/python").unlink()
    (project / "Makefile").write_text("setup:\n\t@echo Python is missing >&2; exit 1\n")

    done = launch(project / "workspace", "jobs", folder=tmp_path)

    assert done.returncode == 2
    assert "Python is missing" in done.stderr
