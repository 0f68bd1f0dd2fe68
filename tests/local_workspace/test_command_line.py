"""The command as a user runs it, as separate processes. One of them is killed in the middle of a run."""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from py4j.protocol import Py4JNetworkError

from local_workspace.__main__ import COMMANDS, _parser, main
from local_workspace.bundle.bundle import job_keys, read_bundle
from local_workspace.bundle.job_help import job_parameters
from local_workspace.commands import status
from local_workspace.commands.command import pairs

from .engines.test_mlflow_server import group_is_alive, within
from .make_bundle import make_bundle

SOURCE = Path(__file__).parents[2] / "src"

RESOURCES = """
# Appends one row each time:
#   databricks bundle run count -t dev --params table=toys.rows,\\
#   wait_for=/tmp/file
resources:
  schemas:
    tables: { catalog_name: "${var.catalog}", name: toys }
  jobs:
    count:
      name: count
      description: appends a row and counts
      parameters:
        - { name: table, default: "${resources.schemas.tables.name}.rows" }
        - { name: wait_for, default: "" } # a file "that" is made, then it waits
        - { name: size, default: "${var.size}" } # of nothing
      tasks:
        - task_key: append
          notebook_task: { notebook_path: ../notebooks/append.py }
    a_job_of_long_name:
      name: nothing
      description: does nothing
      tasks: [{ task_key: nothing, notebook_task: { notebook_path: ../notebooks/nothing.py } }]
"""

APPEND = """
    import pathlib, time
    dbutils.widgets.text("table", "")
    dbutils.widgets.text("wait_for", "")
    table = dbutils.widgets.get("table")
    # ---
    spark.range(1).write.format("delta").mode("append").saveAsTable(table)
    wait_for = dbutils.widgets.get("wait_for")
    if wait_for:
        pathlib.Path(wait_for).touch()
        time.sleep(120)
    # ---
    def importable(batches):
        import importlib.util, pandas
        for batch in batches:
            yield pandas.DataFrame({"found": [importlib.util.find_spec("local_workspace") is not None]})

    found = spark.range(1).mapInPandas(importable, "found boolean").first()["found"]
    print("a worker can import src:", found)
    print("rows:", spark.table(table).count())
"""


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return make_bundle(tmp_path / "toy", RESOURCES, {"append": APPEND})


def start(bundle: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "local_workspace", "run", "count", *arguments],
        cwd=bundle,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def groups_of_children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "ppid=,pgid="], capture_output=True, text=True, check=True).stdout
    pairs = [line.split() for line in listed.splitlines()]
    return [int(group) for parent, group in pairs if int(parent) == pid]


@pytest.mark.slow
@pytest.mark.spark
def test_a_killed_run_leaves_no_process_and_its_tables_are_there_for_the_next(bundle: Path) -> None:
    written = bundle / "written"
    first = start(bundle, "--params", f"wait_for={written}")
    assert within(120, written.exists), first.communicate(timeout=5)
    groups = {first.pid, *groups_of_children(first.pid)}

    refused = start(bundle).communicate(timeout=60)[1]
    first.send_signal(signal.SIGKILL)
    first.communicate()

    assert f"in use by process {first.pid}" in refused
    assert len(groups) == 2, "Java runs in the group of the command, the MLflow server in its own"
    assert within(20, lambda: not any(group_is_alive(group) for group in groups))

    second = start(bundle)
    output, errors = second.communicate(timeout=120)
    assert "rows: 2\n" in output, errors
    assert "a worker can import src: False\n" in output  # although it is on this process's PYTHONPATH
    assert "SUCCESS: run " in output
    assert second.returncode == 0


@pytest.mark.spark
def test_ctrl_c_ends_with_one_line_that_says_how_to_continue(bundle: Path) -> None:
    process = start(bundle)
    lock = bundle / ".local" / "lock"
    assert within(60, lambda: lock.exists() and lock.read_text() != "")
    time.sleep(1)
    groups = {process.pid, *groups_of_children(process.pid)}

    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=60)[1]

    assert errors.strip().splitlines()[-1] == (
        "Stopped. Tables and models are as the last finished step left them. Run the same command to continue."
    )
    assert "Traceback" not in errors
    assert process.returncode == 130
    assert within(20, lambda: not any(group_is_alive(group) for group in groups))


def test_jobs_lists_keys_and_descriptions(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jobs", "--bundle", str(bundle)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "a_job_of_long_name  does nothing",
        "count               appends a row and counts",
        "",
        "Parameters and examples of a job: ./workspace run <job> --help",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "cuont"], "job cuont: target dev does not have this job. Choose one of a_job_of_long_name, count."),
        (
            ["run", "count", "--params", "tabel=x"],
            "job count does not have this parameter. It has: table, wait_for, ",
        ),
        (["run", "count", "--params", "table"], "--params table: expected NAME=VALUE."),
        (["run"], "run: the job is missing. `./workspace jobs` lists them; then `./workspace run <job>`."),
        (["run", "count", "-t", "test"], "target test: not in the bundle. Choose one of dev, prod."),
    ],
)
def test_a_wrong_name_is_refused_with_the_choices_before_anything_starts(
    bundle: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main([*arguments, "--bundle", str(bundle)]) == 2
    assert message in capsys.readouterr().err
    assert not (bundle / ".local").exists()


def test_help_of_a_job_shows_descriptions_defaults_and_examples_from_its_yaml(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "count", "--help", "--bundle", str(bundle)]) == 0

    assert (
        capsys.readouterr().out
        == """\
./workspace run count: appends a row and counts

parameters, as --params NAME=VALUE NAME=VALUE:
  wait_for  a file "that" is made, then it waits (default: empty)
  size      of nothing (default: small)

The bundle sets these, so leave them out: table.

examples:
  ./workspace run count --params table=toys.rows,wait_for=/tmp/file
"""
    )


def test_every_command_has_help_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    for name in COMMANDS:
        if name == "run":
            assert main([name, "--help"]) == 0
        else:
            with pytest.raises(SystemExit, match=r"^0$"):
                main([name, "--help"])
        shown = capsys.readouterr().out

        assert f"usage: ./workspace {name}" in shown
        assert f"examples:\n  ./workspace {name}" in shown


def test_a_java_process_that_ends_is_one_sentence_with_the_cure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def end(_: object) -> int:
        raise Py4JNetworkError("Answer from Java side is empty")

    monkeypatch.setattr(status, "execute", end)

    assert main(["status"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("EngineError: Java, in which Spark runs, has ended")
    assert "Run the same command again" in said
    assert "Traceback" not in said


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage: ./workspace" in capsys.readouterr().out


def test_every_example_is_a_command_that_the_parser_takes() -> None:
    for name, command in COMMANDS.items():
        for example in command.EXAMPLES:
            assert _parser().parse_args(shlex.split(example.partition(" > ")[0])).command == name


def test_every_parameter_of_this_bundle_that_people_set_has_a_description() -> None:
    bundle = read_bundle(SOURCE.parent, "dev")

    undescribed = [
        f"{key}.{each.name}"
        for key in job_keys(bundle)
        for each in job_parameters(bundle, key)
        if not each.is_set_by_bundle and not each.description
    ]

    assert undescribed == []


def test_help_and_errors_do_not_import_spark_or_pandas(bundle: Path) -> None:
    script = (
        "import sys; from local_workspace.__main__ import main\n"
        f"main(['jobs', '--bundle', {str(bundle)!r}]); main(['run', 'x', '--bundle', {str(bundle)!r}])\n"
        "print({'pyspark', 'pandas', 'mlflow', 'pyarrow'} & set(sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)

    assert done.stdout.splitlines()[-1] == "set()"


def test_parameters_may_be_given_one_by_one_or_with_commas_as_the_databricks_cli_takes_them() -> None:
    assert pairs("--params", ["model=a,reason=too many zeros, nulls", "as_of=2013-01-31"]) == {
        "model": "a",
        "reason": "too many zeros, nulls",
        "as_of": "2013-01-31",
    }
