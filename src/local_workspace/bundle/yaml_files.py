"""Reads a bundle's YAML files and merges them. Every text remembers its file and line, so that errors can name them."""

from __future__ import annotations

import os
from functools import reduce
from pathlib import Path
from typing import TypeAlias

import yaml

from local_workspace.errors import BundleError

Node: TypeAlias = "dict[str, Node] | list[Node] | str | int | float | bool | None"

# Their values are paths, which YAML files write relative to themselves.
PATH_KEYS = frozenset({"notebook_path"})

# Items of these lists are merged by the field that names them; other lists are joined.
ITEM_NAMES = {
    "tasks": "task_key",
    "job_clusters": "job_cluster_key",
    "environments": "environment_key",
    "parameters": "name",
}

UNKNOWN_PLACE = "databricks.yml"


class YamlText(str):
    """A string of the YAML with the place where it is written, such as `resources/demo.job.yml:12`."""

    place: str

    def __new__(cls, value: str, place: str) -> YamlText:
        """The text itself; merging keeps its place."""
        text = super().__new__(cls, value)
        text.place = place
        return text


def place_of(node: object) -> str:
    """Where a key or value is written. For a mapping or list, the first known place inside it, else databricks.yml."""
    if isinstance(node, YamlText):
        return node.place
    if isinstance(node, dict):
        children = [part for item in node.items() for part in item]
    else:
        children = [*node] if isinstance(node, list) else []

    places = (place_of(child) for child in children)
    return next((place for place in places if place != UNKNOWN_PLACE), UNKNOWN_PLACE)


def read_document(root: Path) -> Node:
    """The bundle as one document: databricks.yml, then the files that it includes, merged in that order.

    Included files are in the order of the patterns, then of their names.
    """
    main = root / "databricks.yml"
    if not main.is_file():
        raise BundleError(
            f"{root}: there is no databricks.yml here. Run from the bundle's folder, or name it with --bundle."
        )

    document = _read(main, root)
    patterns = document.get("include") if isinstance(document, dict) else None
    included = [_read(path, root) for path in _included_paths(root, patterns or [])]
    return reduce(merge, [document, *included], None)


def merge(base: Node, override: Node, key: str = "") -> Node:
    """The base with the override on top, as the Databricks CLI merges includes and targets. Neither is changed.

    Mappings are merged by key, items of the lists in ITEM_NAMES by their name, and other lists are joined.
    """
    if isinstance(base, dict) and isinstance(override, dict):
        merged = dict(base)
        for name, value in override.items():
            merged[name] = merge(base.get(name), value, name)
        return merged

    if isinstance(override, dict):
        return {name: merge(None, value, name) for name, value in override.items()}
    if isinstance(override, list):
        items = [*base, *override] if isinstance(base, list) else [*override]
        return _merge_items(items, ITEM_NAMES[key]) if key in ITEM_NAMES else items
    return override


def _merge_items(items: list[Node], name: str) -> list[Node]:
    """Items with the same name become one item, at the place of the first."""
    merged: dict[object, Node] = {}
    for position, item in enumerate(items):
        identity = item.get(name, position) if isinstance(item, dict) else position
        merged[identity] = merge(merged.get(identity), item)
    return list(merged.values())


def _included_paths(root: Path, patterns: Node) -> list[Path]:
    if not isinstance(patterns, list):
        raise BundleError(f"{place_of(patterns)}: include must be a list of file patterns, found {patterns!r}.")

    paths: list[Path] = []
    for pattern in patterns:
        matches = sorted(root.glob(str(pattern)))
        if not matches:
            raise BundleError(f"{place_of(pattern)}: include {pattern} does not match any file in {root}.")
        paths.extend(path for path in matches if path not in paths)
    return paths


def _read(path: Path, root: Path) -> Node:
    name = str(path.relative_to(root))
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_loader(name))
    except yaml.YAMLError as err:
        raise BundleError(f"{name}: not valid YAML: {err}") from err
    return _with_absolute_paths(document, path.parent)


def _loader(name: str) -> type[yaml.SafeLoader]:
    class _Loader(yaml.SafeLoader):
        """Makes every string a YamlText of this file."""

    def text(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> YamlText:
        return YamlText(loader.construct_scalar(node), f"{name}:{node.start_mark.line + 1}")

    _Loader.add_constructor("tag:yaml.org,2002:str", text)
    return _Loader


def _with_absolute_paths(node: Node, folder: Path) -> Node:
    """A copy in which the values of PATH_KEYS are absolute."""
    if isinstance(node, list):
        return [_with_absolute_paths(item, folder) for item in node]
    if not isinstance(node, dict):
        return node

    copy = {key: _with_absolute_paths(value, folder) for key, value in node.items()}
    for key in PATH_KEYS & copy.keys():
        path = copy[key]
        copy[key] = YamlText(os.path.normpath(folder / str(path)), place_of(path))
    return copy
