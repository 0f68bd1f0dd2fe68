"""What a row says beyond the state: how a task ended, or how far a loop has come and how long it will still take."""

from __future__ import annotations

from collections.abc import Sequence

from local_workspace.run.results import TaskResult


def note_of(result: TaskResult) -> str:
    """What a row says beyond the state: a condition's outcome, a nested run, or the first line of an error."""
    if result.error:
        return result.error.splitlines()[0][:160]
    if result.outcome is not None:
        return f"condition is {result.outcome}"
    if result.run is not None:
        return f"run {result.run.run_id} of {result.run.job}: {result.run.state}"
    if result.iterations:
        return f"{len(result.iterations)} iterations"
    return ""


def progress_note(count: int, finished: Sequence[float], running: float = 0.0) -> str:
    """`3 of 12 done, about 9 min left`. finished: seconds of each ended iteration; running: of the one under way."""
    done = f"{len(finished)} of {count} done"
    left = seconds_left(count, finished, running)
    return f"{done}, about {_duration(left)} left" if left is not None else done


def seconds_left(count: int, finished: Sequence[float], running: float = 0.0) -> float | None:
    """Mean of the finished iterations times those to come, less what the running one has had of its share.

    None before the first has ended and after the last; never below 0.
    """
    to_come = count - len(finished)
    if not finished or to_come <= 0:
        return None
    mean = sum(finished) / len(finished)
    return max(mean * to_come - min(running, mean), 0.0)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"
