"""Notebooks start one stage: they hold no logic, and their widgets are exactly what their tasks pass."""

import ast
import re
import sys

import pytest

from local_workspace.notebook.dbutils import DBUtils

from .reading import calls, innermost, strings, widgets

FIRST_LINE = "# Databricks notebook source"
MOST_CODE_LINES = 25
LOGIC = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.If, ast.IfExp, ast.Match),
    *(ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Try),
)


def wrong_shapes(bundle):
    wrong = []
    for file in bundle.notebooks():
        lines = file.read_text("utf-8").splitlines()
        tree = ast.parse("\n".join(lines))
        found = {type(node).__name__ for node in ast.walk(tree) if isinstance(node, LOGIC)}
        found |= {magic for magic in ("%run", "%sql", "%pip") for line in lines if line.startswith(f"# MAGIC {magic}")}
        found |= {"SQL" for name, _ in calls(file) if name.endswith(".sql")}
        found |= {"first line"} if lines[:1] != [FIRST_LINE] else set()
        code = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
        found |= {f"{len(code)} code lines"} if len(code) > MOST_CODE_LINES else set()
        wrong += [f"{file.name}: {what}" for what in sorted(found)]
    return wrong


def wrong_widgets(bundle):
    """Widgets that nobody passes, base parameters without a widget, parameters that nothing of the job reads."""
    wrong = []
    for target, key, job in bundle.jobs():
        parameters = {entry["name"] for entry in job.get("parameters", [])}
        texts = " ".join(text for _, text in strings(job["tasks"]))
        declared = set(re.findall(r"\{\{job\.parameters\.(\w+)\}\}", texts))
        for task in (task for task in map(innermost, job["tasks"]) if "notebook_task" in task):
            place = f"{target}: {key}.{task['task_key']}"
            base = set(task["notebook_task"].get("base_parameters", {}))
            has = widgets(bundle.notebook(task))
            declared |= has
            wrong += [f"{place}: nobody passes the widget {name}" for name in sorted(has - base - parameters)]
            wrong += [f"{place}: no widget for {name}" for name in sorted(base - has)]
            wrong += [
                f"{place}: the job parameter {name} hides its base parameter" for name in sorted(base & parameters)
            ]
        wrong += [f"{target}: {key}: nothing reads the parameter {name}" for name in sorted(parameters - declared)]
    return wrong


def undeclared_reads(bundle):
    """`dbutils.widgets.get` of a widget that the notebook does not declare."""
    return [
        f"{file.name}: {ast.unparse(call)}"
        for file in bundle.notebooks()
        for name, call in calls(file)
        if name == "dbutils.widgets.get" and ast.literal_eval(call.args[0]) not in widgets(file)
    ]


BOOTSTRAP = """import sys
from pathlib import Path

dbutils.widgets.text("bundle_files", "")
places = Path("../src").resolve(), Path(dbutils.widgets.get("bundle_files"), "src")
src = next(filter(Path.is_dir, places), places[0])
assert (src / "retraining").is_dir(), f"{src} has no package retraining: run this notebook inside the bundle's folder."
sys.path.insert(0, str(src))
"""


def other_beginnings(bundle):
    """Notebooks whose first cell does not find src as all others do; in a folder below it is one folder further up."""
    return [
        file.name
        for file in bundle.notebooks()
        if BOOTSTRAP.replace("../src", "../" * len(file.relative_to(bundle.root).parts[1:]) + "src")
        not in file.read_text("utf-8")
    ]


def without_their_folder(bundle):
    """Jobs with a notebook that are not given the folder that the files are deployed to."""
    return [
        f"{target}: {key}"
        for target, key, job in bundle.jobs()
        if any("notebook_task" in innermost(task) for task in job["tasks"])
        and {"name": "bundle_files", "default": "${workspace.file_path}"} not in job["parameters"]
    ]


CHANGES_WHAT_IS_LIVE = (
    *("04_promote", "rollback", "adopt", "approve", "copy_version", "change_mode"),
    *("release_retraining", "release_batch", "repair"),
)


def silent_jobs(bundle):
    """Jobs that change what is live, or what the loop may do, and leave neither a row in `events` nor a page; and their
    tasks that do not store the error that stops them."""
    wrong = []
    for target, key, job in bundle.jobs():
        notebooks = {task["task_key"]: bundle.notebook(task) for task in job["tasks"] if "notebook_task" in task}
        if not {each.stem for each in notebooks.values()} & set(CHANGES_WHAT_IS_LIVE):
            continue
        others = {task: file for task, file in notebooks.items() if file.stem != "report"}
        wrong += [f"{target}: {key}: no report"] if len(others) == len(notebooks) else []
        wrong += [
            f"{target}: {key}: {task} stores no error"
            for task, file in others.items()
            if not any(name.endswith(".storing_errors") for name, _ in calls(file))
        ]
    return wrong


def test_every_job_that_changes_what_is_live_leaves_a_row_a_page_and_the_error_that_stops_it(bundle):
    checked = {file.stem for file in bundle.notebooks()}

    assert set(CHANGES_WHAT_IS_LIVE) - checked == set()
    assert silent_jobs(bundle) == []


def test_a_job_that_changes_what_is_live_in_silence_is_found(toy):
    assert silent_jobs(toy.read()) == []

    (toy.folder / "notebooks/rollback.py").write_text((toy.folder / NOTEBOOK).read_text())
    silent = silent_jobs(toy.edit(LOOP, "last.py", "rollback.py"))

    dev = [each for each in silent if each.startswith("dev")]
    assert dev == ["dev: loop: no report", "dev: loop: first stores no error", "dev: loop: last stores no error"]


@pytest.mark.parametrize("check", [other_beginnings, without_their_folder])
def test_every_notebook_finds_the_package_in_the_same_way(bundle, check):
    assert check(bundle) == []


def beginning(monkeypatch, folder, bundle_files):
    """What the first cell finds in a folder."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [])
    exec(BOOTSTRAP, {"dbutils": DBUtils({"bundle_files": bundle_files}, {}, {})})
    return sys.path[0]


def test_the_folder_of_the_notebook_counts_before_what_a_run_is_given(monkeypatch, tmp_path):
    """Anyone who may start a run chooses its parameters, but not the code that runs."""
    for name in ("bundle/src/retraining", "bundle/notebooks", "other/src/retraining", "elsewhere/driver"):
        (tmp_path / name).mkdir(parents=True)
    own, other = (str(tmp_path / name / "src") for name in ("bundle", "other"))

    assert beginning(monkeypatch, tmp_path / "bundle/notebooks", str(tmp_path / "other")) == own
    assert beginning(monkeypatch, tmp_path / "bundle/notebooks", "") == own
    assert beginning(monkeypatch, tmp_path / "elsewhere/driver", str(tmp_path / "other")) == other
    with pytest.raises(AssertionError, match="run this notebook inside the bundle's folder"):
        beginning(monkeypatch, tmp_path / "elsewhere/driver", "")


@pytest.mark.parametrize("check", [wrong_shapes, wrong_widgets, undeclared_reads])
def test_notebooks_hold_no_logic_and_match_their_tasks(bundle, check):
    assert bundle.notebooks()
    assert check(bundle) == []


NOTEBOOK, LOOP = "notebooks/last.py", "resources/loop.job.yml"
DAILY = "resources/daily.job.yml"
CALL = 'run_job_task: { job_id: "${resources.jobs.loop.id}", job_parameters: { month: "{{input}}" } }'
LINE = 'dbutils.widgets.text("count", "")\n'


@pytest.mark.parametrize(
    "added",
    [
        *("def f():\n    pass\n", "class C:\n    pass\n", "if spark:\n    pass\n", "x = 1 if spark else 2\n"),
        *("for x in y:\n    pass\n", "while x:\n    pass\n", "try:\n    x\nfinally:\n    y\n", "[x for x in y]\n"),
        *("spark.sql('SELECT 1')\n", "# MAGIC %run ./other\n", "# MAGIC %sql SELECT 1\n", "x = 1\n" * 24),
    ],
)
def test_logic_in_a_notebook_is_found(toy, added):
    assert wrong_shapes(toy.read()) == []
    assert len(wrong_shapes(toy.edit(NOTEBOOK, LINE, LINE + added))) == 1


def test_a_wrong_first_line_is_found(toy):
    assert wrong_shapes(toy.edit(NOTEBOOK, FIRST_LINE, FIRST_LINE + " ")) == ["last.py: first line"]


@pytest.mark.parametrize(
    ("check", "file", "old", "new", "found"),
    [
        (wrong_widgets, NOTEBOOK, LINE, LINE + 'dbutils.widgets.text("year", "")\n', "nobody passes the widget year"),
        (wrong_widgets, NOTEBOOK, LINE, "", "no widget for count"),
        (wrong_widgets, LOOP, "{ count:", "{ month:", "hides its base parameter"),
        (wrong_widgets, LOOP, "{ name: month,", '{ name: year, default: "" }, { name: month,', "nothing reads"),
        (wrong_widgets, DAILY, "{ name: months,", '{ name: year, default: "" }, { name: months,', "nothing reads"),
        (wrong_widgets, DAILY, CALL, "notebook_task: { notebook_path: ../notebooks/last.py }", "the widget count"),
        (undeclared_reads, NOTEBOOK, LINE, LINE + 'dbutils.widgets.get("year")\n', "year"),
    ],
)
def test_a_widget_that_does_not_match_is_found(toy, check, file, old, new, found):
    assert check(toy.read()) == []
    assert any(found in line for line in check(toy.edit(file, old, new)))


def test_open_stage_declares_its_own_widgets_and_those_it_is_given(toy):
    toy.edit(NOTEBOOK, LINE, 'stage = open_stage(spark, dbutils, widgets={"count": ""})\n')

    assert widgets(toy.folder / NOTEBOOK) == {
        *("month", "count"),
        *("model", "as_of", "run_id", "code_version", "catalog", "schema", "experiment"),
    }
