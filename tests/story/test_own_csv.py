"""The tutorial about your own CSV, typed as it is written, in a copy of the project."""

import os
import shutil
import signal
import subprocess
from datetime import date
from pathlib import Path

import pytest
import yaml
from tests.readme.pages import ROOT, Page

from .weather import write_days

pytestmark = [pytest.mark.slow, pytest.mark.spark]

TUTORIAL = Page(ROOT / "docs/tutorial/own-csv.md")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "COLUMNS")}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone has, with the environment that exists, and the weather of two months."""
    root = tmp_path_factory.mktemp("clone") / "project"
    for name in ("notebooks", "resources", "specs", "src"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("databricks.yml", "workspace"):
        shutil.copy(ROOT / name, root)
    (root / ".venv").symlink_to((ROOT / ".venv").resolve())
    write_days(root / "weather", date(2024, 1, 1), date(2024, 2, 29))
    return root


@pytest.fixture(scope="module")
def typed(project: Path) -> dict[str, str]:
    """What the commands print, by command, with a number for those that come twice."""
    printed: dict[str, str] = {}
    for block in TUTORIAL.blocks("bash"):
        if "--append" in block:
            write_days(project / "weather", date(2024, 3, 1), date(2024, 3, 31))
        for line in block.splitlines():
            name = next(f"{line} #{number}" for number in (1, 2) if f"{line} #{number}" not in printed)
            printed[name] = run(project, line)
    return printed


def run(project: Path, line: str) -> str:
    done = subprocess.run(
        line, shell=True, cwd=project, env=ENVIRONMENT, capture_output=True, text=True, timeout=500, check=False
    )
    assert done.returncode == 0, f"{line}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.mark.timeout(1500)
def test_the_files_become_a_table_with_the_types_that_the_page_shows(typed):
    printed = typed["./workspace load weather/ --as weather #1"]
    (shown,) = [block for block in TUTORIAL.blocks("text") if block.startswith("  column")]

    assert "2,880 rows, 8 columns, read from 60 files (csv, separated by `,`)" in printed
    assert [line for line in lines(shown) if line not in lines(printed)] == []


def lines(text: str) -> list[str]:
    """Without the spaces that align them."""
    return [" ".join(line.split()) for line in text.splitlines()]


def test_the_spec_has_the_guesses_that_the_page_names(typed, project):
    spec = yaml.safe_load((project / "specs/rain.yml").read_text("utf-8"))

    assert (spec["kind"], spec["schedule"]) == ("regression", "daily")
    assert spec["source"] == {"table": "weather", "ledger_column": "time", "keys": ["time", "station"]}
    assert spec["columns"] == {
        "label": "rain",
        "numeric": ["temperature", "humidity", "wind speed", "is holiday"],
        "categorical": ["station"],
    }
    assert (
        "left out     unit: the same value in every row"
        in typed["./workspace new-model weather --name rain --label rain #1"]
    )


def test_the_first_champion_goes_live_and_the_next_month_is_scored_by_it(typed):
    first, second = (typed[f"./workspace status rain #{number}"] for number in (1, 2))

    assert "champion       version 1, live since " in first
    assert "error          not known yet" in first
    assert (
        "1,488 rows are new; 2,880 were in the table already."
        in typed["./workspace load weather/ --as weather --append #1"]
    )
    assert "on 1,488 new rows" in second
    assert "waits for you" not in first + second


def test_plain_pandas_rows_are_predicted_through_the_ui(typed, project):
    (script,) = TUTORIAL.blocks("python")
    ui = subprocess.Popen(
        ["./workspace", "ui"], cwd=project, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        shown = [ui.stdout.readline() for _ in range(4)]
        address = shown[0].split()[1]
        model = shown[2].split("/models/")[1].strip()
        assert shown[3] == f"champion: models:/{model}@champion\n"
        (project / "predict.py").write_text(script.replace("<address>", address).replace("<model>", model), "utf-8")
        printed = run(project, ".venv/bin/python predict.py")
    finally:
        ui.send_signal(signal.SIGINT)
        _, errors = ui.communicate(timeout=60)

    assert len(printed.strip("[]\n").split()) == 48
    assert (ui.returncode, errors) == (0, "")


def test_a_notebook_of_the_loop_runs_alone(typed, project):
    printed = run(project, "./workspace notebook 01_ingest --params model=rain")

    assert "[1 of 4, line 1] 1. Ingest" in printed
    assert "rain: nothing new; watermark 2024-03-31" in printed
    assert "task values: batch_seq=3" in printed
    assert "SUCCESS: " in printed


def test_a_query_is_printed_as_csv_and_a_wrong_one_names_the_tables(typed, project):
    printed = run(project, "./workspace sql 'select count(*) as n, max(time) as newest from weather' --csv")
    assert printed == "n,newest\n4368,2024-03-31 23:00:00Z\n"

    wrong = subprocess.run(
        ["./workspace", "sql", "select * from wether"],
        cwd=project,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert wrong.returncode == 2
    assert "`wether` cannot be found. Tables of dev_" in wrong.stderr
    assert "weather" in wrong.stderr.partition("Tables of dev_")[2]
