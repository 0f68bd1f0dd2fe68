"""Jobs and runs as the public API writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_workspace.bundle.jobs import ConditionTask, ForEachTask, Job, NotebookTask, RunJobTask, Task
from local_workspace.serve.jobs.job_queue import job_id_of
from local_workspace.serve.jobs.run_record import RunRecord, Stage, TaskRecord

_RESULTS = {
    "success": "SUCCESS",
    "failed": "FAILED",
    "timedout": "TIMEDOUT",
    "canceled": "CANCELED",
    "excluded": "EXCLUDED",
    "upstream_failed": "UPSTREAM_FAILED",
    "upstream_canceled": "UPSTREAM_CANCELED",
}
_CODES = {"SUCCESS": "SUCCESS", "CANCELED": "USER_CANCELED"}


@dataclass(frozen=True)
class ShownRun:
    """A run, or one inside a run, in the same words."""

    run_id: int
    job: Job
    stage: Stage
    result: str | None
    message: str
    times: tuple[int | None, int | None, int | None]
    """Asked, started, ended: milliseconds since 1970."""
    parameters: Mapping[str, str]
    tasks: Sequence[TaskRecord]


def shown(record: RunRecord, job: Job) -> ShownRun:
    """A run that was requested."""
    request = record.request
    times = (request.asked, record.started, record.ended)
    tasks = list(record.tasks.values()) or [TaskRecord(each.key, 0) for each in job.tasks]
    parameters = {**job.parameters, **request.parameters}
    return ShownRun(request.run_id, job, record.stage, record.result, record.message, times, parameters, tasks)


def nested_runs(tasks: Sequence[TaskRecord], jobs: Mapping[str, Job]) -> Iterator[ShownRun]:
    """The runs inside a run, at any depth."""
    for task in tasks:
        if task.nested is None:
            continue
        nested = task.nested
        inner = [
            TaskRecord(
                key,
                nested["run_id"] * 100 + place,
                task.started,
                task.ended,
                each["state"],
                each["error"],
                each["exit_value"],
                each["nested"],
            )
            for place, (key, each) in enumerate(nested["tasks"].items(), start=1)
        ]
        times = (task.started, task.started, task.ended)
        job = jobs[nested["job"]]
        yield ShownRun(nested["run_id"], job, Stage.TERMINATED, nested["state"], "", times, nested["parameters"], inner)
        yield from nested_runs(inner, jobs)


def run_as_json(run: ShownRun, with_tasks: bool) -> dict[str, Any]:
    """A run."""
    asked, started, ended = run.times
    said: dict[str, Any] = {
        "job_id": job_id_of(run.job.key),
        "run_id": run.run_id,
        "original_attempt_run_id": run.run_id,
        "number_in_job": run.run_id,
        "run_name": run.job.name,
        "run_type": "JOB_RUN",
        "trigger": "ONE_TIME",
        "format": "MULTI_TASK",
        "start_time": asked,
        "queue_duration": max(0, (started or asked or 0) - (asked or 0)),
        "job_parameters": [{"name": name, "value": value} for name, value in run.parameters.items()],
        **_states(run.stage, run.result, run.message),
    }
    if ended is not None:
        said["end_time"] = ended
        said["run_duration"] = ended - (asked or ended)
    if with_tasks:
        said["tasks"] = [_task_as_json(each, run) for each in run.tasks]
    return said


def _states(stage: Stage, result: str | None, message: str) -> dict[str, Any]:
    """`state` is older than `status`; both are part of every answer."""
    state = {"life_cycle_state": str(stage), "state_message": message}
    status: dict[str, Any] = {"state": str(stage)}
    if result is not None:
        state["result_state"] = result
        kind = "SUCCESS" if result.startswith("SUCCESS") else "CLIENT_ERROR"
        code = _CODES.get(result, "SUCCESS" if kind == "SUCCESS" else "RUN_EXECUTION_ERROR")
        status["termination_details"] = {"code": code, "type": kind, "message": message}
    return {"state": state, "status": status}


def _task_as_json(task: TaskRecord, run: ShownRun) -> dict[str, Any]:
    stage = _stage_of_task(task, run)
    result = _RESULTS[task.state] if task.state else None
    said = {"run_id": task.run_id, "task_key": task.key, "start_time": task.started, "end_time": task.ended or 0}
    declared = next((each for each in run.job.tasks if each.key == task.key), None)
    return {**said, **_states(stage, result, task.error or ""), **(_declared(declared) if declared else {})}


def _stage_of_task(task: TaskRecord, run: ShownRun) -> Stage:
    if task.state or run.stage is Stage.TERMINATED:
        return Stage.TERMINATED
    return Stage.RUNNING if task.started is not None else Stage.PENDING


def job_as_json(job: Job, with_tasks: bool) -> dict[str, Any]:
    """A job with its settings."""
    settings: dict[str, Any] = {
        "name": job.name,
        "description": job.description,
        "format": "MULTI_TASK",
        "max_concurrent_runs": 1,
        "queue": {"enabled": True},
        "parameters": [{"name": name, "default": value} for name, value in job.parameters.items()],
    }
    if with_tasks:
        settings["tasks"] = [{"task_key": each.key, **_declared(each)} for each in job.tasks]
    return {"job_id": job_id_of(job.key), "settings": settings}


def _declared(task: Task) -> dict[str, Any]:
    said: dict[str, Any] = {"run_if": task.run_if}
    said["depends_on"] = [
        {"task_key": each.task_key, **({"outcome": each.outcome} if each.outcome else {})} for each in task.depends_on
    ]
    match task.work:
        case NotebookTask(path, base_parameters):
            said["notebook_task"] = {"notebook_path": str(path), "base_parameters": dict(base_parameters)}
        case ConditionTask(op, left, right):
            said["condition_task"] = {"op": op, "left": left, "right": right}
        case RunJobTask(job_key, job_parameters):
            said["run_job_task"] = {"job_id": job_id_of(job_key), "job_parameters": dict(job_parameters)}
        case ForEachTask(inputs, key):
            said["for_each_task"] = {"inputs": inputs, "task": {"task_key": key}}
    return said
