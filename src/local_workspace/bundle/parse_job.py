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
    for_each_items,
)
from local_workspace.bundle.references import as_text
from local_workspace.bundle.yaml_files import Node, YamlText, place_of
from local_workspace.errors import BundleError, TaskError

NESTED_TYPES = ("notebook_task", "run_job_task")
TASK_TYPES = (*NESTED_TYPES, "condition_task", "for_each_task")

REQUIRED_FIELDS = {
    "notebook_task": ("notebook_path",),
    "run_job_task": ("job_id",),
    "condition_task": ("op", "left", "right"),
    "for_each_task": ("inputs", "task"),
}


def parse_job(key: str, node: Node) -> Job:
    """The job that resolved YAML describes; a BundleError names what is missing or contradictory."""
    path = f"resources.jobs.{key}"
    fields = _mapping(node, path)
    tasks = [_task(item, f"{path}.tasks[{index}]") for index, item in enumerate(_list(fields.get("tasks")))]
    if not tasks:
        raise BundleError(f"{place_of(node)}: {path} does not have any tasks.")

    parameters = [_mapping(item, f"{path}.parameters") for item in _list(fields.get("parameters"))]
    return Job(
        key=key,
        name=as_text(fields.get("name") or key),
        description=as_text(fields.get("description") or ""),
        parameters={as_text(item.get("name")): _text(item.get("default", "")) for item in parameters},
        tasks=_in_order(tasks, node, path),
    )


def _task(node: Node, path: str) -> Task:
    fields = _mapping(node, path)
    key = as_text(fields.get("task_key"))
    run_if = as_text(fields.get("run_if") or "ALL_SUCCESS")
    if run_if not in RUN_IF:
        raise BundleError(f"{place_of(fields['run_if'])}: {path}.run_if {run_if}: expected one of {', '.join(RUN_IF)}.")

    task_type = _task_type(fields, TASK_TYPES, f"{path} ({key})")
    work_path = f"{path}.{task_type}"
    work_fields = _work_fields(task_type, fields, work_path)
    is_loop = task_type == "for_each_task"
    work = _for_each(work_fields, work_path) if is_loop else _work(task_type, work_fields, work_path)

    dependencies = tuple(_dependency(item, path) for item in _list(fields.get("depends_on")))
    return Task(key, dependencies, run_if, work)


def _task_type(fields: dict[str, Node], choices: tuple[str, ...], path: str) -> str:
    types = [name for name in choices if name in fields]
    if len(types) != 1:
        raise BundleError(
            f"{place_of(fields)}: {path} has {len(types)} task types; "
            f"expected one of {', '.join(choices)} in this target."
        )
    return types[0]


def _work_fields(task_type: str, task: dict[str, Node], path: str) -> dict[str, Node]:
    """What the task's YAML says about its work; a BundleError when a required field is missing."""
    fields = _mapping(task[task_type], path)
    for name in REQUIRED_FIELDS[task_type]:
        if fields.get(name) is None:
            raise BundleError(f"{place_of(fields)}: {path}.{name} is missing.")
    return fields


def _for_each(fields: dict[str, Node], path: str) -> ForEachTask:
    inputs = fields["inputs"]
    nested = _mapping(fields["task"], f"{path}.task")
    if not isinstance(inputs, str):
        raise BundleError(
            f"{place_of(inputs)}: {path}.inputs must be a text that holds a JSON array, found {inputs!r}."
        )

    if "{{" not in inputs:
        try:
            for_each_items(inputs)
        except TaskError as err:
            raise BundleError(f"{place_of(inputs)}: {path}.inputs: {err}") from err

    key = as_text(nested.get("task_key"))
    task_type = _task_type(nested, NESTED_TYPES, f"{path}.task ({key})")
    work_path = f"{path}.task.{task_type}"
    work = _work(task_type, _work_fields(task_type, nested, work_path), work_path)
    assert not isinstance(work, ConditionTask)
    return ForEachTask(inputs, key, work)


def _work(task_type: str, fields: dict[str, Node], path: str) -> NotebookTask | ConditionTask | RunJobTask:
    if task_type == "condition_task":
        if fields["op"] not in OPERATORS:
            raise BundleError(
                f"{place_of(fields['op'])}: {path}.op {fields['op']}: expected one of {', '.join(OPERATORS)}."
            )
        return ConditionTask(_text(fields["op"]), _text(fields["left"]), _text(fields["right"]))

    if task_type == "run_job_task":
        return RunJobTask(_text(fields["job_id"]), _texts(fields.get("job_parameters"), path))

    notebook = fields["notebook_path"]
    if not Path(str(notebook)).is_file():
        raise BundleError(f"{place_of(notebook)}: {path}.notebook_path: the file {notebook} does not exist.")
    return NotebookTask(Path(str(notebook)), _texts(fields.get("base_parameters"), path))


def _dependency(node: Node, path: str) -> Dependency:
    fields = _mapping(node, f"{path}.depends_on")
    outcome = fields.get("outcome")
    return Dependency(as_text(fields.get("task_key")), None if outcome is None else as_text(outcome))


def _in_order(tasks: list[Task], node: Node, path: str) -> tuple[Task, ...]:
    """The tasks, each after those that it depends on; a BundleError when that is impossible."""
    by_key = {task.key: task for task in tasks}
    for task in tasks:
        for dependency in task.depends_on:
            upstream = by_key.get(dependency.task_key)
            if upstream is None:
                raise BundleError(
                    f"{place_of(node)}: {path}: {task.key} depends on {dependency.task_key}, "
                    f"which this job does not have in this target. Its tasks: {', '.join(by_key)}."
                )
            if dependency.outcome is not None and not isinstance(upstream.work, ConditionTask):
                raise BundleError(
                    f"{place_of(node)}: {path}: {task.key} waits for an outcome of {upstream.key}, "
                    f"which is not a condition_task."
                )

    graph = {task.key: [dependency.task_key for dependency in task.depends_on] for task in tasks}
    try:
        return tuple(by_key[key] for key in TopologicalSorter(graph).static_order())
    except CycleError as err:
        circle = " -> ".join(err.args[1])
        raise BundleError(f"{place_of(node)}: {path}: tasks wait for each other: {circle}.") from err


def _mapping(node: Node, path: str) -> dict[str, Node]:
    if not isinstance(node, dict):
        raise BundleError(f"{place_of(node)}: {path} must be a mapping, found {node!r}.")
    return node


def _list(node: Node) -> list[Node]:
    return node if isinstance(node, list) else []


def _texts(node: Node, path: str) -> dict[str, str]:
    return {str(name): _text(value) for name, value in _mapping(node or {}, path).items()}


def _text(value: Node) -> str:
    """A value as the text that a task gets; a text of the YAML keeps its place."""
    return value if isinstance(value, YamlText) else as_text(value)
