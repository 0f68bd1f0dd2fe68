"""How a run is shown."""

import io

from rich.console import Console

from local_workspace.console.lines import LineProgress
from local_workspace.console.live_table import LiveTable
from local_workspace.run.results import State, TaskResult


def play(progress: LineProgress | LiveTable) -> None:
    """A run with a nested run in it."""
    progress.run_starts((), ["january", "summary"])
    progress.task_starts(("january",))
    progress.run_starts(("january",), ["ingest"])
    progress.task_starts(("january", "ingest"))
    progress.task_prints(("january", "ingest"), "inner\n")
    progress.task_ends(("january", "ingest"), TaskResult(State.FAILED, 1.25, error="a.py, cell 2: Bad: [x]\nmore"))
    progress.task_ends(("january",), TaskResult(State.FAILED, 2.0))
    progress.task_ends(("summary",), TaskResult(State.UPSTREAM_FAILED))


def test_without_a_terminal_each_task_is_a_line_and_nested_output_stays_in_the_log() -> None:
    out = io.StringIO()

    play(LineProgress(Console(file=out, width=200), verbose=False))

    assert out.getvalue().splitlines() == [
        "january: running",
        "january/ingest: running",
        "january/ingest: failed, 1.2 s (a.py, cell 2: Bad: [x])",
        "january: failed, 2.0 s",
        "summary: upstream_failed, 0.0 s",
    ]


def test_in_a_terminal_nested_tasks_are_indented_below_the_task_that_runs_them() -> None:
    out = io.StringIO()

    with LiveTable(Console(file=out, width=100, force_terminal=True, no_color=True), verbose=True) as table:
        play(table)

    lines = [line.split("\x1b[")[0].rstrip() for line in out.getvalue().splitlines()]
    last = lines[-1 - lines[::-1].index(next(line for line in lines if line.startswith("january"))) :]
    assert [line.split()[:2] for line in last[:3]] == [
        ["january", "failed"],
        ["ingest", "failed"],
        ["summary", "upstream_failed"],
    ]
    assert last[1].startswith("  ingest")
    assert last[-1] == "inner"
