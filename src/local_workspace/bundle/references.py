"""Resolves `${...}`: what the Databricks CLI fills in when it deploys a bundle."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from local_workspace.bundle.yaml_files import Node, Text, where
from local_workspace.errors import BundleError

REFERENCE = re.compile(r"\$\{([a-zA-Z][\w.-]*)\}")

Lookup = Callable[[str], Node]


def resolved(node: Node, lookup: Lookup, path: str = "", trail: tuple[str, ...] = ()) -> Node:
    """The node with every reference replaced, also inside what references stand for. Errors name file and key.

    lookup returns the value of a reference, or raises KeyError with the reason.
    """
    if isinstance(node, dict):
        return {key: resolved(value, lookup, f"{path}.{key}".lstrip("."), trail) for key, value in node.items()}
    if isinstance(node, list):
        return [resolved(item, lookup, f"{path}[{place}]", trail) for place, item in enumerate(node)]
    return _resolved_text(node, lookup, path, trail) if isinstance(node, str) else node


def references_in(node: Node, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Each reference below the node: its name, the key that holds it, and the file and line."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from references_in(value, f"{path}.{key}".lstrip("."))
    elif isinstance(node, list):
        for place, item in enumerate(node):
            yield from references_in(item, f"{path}[{place}]")
    elif isinstance(node, str):
        yield from ((name, path, where(node)) for name in REFERENCE.findall(node))


def _resolved_text(text: str, lookup: Lookup, path: str, trail: tuple[str, ...]) -> Node:
    def value_of(name: str) -> Node:
        if name in trail:
            raise BundleError(f"{where(text)}: {path}: {' -> '.join([*trail, name])} refers to itself.")
        try:
            value = lookup(name)
        except KeyError as err:
            raise BundleError(f"{where(text)}: {path}: {err.args[0]}") from err
        kept = name.startswith("resources.") and value == f"${{{name}}}"  # it is not known yet
        return value if kept else resolved(value, lookup, path, (*trail, name))

    whole = REFERENCE.fullmatch(text)
    value = value_of(whole[1]) if whole else REFERENCE.sub(lambda match: written(value_of(match[1])), text)
    return Text(value, where(text)) if isinstance(value, str) else value


def written(value: Node) -> str:
    """A value as YAML and the Databricks CLI write it inside a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)
