"""Resolves `{{...}}`: what Databricks fills in while a job runs."""

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

DYNAMIC = re.compile(r"\{\{\s*((?:job|task|tasks)\.[^{}\s]*|input(?:\.[^{}\s]+)?)\s*\}\}")

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


@dataclass(frozen=True)
class RunFacts:
    """What references may ask of a run at one moment. input: the item of a for_each_task's iteration."""

    job: Job
    run_id: int
    started: datetime
    parameters: Mapping[str, str]
    states: Mapping[str, State] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    input: object = None


def filled_in(text: str, facts: RunFacts, task_key: str = "", task_run_id: int = 0) -> str:
    """The text with each reference replaced. Like on Databricks, braces around anything else stay literal text."""
    fixed = {**_job_facts(facts), "task.name": task_key, "task.run_id": task_run_id, "task.execution_count": 1}
    return DYNAMIC.sub(lambda match: _value(match[1], facts, fixed), text)


def task_value_text(value: object) -> str:
    """A task value as a reference shows it: text as it is, everything else as JSON (`true`, `3`, `["a"]`)."""
    return value if isinstance(value, str) else json.dumps(value)


def check_run_references(job: Job) -> None:
    """Refuse, before anything runs, a reference to a task, a parameter or a field that the job does not have."""
    for name, default in job.parameters.items():
        _check(default, job, f"parameters[{name}]", (*JOB_FIELDS,))
    for task in job.tasks:
        nested = ("input", "input.<field>") if isinstance(task.work, ForEachTask) else ()
        for text in _texts_of(task):
            _check(text, job, f"tasks[{task.key}]", (*JOB_FIELDS, *TASK_FIELDS, *nested), task)
        if isinstance(task.work, ForEachTask):
            _check(task.work.inputs, job, f"tasks[{task.key}].for_each_task.inputs", (*JOB_FIELDS,), task)


def _job_facts(facts: RunFacts) -> dict[str, object]:
    return {
        "job.id": facts.job.key,
        "job.name": facts.job.name,
        "job.run_id": facts.run_id,
        "job.repair_count": 0,
        "job.start_time.iso_date": facts.started.strftime("%Y-%m-%d"),
        "job.start_time.iso_datetime": facts.started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "job.trigger.type": "one_time",
    }


def _value(name: str, facts: RunFacts, fixed: Mapping[str, object]) -> str:
    match name.split(".", 3):
        case ["job", "parameters", key]:
            return facts.parameters[key]
        case ["input", *path]:
            return task_value_text(field_of(facts.input, ".".join(path)))
        case ["tasks", key, "result_state"]:
            return str(facts.states[key]) if key in facts.states else _not_yet(name, key)
        case ["tasks", key, "values", value]:
            values = facts.values.get(key, {})
            if value not in values:
                raise TaskError(f"{{{{{name}}}}}: task {key} set no such value. It set: {', '.join(values) or 'none'}.")
            return task_value_text(values[value])
    return str(fixed[name])


def _not_yet(name: str, key: str) -> str:
    raise TaskError(f"{{{{{name}}}}}: task {key} has not ended. Add it to depends_on.")


def _texts_of(task: Task) -> list[str]:
    match task.innermost:
        case NotebookTask(_, parameters) | RunJobTask(_, parameters):
            return [*parameters.values()]
        case ConditionTask(_, left, right):
            return [left, right]


def _check(text: str, job: Job, path: str, fixed: tuple[str, ...], task: Task | None = None) -> None:
    upstream = _upstream_of(job, task.key) if task else set()
    loops = {other.key for other in job.tasks if isinstance(other.work, ForEachTask)}
    for name in DYNAMIC.findall(text):
        match name.split(".", 3):
            case ["job", "parameters", key] if task:
                known = [f"job.parameters.{parameter}" for parameter in job.parameters]
            case ["tasks", key, "result_state"] if key in upstream:
                continue
            case ["tasks", key, "values", _] if key in upstream - loops:  # those of iterations stay inside them
                continue
            case ["tasks", *_]:
                known = [
                    f"tasks.{key}.{'result_state' if key in loops else '<values.name | result_state>'}"
                    for key in sorted(upstream)
                ]
            case ["input", _, *_] if "input.<field>" in fixed:
                continue
            case _:
                known = [*fixed]
        if name not in known:
            raise BundleError(
                f"{place_of(text)}: resources.jobs.{job.key}.{path}: unknown reference {{{{{name}}}}}. "
                f"Known here: {', '.join(known) or 'none'}."
            )


def _upstream_of(job: Job, key: str) -> set[str]:
    direct = {task.key: {dependency.task_key for dependency in task.depends_on} for task in job.tasks}
    found: set[str] = set()
    waiting = [*direct[key]]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += direct[current]
    return found


def field_of(item: object, path: str) -> object:
    """What `{{input.<field>}}` stands for, the item itself where path is empty; TaskError names the item's fields."""
    if not path:
        return item
    fields = item if isinstance(item, dict) else {}
    if path not in fields:
        raise TaskError(f"{{{{input.{path}}}}}: the input has no such field. It has: {', '.join(fields) or 'none'}.")
    return fields[path]
