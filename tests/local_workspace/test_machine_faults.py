"""What the machine refuses is one sentence with the cure, nothing is half-done, and the same command goes on."""

import errno
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from local_workspace.engines.mlflow_server import DATABASE, launch_mlflow_server
from local_workspace.engines.tracking_database import check_database
from local_workspace.errors import StateFolderError
from local_workspace.machine_faults import machine_fault, reported
from local_workspace.notebook.error_sentence import sentence_of

from .make_bundle import make_bundle

SOURCE = Path(__file__).parents[2] / "src"
AGAIN = "Then run the same command again: it goes on from what is stored."

RESOURCES = """
resources:
  schemas:
    tables: { catalog_name: "${var.catalog}", name: toys }
  jobs:
    count:
      name: count
      parameters:
        - { name: table, default: "${resources.schemas.tables.name}.rows" }
        - { name: ballast, default: "" }
      tasks:
        - task_key: append
          notebook_task: { notebook_path: ../notebooks/append.py }
"""

APPEND = """
    import mlflow
    from contextlib import suppress
    dbutils.widgets.text("table", "")
    dbutils.widgets.text("ballast", "")
    table, ballast = dbutils.widgets.get("table"), dbutils.widgets.get("ballast")
    # ---
    if ballast:
        with suppress(OSError), open(ballast, "wb", buffering=0) as file:
            while True:
                file.write(bytes(65536))
    # ---
    mlflow.set_experiment("toys")
    spark.range(1).write.format("delta").mode("append").saveAsTable(table)
    print("rows:", spark.table(table).count())
"""


def may_mount() -> bool:
    """Whether this user may mount a small disk, in a namespace that ends with the process."""
    command = ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"]
    return shutil.which("unshare") is not None and subprocess.run(command, check=False).returncode == 0


needs_mount = pytest.mark.skipif(not may_mount(), reason="this user may not mount a small disk to fill")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return make_bundle(tmp_path / "toy", RESOURCES, {"append": APPEND})


def on_disk(bundle: Path, options: str, *lines: str) -> subprocess.CompletedProcess[str]:
    """Shell lines, with a disk at `state` that only they see and that is gone after them."""
    (bundle / "state").mkdir()
    mount = f"mount -t tmpfs -o {options} none {shlex.quote(str(bundle / 'state'))}"
    run = f'run() {{ {shlex.quote(sys.executable)} -m local_workspace run count --state state "$@"; }}'
    script = "\n".join([mount, run, *lines])
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", script],
        cwd=bundle,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "Job aborted.\nCaused by: java.io.IOException: No space left on device\n\tat java.io",
            f"The disk is full (java.io.IOException: No space left on device). Free some space. {AGAIN}",
        ),
        (
            "(sqlite3.OperationalError) database or disk is full",
            f"The disk is full ((sqlite3.OperationalError) database or disk is full). Free some space. {AGAIN}",
        ),
        (
            "a\nmkdir of /x failed: Read-only file system",
            f"A file or folder may not be read or written (mkdir of /x failed: Read-only file system). Give this user "
            f"the right to it. {AGAIN}",
        ),
        ("column `x` is infinite", None),
        ("", None),
    ],
)
def test_a_refusal_is_found_in_the_words_of_any_error(text: str, sentence: str | None) -> None:
    assert machine_fault(text) == sentence


def test_the_refusal_behind_an_error_is_its_sentence() -> None:
    cause = OSError(errno.ENOSPC, "No space left on device")
    err = ValueError("the page was not stored")
    err.__cause__ = cause

    assert sentence_of(err).startswith("The disk is full ([Errno 28] No space left on device). Free some space.")


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.ENOSPC, f"The disk is full: /x/y cannot be written. Free some space. {AGAIN}"),
        (errno.EROFS, "/x/y may not be read or written (Read-only file system). Give this user the right to it, or"),
        (errno.EACCES, "/x/y may not be read or written (Permission denied). Give this user the right to it, or"),
        (errno.EEXIST, "/x/y cannot be a folder of this workspace (File exists). Name another folder with --state."),
        (errno.ENOTDIR, "/x/y cannot be a folder of this workspace (Not a directory). Name another folder with"),
    ],
)
def test_a_refusal_of_the_operating_system_names_the_file(number: int, message: str) -> None:
    with pytest.raises(StateFolderError) as caught, reported(Path("/x")):
        raise OSError(number, os.strerror(number), "/x/y")

    assert str(caught.value).startswith(message)


def test_any_other_error_of_the_operating_system_stays_what_it_is() -> None:
    with pytest.raises(FileNotFoundError), reported(Path("/x")):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", "/x/y")


@needs_mount
def test_a_disk_that_is_nearly_full_is_refused_before_anything_starts(bundle: Path) -> None:
    done = on_disk(bundle, "size=30m", "run", "echo $?", "ls state")

    assert done.stdout == "2\n"
    assert done.stderr.splitlines() == [
        f"StateFolderError: The disk of {bundle}/state has 31 MB left, and a run needs at least 100 MB. Nothing was "
        f"started. Free some space, or name a folder on another disk with --state."
    ]


@needs_mount
@pytest.mark.parametrize("closed", ["state", "state/warehouse"])
def test_a_read_only_folder_is_refused_before_anything_starts(bundle: Path, closed: str) -> None:
    remount = f"mkdir -p {closed}; mount --bind {closed} {closed}; mount -o remount,ro,bind {closed}"

    done = on_disk(bundle, "size=200m", remount, "run", "echo $?", "find state -type f")

    assert done.stdout == "2\n"
    assert done.stderr.splitlines() == [
        f"StateFolderError: The state folder {bundle}/state cannot be used: {bundle}/{closed} is read-only for this "
        f"user. Nothing was started. Give this user the right to write there, or name another folder with --state."
    ]


FILLS_THE_DISK = """
import sys
from pathlib import Path
from local_workspace.bundle.jobs import Job, NotebookTask, Task
from local_workspace.run.progress import NoProgress
from local_workspace.run.runner import RunContext, run_job

notebook = Path("fill.py").resolve()
notebook.write_text('''# Databricks notebook source
from contextlib import suppress
with suppress(OSError), open("state/ballast", "wb", buffering=0) as file:
    while True:
        file.write(bytes(4096))
print("x" * 100_000)
''')
task = Task("fill", (), "ALL_SUCCESS", NotebookTask(notebook, {}))
job = Job("full", "full", "", {}, (task,))
result = run_job(RunContext(None, Path("state/runs"), {"full": job}, NoProgress()), "full", {})
print(result.state, result.tasks["fill"].error)
"""


@needs_mount
def test_a_disk_too_full_for_the_log_of_a_task_fails_the_task_with_one_sentence(bundle: Path) -> None:
    done = on_disk(bundle, "size=1m", f"{shlex.quote(sys.executable)} -c {shlex.quote(FILLS_THE_DISK)}")

    assert done.stdout == f"FAILED The disk is full: state/runs cannot be written. Free some space. {AGAIN}\n"
    assert done.stderr == ""


@needs_mount
@pytest.mark.slow
@pytest.mark.spark
@pytest.mark.timeout(1200)
def test_a_disk_that_fills_up_fails_the_task_with_one_sentence_and_the_next_run_goes_on(bundle: Path) -> None:
    done = on_disk(
        bundle, "size=200m", "run", "run --params ballast=$PWD/state/ballast", "echo $?", "rm state/ballast", "run"
    )

    before, failed, after = done.stdout.split("append: running\n")[1:]
    assert "rows: 1\n" in before, done.stderr
    assert "append: failed" in failed
    assert "The disk is full" in failed
    assert f"Free some space. {AGAIN}" in failed
    assert failed.rstrip().endswith("\n1")
    assert "FAILED: run " in failed
    assert "rows: 2\n" in after
    assert "Traceback" not in done.stdout + done.stderr


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """The state folder of a server whose database was cut off in the middle."""
    file = tmp_path / "mlflow" / DATABASE
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("create table runs (id text)")
        database.executemany("insert into runs values (?)", [("x" * 500,)] * 200)
    check_database(file)
    file.with_suffix(".copy").write_bytes(file.read_bytes())
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    return tmp_path


def test_a_server_does_not_start_on_a_damaged_database_and_does_on_its_copy(damaged: Path) -> None:
    file = damaged / "mlflow" / DATABASE
    for _ in range(2):  # the first refusal lets go of the lock
        with pytest.raises(StateFolderError) as caught:
            launch_mlflow_server(damaged)

    assert str(caught.value).startswith(
        f"The database of the MLflow server, {file}, is damaged (database disk image is"
    )
    assert f"Put a copy of the file back, or recover what can be read: sqlite3 {file} .recover" in str(caught.value)
    file.write_bytes(file.with_suffix(".copy").read_bytes())
    check_database(file)


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"no database" * 1_000, "file is not a database"), (b"", "it is empty")],
    ids=["another file", "empty"],
)
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes, found: str) -> None:
    (tmp_path / "artifacts" / "1").mkdir(parents=True)
    (tmp_path / DATABASE).write_bytes(content)

    with pytest.raises(StateFolderError, match=found):
        check_database(tmp_path / DATABASE)


def test_a_database_that_was_never_used_is_no_damage(tmp_path: Path) -> None:
    check_database(tmp_path / DATABASE)
    (tmp_path / DATABASE).touch()
    check_database(tmp_path / DATABASE)
