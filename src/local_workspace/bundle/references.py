"""Resolves `${...}`: what the Databricks CLI replaces when it deploys a bundle."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from local_workspace.bundle.yaml_files import Node, YamlText, place_of
from local_workspace.errors import BundleError

REFERENCE = re.compile(r"\$\{([a-zA-Z][\w.-]*)\}")

Lookup = Callable[[str], Node]


def resolve(node: Node, lookup: Lookup, path: str = "", trail: tuple[str, ...] = ()) -> Node:
    """The node with every reference replaced, also references inside the values. Errors name file and key.

    lookup returns the value of a reference, or raises a KeyError with the reason. trail: the references that led here.
    """
    if isinstance(node, dict):
        return {key: resolve(value, lookup, f"{path}.{key}".lstrip("."), trail) for key, value in node.items()}
    if isinstance(node, list):
        return [resolve(item, lookup, f"{path}[{index}]", trail) for index, item in enumerate(node)]
    return _resolve_text(node, lookup, path, trail) if isinstance(node, str) else node


def references_in(node: Node, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Each reference below the node: its name, the key that holds it, and the file and line."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from references_in(value, f"{path}.{key}".lstrip("."))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from references_in(item, f"{path}[{index}]")
    elif isinstance(node, str):
        yield from ((name, path, place_of(node)) for name in REFERENCE.findall(node))


def as_text(value: Node) -> str:
    """A value as YAML and the Databricks CLI write it inside a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _resolve_text(text: str, lookup: Lookup, path: str, trail: tuple[str, ...]) -> Node:
    def value_of(name: str) -> Node:
        if name in trail:
            raise BundleError(f"{place_of(text)}: {path}: {' -> '.join([*trail, name])} refers to itself.")

        try:
            value = lookup(name)
        except KeyError as err:
            raise BundleError(f"{place_of(text)}: {path}: {err.args[0]}") from err

        unknown_yet = name.startswith("resources.") and value == f"${{{name}}}"
        return value if unknown_yet else resolve(value, lookup, path, (*trail, name))

    only_reference = REFERENCE.fullmatch(text)
    if only_reference:
        value = value_of(only_reference[1])
    else:
        value = REFERENCE.sub(lambda match: as_text(value_of(match[1])), text)
    return YamlText(value, place_of(text)) if isinstance(value, str) else value
