"""The last lines of a run: what ran, what did not, and a lost server."""

from io import StringIO

import pytest
from rich.console import Console

from local_workspace.commands.command import report_pages
from local_workspace.commands.run import _print_summary
from local_workspace.run.results import RunResult, RunState, State, TaskResult


def summary(state: RunState, lost: str | None = None, **states: State) -> list[str]:
    tasks = {key: TaskResult(each, error="why" if each is State.FAILED else None) for key, each in states.items()}
    console = Console(file=StringIO())
    _print_summary(console, RunResult(7, "retraining", state, {}, tasks), 3.0, lost)
    return console.file.getvalue().strip().splitlines()


@pytest.mark.parametrize(
    ("states", "counted"),
    [
        ({"ingest": State.SUCCESS}, "1 task"),
        ({"ingest": State.SUCCESS, "score": State.SUCCESS}, "2 tasks"),
        ({"ingest": State.SUCCESS, "retrain": State.EXCLUDED, "promote": State.EXCLUDED}, "1 task, 2 not run"),
    ],
)
def test_tasks_that_did_not_run_are_not_counted_as_if_they_had(states, counted):
    assert summary(RunState.SUCCESS, **states) == [f"SUCCESS: run 7 of job retraining, {counted}, 3 s"]


def test_a_lost_server_comes_after_the_tasks_that_failed_of_it():
    shown = summary(RunState.FAILED, "The server is gone.", retrain=State.FAILED, promote=State.UPSTREAM_FAILED)

    assert shown == [
        "retrain: why",
        "",
        "The server is gone.",
        "",
        "FAILED: run 7 of job retraining, 1 task, 1 not run, 3 s",
    ]


def test_pages_are_found_where_the_server_stores_them(tmp_path):
    folder = tmp_path / "mlflow/artifacts/1/abc/artifacts/report"
    pages = [folder / "flights/newest.html", folder / "zoo/newest.html", folder / "index.html"]
    for page in (*pages, folder / "flights/101.html"):
        page.parent.mkdir(parents=True, exist_ok=True)
        page.touch()

    assert report_pages(tmp_path) == pages
