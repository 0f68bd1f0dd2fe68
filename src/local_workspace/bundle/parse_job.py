"""Reads a job from its YAML and checks it: tasks, dependencies, parameters."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from local_workspace.bundle.jobs import (
    OPERATORS,
    RUN_IF,
    ConditionTask,
    Dependency,
    ForEachTask,
    Job,
    NotebookTask,
    RunJobTask,
    Task,
    items_of,
)
from local_workspace.bundle.references import written
from local_workspace.bundle.yaml_files import Node, Text, where
from local_workspace.errors import BundleError, TaskError

NESTED_TYPES = ("notebook_task", "run_job_task")
TASK_TYPES = (*NESTED_TYPES, "condition_task", "for_each_task")


def job_from(key: str, node: Node) -> Job:
    """The job that resolved YAML describes; a BundleError names what is missing or contradicts itself."""
    path = f"resources.jobs.{key}"
    fields = _mapping(node, path)
    tasks = [_task(item, f"{path}.tasks[{place}]") for place, item in enumerate(_list(fields.get("tasks")))]
    if not tasks:
        raise BundleError(f"{where(node)}: {path} has no tasks.")
    parameters = [_mapping(item, f"{path}.parameters") for item in _list(fields.get("parameters"))]
    return Job(
        key=key,
        name=written(fields.get("name") or key),
        description=written(fields.get("description") or ""),
        parameters={written(item.get("name")): _text(item.get("default", "")) for item in parameters},
        tasks=_in_order(tasks, node, path),
    )


def _task(node: Node, path: str) -> Task:
    fields = _mapping(node, path)
    key = written(fields.get("task_key"))
    run_if = written(fields.get("run_if") or "ALL_SUCCESS")
    if run_if not in RUN_IF:
        raise BundleError(f"{where(fields['run_if'])}: {path}.run_if {run_if}: expected one of {', '.join(RUN_IF)}.")
    kind = _kind(fields, TASK_TYPES, f"{path} ({key})")
    inside = _mapping(fields[kind], f"{path}.{kind}")
    work = _for_each(inside, f"{path}.{kind}") if kind == "for_each_task" else _work(kind, inside, f"{path}.{kind}")
    return Task(key, tuple(_dependency(item, path) for item in _list(fields.get("depends_on"))), run_if, work)


def _kind(fields: dict[str, Node], choices: tuple[str, ...], path: str) -> str:
    types = [name for name in choices if name in fields]
    if len(types) != 1:
        raise BundleError(
            f"{where(fields)}: {path} has {len(types)} task types; expected one of {', '.join(choices)} in this target."
        )
    return types[0]


def _for_each(fields: dict[str, Node], path: str) -> ForEachTask:
    for name in ("inputs", "task"):
        if fields.get(name) is None:
            raise BundleError(f"{where(fields)}: {path}.{name} is missing.")
    inputs, nested = fields["inputs"], _mapping(fields["task"], f"{path}.task")
    if not isinstance(inputs, str):
        raise BundleError(f"{where(inputs)}: {path}.inputs must be a text that holds a JSON array, found {inputs!r}.")
    if "{{" not in inputs:
        try:
            items_of(inputs)
        except TaskError as err:
            raise BundleError(f"{where(inputs)}: {path}.inputs: {err}") from err
    key = written(nested.get("task_key"))
    kind = _kind(nested, NESTED_TYPES, f"{path}.task ({key})")
    work = _work(kind, _mapping(nested[kind], f"{path}.task.{kind}"), f"{path}.task.{kind}")
    assert not isinstance(work, ConditionTask)
    return ForEachTask(inputs, key, work)


def _work(kind: str, fields: dict[str, Node], path: str) -> NotebookTask | ConditionTask | RunJobTask:
    needed = {"notebook_task": ("notebook_path",), "condition_task": ("op", "left", "right")}.get(kind, ("job_id",))
    for name in needed:
        if fields.get(name) is None:
            raise BundleError(f"{where(fields)}: {path}.{name} is missing.")
    if kind == "condition_task":
        if fields["op"] not in OPERATORS:
            raise BundleError(
                f"{where(fields['op'])}: {path}.op {fields['op']}: expected one of {', '.join(OPERATORS)}."
            )
        return ConditionTask(*(_text(fields[name]) for name in needed))
    if kind == "run_job_task":
        return RunJobTask(_text(fields["job_id"]), _texts(fields.get("job_parameters"), path))
    notebook = fields["notebook_path"]
    if not Path(str(notebook)).is_file():
        raise BundleError(f"{where(notebook)}: {path}.notebook_path: there is no file {notebook}.")
    return NotebookTask(Path(str(notebook)), _texts(fields.get("base_parameters"), path))


def _dependency(node: Node, path: str) -> Dependency:
    fields = _mapping(node, f"{path}.depends_on")
    outcome = fields.get("outcome")
    return Dependency(written(fields.get("task_key")), None if outcome is None else written(outcome))


def _in_order(tasks: list[Task], node: Node, path: str) -> tuple[Task, ...]:
    by_key = {task.key: task for task in tasks}
    for task in tasks:
        for dependency in task.depends_on:
            upstream = by_key.get(dependency.task_key)
            if upstream is None:
                raise BundleError(
                    f"{where(node)}: {path}: {task.key} depends on {dependency.task_key}, which this job does not have "
                    f"in this target. Its tasks: {', '.join(by_key)}."
                )
            if dependency.outcome is not None and not isinstance(upstream.work, ConditionTask):
                raise BundleError(
                    f"{where(node)}: {path}: {task.key} waits for an outcome of {upstream.key}, no condition_task."
                )
    graph = {task.key: [dependency.task_key for dependency in task.depends_on] for task in tasks}
    try:
        return tuple(by_key[key] for key in TopologicalSorter(graph).static_order())
    except CycleError as err:
        raise BundleError(f"{where(node)}: {path}: tasks wait for each other: {' -> '.join(err.args[1])}.") from err


def _mapping(node: Node, path: str) -> dict[str, Node]:
    if not isinstance(node, dict):
        raise BundleError(f"{where(node)}: {path} must be a mapping, found {node!r}.")
    return node


def _list(node: Node) -> list[Node]:
    return node if isinstance(node, list) else []


def _texts(node: Node, path: str) -> dict[str, str]:
    return {str(name): _text(value) for name, value in _mapping(node or {}, path).items()}


def _text(value: Node) -> str:
    """Everything that a task gets is text; texts keep the place they were written at."""
    return value if isinstance(value, Text) else written(value)
