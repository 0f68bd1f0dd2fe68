"""The only list of what is run locally: resource types, task types and fields. Anything else is refused by name.

A shape gives for each key what may be below it: a shape for a mapping, a list of one shape for a list of mappings,
USED for a value that the local workspace acts on, IGNORED for a value that does not mean anything on a laptop.
"""

from __future__ import annotations

from typing import TypeAlias

from local_workspace.bundle.yaml_files import Node, place_of
from local_workspace.errors import BundleError

Shape: TypeAlias = "str | dict[str, Shape] | list[Shape]"

USED = "used"
IGNORED = "ignored"
ANY_NAME = "*"

# What a for_each_task does for each item. Iterations run one after the other, in one process on one warehouse.
NESTED_TASK: Shape = {
    "task_key": USED,
    "notebook_task": {"notebook_path": USED, "base_parameters": USED},
    "run_job_task": {"job_id": USED, "job_parameters": USED},
    "description": IGNORED,
    "environment_key": IGNORED,
    "job_cluster_key": IGNORED,
    "libraries": IGNORED,
    "timeout_seconds": IGNORED,
}

TASK: Shape = {
    "task_key": USED,
    "depends_on": [{"task_key": USED, "outcome": USED}],
    "run_if": USED,
    "notebook_task": {"notebook_path": USED, "base_parameters": USED},
    "condition_task": {"op": USED, "left": USED, "right": USED},
    "run_job_task": {"job_id": USED, "job_parameters": USED},
    "for_each_task": {"inputs": USED, "concurrency": IGNORED, "task": NESTED_TASK},
    "description": IGNORED,
    "environment_key": IGNORED,
    "job_cluster_key": IGNORED,
    "libraries": IGNORED,
    "email_notifications": IGNORED,
    # A task runs once here; its run is started again by hand.
    "max_retries": IGNORED,
    "disable_auto_optimization": IGNORED,
    # One process runs all tasks, and Python cannot stop a thread: the user must stop a task that takes too long.
    "timeout_seconds": IGNORED,
}

JOB: Shape = {
    "name": USED,
    "description": USED,
    "parameters": [{"name": USED, "default": USED}],
    "tasks": [TASK],
    # The lock of the state folder allows one run at a time.
    "max_concurrent_runs": IGNORED,
    "queue": IGNORED,
    # On a laptop jobs are started by hand. Nothing waits for a time, a table or a file.
    "schedule": IGNORED,
    "trigger": IGNORED,
    "environments": IGNORED,
    "job_clusters": IGNORED,
    "email_notifications": IGNORED,
    "health": IGNORED,
    "permissions": IGNORED,
    "run_as": IGNORED,
    "timeout_seconds": IGNORED,
}

# A laptop deploys and destroys nothing, so there is nothing for `lifecycle` to protect.
SCHEMA: Shape = {
    "name": USED,
    "catalog_name": USED,
    "comment": IGNORED,
    "grants": IGNORED,
    "lifecycle": IGNORED,
}

EXPERIMENT: Shape = {"name": USED, "permissions": IGNORED, "lifecycle": IGNORED}

RESOURCES: Shape = {"jobs": {ANY_NAME: JOB}, "schemas": {ANY_NAME: SCHEMA}, "experiments": {ANY_NAME: EXPERIMENT}}

BUNDLE: Shape = {
    "bundle": {"name": USED, "engine": IGNORED, "databricks_cli_version": IGNORED, "deployment": IGNORED},
    # What a deploy checks and adds: its branch, and tags of what it makes.
    "git": IGNORED,
    "presets": IGNORED,
    "include": USED,
    "sync": IGNORED,
    "variables": {ANY_NAME: {"description": IGNORED, "type": IGNORED, "default": USED}},
    "mode": USED,
    "default": USED,
    "workspace": {"root_path": USED},
    "run_as": IGNORED,
    "permissions": IGNORED,
    "resources": RESOURCES,
}


def supported_part(node: Node, shape: Shape = BUNDLE, path: str = "") -> Node:
    """The node without its ignored values; a BundleError for anything that is not run locally yet."""
    if isinstance(shape, dict) and isinstance(node, dict):
        shapes = {key: _shape_of(key, shape, path) for key in node}
        used = {key: value for key, value in node.items() if shapes[key] != IGNORED}
        return {key: supported_part(value, shapes[key], f"{path}.{key}".lstrip(".")) for key, value in used.items()}

    if isinstance(shape, list) and isinstance(node, list):
        return [supported_part(item, shape[0], f"{path}[{_label(item, index)}]") for index, item in enumerate(node)]
    if isinstance(shape, str):
        return node

    expected = "a mapping" if isinstance(shape, dict) else "a list"
    raise BundleError(f"{place_of(node)}: {path} must be {expected}, found {node!r}.")


def _shape_of(key: str, shape: dict[str, Shape], path: str) -> Shape:
    shape_of_key = shape.get(key, shape.get(ANY_NAME))
    if shape_of_key is None:
        raise BundleError(
            f"{place_of(key)}: {f'{path}.{key}'.lstrip('.')} is not run locally yet. Supported here: "
            f"{', '.join(sorted(shape))}. Remove it, or add it to src/local_workspace/bundle/supported.py."
        )
    return shape_of_key


def _label(item: Node, index: int) -> str:
    names = [item[name] for name in ("task_key", "name") if name in item] if isinstance(item, dict) else []
    return str(names[0] if names else index)
