"""The process of one run: `python -m local_workspace.serve.jobs.run_process <order.json>`. It writes events, a line
each, into the run's folder."""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from local_workspace.bundle.bundle import read_bundle
from local_workspace.errors import LocalWorkspaceError, StateInUseError
from local_workspace.run.progress import TaskPath
from local_workspace.run.results import RunResult, TaskResult
from local_workspace.serve.jobs.run_record import EVENTS

_PAUSE_SECONDS = 1.0


class EventProgress:
    """Writes what happens to the tasks of the run itself; what happens inside them is part of their results."""

    def __init__(self, file: Path) -> None:
        """The file is made when something happens."""
        self._file = file

    def write(self, what: str, **values: object) -> None:
        """One event."""
        line = json.dumps({"what": what, "at": int(time.time() * 1000), **values})
        with self._file.open("a", encoding="utf-8") as opened:
            opened.write(f"{line}\n")

    def run_starts(self, path: TaskPath, task_keys: Sequence[str]) -> None:
        """The run begins, or one inside it."""
        if not path:
            self.write("starts", tasks=list(task_keys))

    def loop_starts(self, path: TaskPath, count: int) -> None:
        """Iterations are not shown one by one."""

    def task_starts(self, path: TaskPath) -> None:
        """A task begins."""
        if len(path) == 1:
            self.write("task_starts", task=path[0])

    def task_prints(self, path: TaskPath, text: str) -> None:
        """The task's log has it."""

    def task_ends(self, path: TaskPath, result: TaskResult) -> None:
        """A task ended."""
        if len(path) == 1:
            self.write("task_ends", task=path[0], result=task_as_json(result))


def task_as_json(result: TaskResult) -> dict[str, Any]:
    """How a task ended, with the run that it made."""
    nested = None if result.run is None else result_as_json(result.run)
    return {"state": str(result.state), "error": result.error, "exit_value": result.exit_value, "nested": nested}


def result_as_json(result: RunResult) -> dict[str, Any]:
    """How a run ended, with its tasks."""
    return {
        "run_id": result.run_id,
        "job": result.job,
        "state": str(result.state),
        "parameters": dict(result.parameters),
        "tasks": {key: {**task_as_json(task), "seconds": task.seconds} for key, task in result.tasks.items()},
    }


def main(order_file: str) -> None:
    """Run the job. Waits while another process uses the state folder."""
    order = json.loads(Path(order_file).read_text("utf-8"))
    folder = Path(order["folder"])
    progress = EventProgress(folder / EVENTS)
    try:
        result = _run(order, folder, progress)
    except LocalWorkspaceError as err:
        progress.write("ends", result="FAILED", message=str(err))
    except BaseException as err:
        traceback.print_exc()
        progress.write("ends", result="FAILED", message=f"{type(err).__name__}: {err}")
        raise
    else:
        failed = next((task.error for task in result.tasks.values() if task.error), "")
        progress.write("ends", result=str(result.state), message=failed)


def _run(order: dict[str, Any], folder: Path, progress: EventProgress) -> RunResult:
    from local_workspace.workspace import open_bundle

    bundle = read_bundle(Path(order["bundle"]), order["target"], order["variables"])
    while True:
        with suppress(StateInUseError), open_bundle(bundle, Path(order["state"])) as workspace:
            return workspace.run(order["job"], order["parameters"], progress, folder)
        time.sleep(_PAUSE_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1])
