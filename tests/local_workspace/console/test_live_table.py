"""The table in a terminal: which rows it folds, and that it fits on the screen."""

import io

import pytest
from rich.console import Console

from local_workspace.console.live_table import LiveTable, Row, fit_to_height, fold
from local_workspace.run.results import RunResult, RunState, State, TaskResult

GOOD, BAD = TaskResult(State.SUCCESS, 1.0), TaskResult(State.FAILED, 1.0, error="broken")


def names(rows: list[Row] | tuple[Row, ...]) -> list[str]:
    return [row.path[-1] for row in rows]


def test_what_ran_below_an_ended_task_is_folded_into_it() -> None:
    rows = [
        Row(("year",), 0.0),
        Row(("year", "month 1"), 0.0, GOOD),
        Row(("year", "month 1", "load"), 0.0, GOOD),
        Row(("year", "month 2"), 0.0),
        Row(("year", "month 2", "load"), 0.0, GOOD),
        Row(("year", "month 2", "score")),
    ]

    assert names(fold(rows)) == ["year", "month 1", "month 2", "load", "score"]


def test_what_went_wrong_stays_with_the_rows_above_it() -> None:
    rows = [
        Row(("year",), 0.0),
        Row(("year", "month 1"), 0.0, GOOD),
        Row(("year", "month 1", "load"), 0.0, GOOD),
        Row(("year", "month 1", "score"), 0.0, BAD),
        Row(("year", "month 1", "report"), None, TaskResult(State.UPSTREAM_FAILED)),
    ]

    assert names(fold(rows)) == ["year", "month 1", "score"]


ENDED = [Row((name,), 0.0, GOOD) for name in "abc"]
RUNNING = [Row((name,), 0.0) for name in "de"]
WAITING = [Row((name,)) for name in "fgh"]


@pytest.mark.parametrize(
    ("height", "expected", "ended", "waiting"),
    [
        (8, "abcdefgh", 0, 0),
        (7, "cdefgh", 2, 0),
        (6, "defgh", 3, 0),
        (5, "def", 3, 2),
        (4, "de", 3, 3),
        (1, "de", 3, 3),
    ],
)
def test_ended_rows_are_hidden_first_then_waiting_ones_and_never_running_ones(
    height: int, expected: str, ended: int, waiting: int
) -> None:
    visible = fit_to_height([*ENDED, *RUNNING, *WAITING], height)

    assert ("".join(names(visible.rows)), visible.hidden_ended, visible.hidden_waiting) == (expected, ended, waiting)
    if height >= 4:
        assert len(visible.rows) + bool(ended) + bool(waiting) <= height


def table(height: int) -> LiveTable:
    console = Console(file=io.StringIO(), width=100, height=height, force_terminal=True, no_color=True)
    return LiveTable(console, verbose=False)


def drawn(live: LiveTable) -> list[str]:
    console = Console(file=io.StringIO(), width=100, no_color=True)
    with console.capture() as captured:
        console.print(live._table())
    return [line.rstrip() for line in captured.get().splitlines()]


def month(live: LiveTable, number: int, tasks: int = 8) -> None:
    path = ("months", f"month {number} of 12")
    live.task_starts(path)
    live.run_starts(path, [f"task_{index}" for index in range(tasks)])
    for index in range(tasks):
        live.task_starts((*path, f"task_{index}"))
        assert len(drawn(live)) <= live._console.height - 1
        live.task_ends((*path, f"task_{index}"), GOOD)
    run = RunResult(7, "demo_month", RunState.SUCCESS, {}, {})
    live.task_ends(path, TaskResult(State.SUCCESS, 60.0, run=run))


def test_a_year_of_nested_runs_stays_on_a_small_screen_and_says_how_long_it_will_take() -> None:
    live = table(height=16)
    live.run_starts((), ["months", "summary"])
    live.task_starts(("months",))
    live.loop_starts(("months",), 12)

    for number in range(1, 12):
        month(live, number)
    live.task_starts(("months", "month 12 of 12"))

    lines = drawn(live)
    assert lines[1].split()[:2] == ["months", "running"]
    assert lines[1].endswith("11 of 12 done, about 60 s left")
    assert lines[2].split() == ["month", "1", "of", "12", "success", "60.0", "run", "7", "of", "demo_month:", "SUCCESS"]
    assert lines[-2].split()[:5] == ["month", "12", "of", "12", "running"]
    assert lines[-1] == "summary"


def test_the_last_table_holds_every_row_however_small_the_screen() -> None:
    live = table(height=6)
    live.run_starts((), ["months"])
    with live:
        live.task_starts(("months",))
        live.loop_starts(("months",), 12)
        for number in range(1, 13):
            path = ("months", f"month {number} of 12")
            live.task_starts(path)
            assert len(drawn(live)) <= 5
            live.task_ends(path, GOOD)
        live.task_ends(("months",), TaskResult(State.FAILED, 1.0, error="2 of 12 iterations failed", iterations={}))

    lines = drawn(live)
    assert lines[1].split()[:3] == ["months", "failed", "1.0"]
    assert [line.split()[:2] for line in lines[2:]] == [["month", str(number)] for number in range(1, 13)]
