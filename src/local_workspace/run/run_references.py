"""Resolves `{{...}}`: what Databricks replaces while a job runs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from local_workspace.bundle.jobs import ConditionTask, ForEachTask, Job, NotebookTask, RunJobTask, Task
from local_workspace.bundle.yaml_files import place_of
from local_workspace.errors import BundleError, TaskError
from local_workspace.run.results import State

RUN_REFERENCE = re.compile(r"\{\{\s*((?:job|task|tasks)\.[^{}\s]*|input(?:\.[^{}\s]+)?)\s*\}\}")

JOB_FIELDS = (
    "job.id",
    "job.name",
    "job.run_id",
    "job.repair_count",
    "job.start_time.iso_date",
    "job.start_time.iso_datetime",
    "job.trigger.type",
)
TASK_FIELDS = ("task.name", "task.run_id", "task.execution_count")
INPUT_FIELDS = ("input", "input.<field>")


@dataclass(frozen=True)
class RunSnapshot:
    """What references can read of a run at one moment.

    states, values: by key, of the tasks that have ended. input: the item of a for_each_task's iteration.
    """

    job: Job
    run_id: int
    started: datetime
    parameters: Mapping[str, str]
    states: Mapping[str, State] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    input: object = None


def resolve_run_references(text: str, snapshot: RunSnapshot, task_key: str = "", task_run_id: int = 0) -> str:
    """The text with each reference replaced. As on Databricks, braces around anything else remain text."""
    task_values = {"task.name": task_key, "task.run_id": task_run_id, "task.execution_count": 1}
    fixed = {**_job_values(snapshot), **task_values}
    return RUN_REFERENCE.sub(lambda match: _value(match[1], snapshot, fixed), text)


def task_value_text(value: object) -> str:
    """A task value as a reference shows it: a text as it is, anything else as JSON (`true`, `3`, `["a"]`)."""
    return value if isinstance(value, str) else json.dumps(value)


def input_field(item: object, path: str) -> object:
    """The value of `{{input.<path>}}`: a field of the item, or the item itself for an empty path.

    A TaskError names the fields that the item has.
    """
    if not path:
        return item

    fields = item if isinstance(item, dict) else {}
    if path not in fields:
        known = ", ".join(fields) or "none"
        raise TaskError(f"{{{{input.{path}}}}}: the input does not have this field. It has: {known}.")
    return fields[path]


def check_run_references(job: Job) -> None:
    """Refuse, before the run, a reference to a task, parameter or field that the job does not have: a BundleError."""
    for name, default in job.parameters.items():
        _check(default, job, f"parameters[{name}]", JOB_FIELDS)

    for task in job.tasks:
        is_loop = isinstance(task.work, ForEachTask)
        for text in _texts_of(task):
            fields = (*JOB_FIELDS, *TASK_FIELDS, *(INPUT_FIELDS if is_loop else ()))
            _check(text, job, f"tasks[{task.key}]", fields, task)
        if isinstance(task.work, ForEachTask):
            _check(task.work.inputs, job, f"tasks[{task.key}].for_each_task.inputs", JOB_FIELDS, task)


def _job_values(snapshot: RunSnapshot) -> dict[str, object]:
    return {
        "job.id": snapshot.job.key,
        "job.name": snapshot.job.name,
        "job.run_id": snapshot.run_id,
        "job.repair_count": 0,
        "job.start_time.iso_date": snapshot.started.strftime("%Y-%m-%d"),
        "job.start_time.iso_datetime": snapshot.started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "job.trigger.type": "one_time",
    }


def _value(name: str, snapshot: RunSnapshot, fixed: Mapping[str, object]) -> str:
    match name.split(".", 3):
        case ["job", "parameters", key]:
            return snapshot.parameters[key]

        case ["input", *path]:
            return task_value_text(input_field(snapshot.input, ".".join(path)))

        case ["tasks", key, "result_state"]:
            if key not in snapshot.states:
                raise TaskError(f"{{{{{name}}}}}: task {key} has not ended. Add it to depends_on.")
            return str(snapshot.states[key])

        case ["tasks", key, "values", value]:
            values = snapshot.values.get(key, {})
            if value not in values:
                known = ", ".join(values) or "none"
                raise TaskError(f"{{{{{name}}}}}: task {key} did not set this value. It set: {known}.")
            return task_value_text(values[value])

    return str(fixed[name])


def _texts_of(task: Task) -> list[str]:
    match task.innermost:
        case NotebookTask(_, parameters) | RunJobTask(_, parameters):
            return [*parameters.values()]
        case ConditionTask(_, left, right):
            return [left, right]


def _check(text: str, job: Job, path: str, fields: tuple[str, ...], task: Task | None = None) -> None:
    """fields: the names that are known here besides the job's parameters and the tasks before this one."""
    upstream = _upstream_keys(job, task.key) if task else set()
    loops = {other.key for other in job.tasks if isinstance(other.work, ForEachTask)}

    for name in RUN_REFERENCE.findall(text):
        match name.split(".", 3):
            case ["job", "parameters", _] if task:
                known = [f"job.parameters.{parameter}" for parameter in job.parameters]
            case ["tasks", key, "result_state"] if key in upstream:
                continue
            case ["tasks", key, "values", _] if key in upstream - loops:  # Values of iterations stay inside them.
                continue
            case ["tasks", *_]:
                known = [
                    f"tasks.{key}.{'result_state' if key in loops else '<values.name | result_state>'}"
                    for key in sorted(upstream)
                ]
            case ["input", _, *_] if "input.<field>" in fields:
                continue
            case _:
                known = [*fields]

        if name not in known:
            raise BundleError(
                f"{place_of(text)}: resources.jobs.{job.key}.{path}: unknown reference {{{{{name}}}}}. "
                f"Known here: {', '.join(known) or 'none'}."
            )


def _upstream_keys(job: Job, key: str) -> set[str]:
    """The tasks that a task depends on, directly or through others."""
    direct = {task.key: {dependency.task_key for dependency in task.depends_on} for task in job.tasks}
    upstream: set[str] = set()
    waiting = [*direct[key]]
    while waiting:
        current = waiting.pop()
        if current not in upstream:
            upstream.add(current)
            waiting += direct[current]
    return upstream
