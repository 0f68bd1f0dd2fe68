"""Reads a bundle's YAML files and merges them. Every text remembers its file and line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

import yaml

from local_workspace.errors import BundleError

Node: TypeAlias = "dict[str, Node] | list[Node] | str | int | float | bool | None"

PATH_KEYS = frozenset({"notebook_path"})

ITEM_NAMES = {
    "tasks": "task_key",
    "job_clusters": "job_cluster_key",
    "environments": "environment_key",
    "parameters": "name",
}


class Text(str):
    """A string of the YAML with the place it was written at: `resources/demo.job.yml:12`."""

    where: str

    def __new__(cls, value: str, where: str) -> Text:
        """The text itself; `where` travels with it through merges."""
        text = super().__new__(cls, value)
        text.where = where
        return text


def where(node: object) -> str:
    """The place a key or a value was written at, or the bundle where that is not known."""
    if isinstance(node, Text):
        return node.where
    children = [*node.items()] if isinstance(node, dict) else [*node] if isinstance(node, list) else []
    return next((where(part) for child in children for part in _parts(child) if where(part) != _UNKNOWN), _UNKNOWN)


def read_bundle_files(root: Path) -> list[Node]:
    """databricks.yml first, then the files that it includes, in the order of the patterns and of their names."""
    main = root / "databricks.yml"
    if not main.is_file():
        raise BundleError(f"{root}: no databricks.yml here. Run from the bundle's folder, or name it with --bundle.")
    document = _read(main, root)
    patterns = document.get("include") if isinstance(document, dict) else None
    return [document, *(_read(path, root) for path in _included(root, patterns or []))]


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


_UNKNOWN = "databricks.yml"


def _parts(child: object) -> tuple[object, ...]:
    return child if isinstance(child, tuple) else (child,)


def _included(root: Path, patterns: Node) -> list[Path]:
    if not isinstance(patterns, list):
        raise BundleError(f"{where(patterns)}: include must be a list of file patterns, found {patterns!r}.")
    found: list[Path] = []
    for pattern in patterns:
        matches = sorted(root.glob(str(pattern)))
        if not matches:
            raise BundleError(f"{where(pattern)}: include {pattern} matches no file in {root}.")
        found.extend(path for path in matches if path not in found)
    return found


def _read(path: Path, root: Path) -> Node:
    name = str(path.relative_to(root))
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_loader(name))
    except yaml.YAMLError as err:
        raise BundleError(f"{name}: not valid YAML: {err}") from err
    return _from_bundle_root(document, path.parent)


def _loader(name: str) -> type[yaml.SafeLoader]:
    class _Loader(yaml.SafeLoader):
        """Makes every string a Text of this file."""

    def text(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Text:
        return Text(loader.construct_scalar(node), f"{name}:{node.start_mark.line + 1}")

    _Loader.add_constructor("tag:yaml.org,2002:str", text)
    return _Loader


def _from_bundle_root(node: Node, folder: Path) -> Node:
    """A copy in which paths, which YAML files write relative to themselves, are absolute."""
    if isinstance(node, list):
        return [_from_bundle_root(item, folder) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {key: _from_bundle_root(value, folder) for key, value in node.items()}
    for key in PATH_KEYS & copy.keys():
        path = copy[key]
        copy[key] = Text(os.path.normpath(folder / str(path)), where(path))
    return copy


def _joined(items: list[Node], name: str) -> list[Node]:
    """Items of one name become one item, at the place of the first."""
    joined: dict[object, Node] = {}
    for position, item in enumerate(items):
        identity = item.get(name, position) if isinstance(item, dict) else position
        joined[identity] = merged(joined.get(identity), item)
    return list(joined.values())
