"""What is shown beside a task's state: how it ended, or how far a loop has come and how long it will still take."""

from __future__ import annotations

from collections.abc import Sequence

from local_workspace.run.results import TaskResult

LONGEST_ERROR = 160  # characters


def result_note(result: TaskResult) -> str:
    """The first line of an error, a condition's outcome, the nested run, or the number of iterations."""
    if result.error:
        return result.error.splitlines()[0][:LONGEST_ERROR]
    if result.outcome is not None:
        return f"condition is {result.outcome}"
    if result.run is not None:
        return f"run {result.run.run_id} of {result.run.job}: {result.run.state}"
    if result.iterations:
        return f"{len(result.iterations)} iterations"
    return ""


def progress_note(count: int, finished: Sequence[float], running: float = 0.0) -> str:
    """`3 of 12 done, about 9 min left`.

    finished: seconds that each ended iteration took. running: seconds since the current one started.
    """
    done = f"{len(finished)} of {count} done"
    left = seconds_left(count, finished, running)
    return f"{done}, about {_duration(left)} left" if left is not None else done


def seconds_left(count: int, finished: Sequence[float], running: float = 0.0) -> float | None:
    """Mean of the finished iterations times the number that remain, less what the running one has used of its mean.

    None before the first has ended and after the last; never below 0.
    """
    remaining = count - len(finished)
    if not finished or remaining <= 0:
        return None
    mean = sum(finished) / len(finished)
    return max(mean * remaining - min(running, mean), 0.0)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"
