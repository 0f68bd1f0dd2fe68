"""Runs of the bundle's jobs: how far they are, and what they left."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from retraining.errors import ServiceError

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.jobs import BaseRun, Run, RunTask

REPORT_TASK = "report"
"""The task of the retraining job whose notebook ends with what the run did."""
UPDATE_TASK = "update"
"""The task of the job update_endpoint."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class RunState:
    """How far a run is."""

    run_id: int
    life_cycle: str
    """PENDING, RUNNING, TERMINATED and so on, in the public API's words."""
    result: str | None
    """SUCCESS, FAILED and so on; None while it goes on."""
    message: str
    tasks: dict[str, str] = field(default_factory=dict)
    """By task, its result, or how far it is."""

    @property
    def succeeded(self) -> bool:
        """Whether it ended well."""
        return self.result == "SUCCESS"


def state_of(run: "Run | BaseRun") -> RunState:
    """What the workspace says of a run."""
    state = run.state
    life = state.life_cycle_state.value if state and state.life_cycle_state else "PENDING"
    result = state.result_state.value if state and state.result_state else None
    tasks = {str(task.task_key): _word(task) for task in run.tasks or []}
    return RunState(int(run.run_id or 0), life, result, (state.state_message if state else None) or "", tasks)


def _word(task: "RunTask") -> str:
    state = task.state
    if state is None:
        return "PENDING"
    shown = state.result_state or state.life_cycle_state
    return shown.value if shown else "PENDING"


def wait_for(workspace: "WorkspaceClient", run_id: int, tell: Tell, limit: timedelta) -> RunState:
    """A run's end. tell: is given a line whenever a task changes. Raises ServiceError after the limit; the run goes
    on then."""
    told: dict[str, str] = {}

    def look(run: "Run") -> None:
        for task, word in state_of(run).tasks.items():
            if told.get(task) != word:
                told[task] = word
                tell(f"{task}: {word.lower()}")

    try:
        run = workspace.jobs.wait_get_run_job_terminated_or_skipped(run_id, timeout=limit, callback=look)
    except TimeoutError as err:
        raise ServiceError(f"Run {run_id} has not ended within {limit}. It goes on; wait for it again.") from err
    look(run)
    return state_of(run)


def output_of(workspace: "WorkspaceClient", run_id: int, task_key: str) -> dict[str, Any]:
    """What the notebook of a task ended with. Raises ServiceError where the task left nothing, with its error."""
    task = next((each for each in _tasks(workspace, run_id) if each.task_key == task_key), None)
    if task is None or task.run_id is None:
        raise ServiceError(f"Run {run_id} has no task {task_key}. Name a run of the job that has it.")
    output = workspace.jobs.get_run_output(task.run_id)
    text = output.notebook_output.result if output.notebook_output else None
    if not text:
        raise ServiceError(f"Task {task_key} of run {run_id} left nothing. {output.error or 'It has not ended yet.'}")
    found: dict[str, Any] = json.loads(text)
    return found


def _tasks(workspace: "WorkspaceClient", run_id: int) -> Iterator["RunTask"]:
    yield from workspace.jobs.get_run(run_id).tasks or []
