"""How parts of a bundle are merged: mappings by key, named list items by their name, other lists end to end."""

from __future__ import annotations

from local_workspace.bundle.yaml_files import Node

ITEM_NAMES = {
    "tasks": "task_key",
    "job_clusters": "job_cluster_key",
    "environments": "environment_key",
    "parameters": "name",
}


def merged(base: Node, override: Node, key: str = "") -> Node:
    """The base with the override on top, as the Databricks CLI merges includes and targets. Neither is changed."""
    if isinstance(base, dict) and isinstance(override, dict):
        both = dict(base)
        for name, value in override.items():
            both[name] = merged(base[name], value, name) if name in base else merged(None, value, name)
        return both
    if isinstance(override, dict):
        return {name: merged(None, value, name) for name, value in override.items()}
    if isinstance(override, list):
        items = [*base, *override] if isinstance(base, list) else [*override]
        return _joined(items, ITEM_NAMES[key]) if key in ITEM_NAMES else items
    return override


def _joined(items: list[Node], name: str) -> list[Node]:
    """Items of one name become one item, at the place of the first."""
    joined: dict[object, Node] = {}
    for position, item in enumerate(items):
        identity = item.get(name, position) if isinstance(item, dict) else position
        joined[identity] = merged(joined.get(identity), item)
    return list(joined.values())
