"""Values that YAML reads in another way than people write them: found before anything looks at a spec."""

import re
from collections.abc import Iterator

import yaml

from retraining.spec.document.faults import Fault, Path

_KNOWN_TAGS = {f"tag:yaml.org,2002:{each}" for each in ("str", "int", "float", "bool", "null", "timestamp")}
_TEXT = "tag:yaml.org,2002:str"
_LIST = "tag:yaml.org,2002:seq"
_MAP = "tag:yaml.org,2002:map"
_TRUE = ("yes", "on", "true")
_POWER_OF_TEN = re.compile(r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)[eE][-+]?\d+")
MOST_VALUES = 20_000
"""Values in a file, with those that aliases repeat."""


def find_misread(root: yaml.Node) -> list[Fault]:
    """Every fault of the values below a node. What cannot be read becomes a text, so that the rest still can."""
    return list(_misread(root, ()))


def count_values(node: yaml.Node, above: frozenset[int] = frozenset(), known: dict[int, int] | None = None) -> int:
    """Values below a node, with those that aliases repeat; more than MOST_VALUES for one that repeats itself."""
    counted: dict[int, int] = {} if known is None else known
    if id(node) in above:
        return MOST_VALUES + 1
    if id(node) not in counted:
        inside = [each for pair in node.value for each in pair] if isinstance(node, yaml.MappingNode) else node.value
        parts = [] if isinstance(node, yaml.ScalarNode) else inside
        counted[id(node)] = 1 + sum(count_values(each, above | {id(node)}, counted) for each in parts)
    return counted[id(node)]


def _misread(node: yaml.Node, path: Path) -> Iterator[Fault]:
    if isinstance(node, yaml.MappingNode):
        yield from _misread_keys(node, path)
        yield from _foreign_collection(node, path, _MAP)
        for key, value in node.value:
            yield from _misread(value, (*path, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        yield from _foreign_collection(node, path, _LIST)
        for position, value in enumerate(node.value):
            yield from _misread(value, (*path, position))
    elif isinstance(node, yaml.ScalarNode):
        sentence = _foreign_tag(node) or _misread_plain(node) or _unreadable(node)
        if sentence:
            node.tag = _TEXT
            yield Fault(node.start_mark.line + 1, f"{shown(path)} {sentence}", path)


def _misread_keys(node: yaml.MappingNode, path: Path) -> Iterator[Fault]:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
        inside = (*path, name)
        if name == "<<" and key.tag.endswith("merge"):
            yield Fault(line, "`<<` is not read here. Write the keys of the other section out.", inside)
        elif not isinstance(key, yaml.ScalarNode):
            yield Fault(line, f"a key of {shown(path)} is a list or a section. Write one name.", inside)
        elif key.tag != _TEXT:
            what = "a truth value" if key.tag.endswith("bool") else "a number, a date or nothing"
            yield Fault(line, f'YAML reads the key `{name}` as {what}. Write "{name}" in quotes.', inside)
        elif name in lines:
            first = "" if lines[name] == line else f", first on line {lines[name]}"
            yield Fault(line, f"the key `{name}` appears twice{first}. Keep one.", inside)
        lines.setdefault(name, line)
    node.value = [(_as_text(key), value) for key, value in node.value]


def _as_text(key: yaml.Node) -> yaml.ScalarNode:
    name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
    return yaml.ScalarNode(_TEXT, name, key.start_mark, key.end_mark)


def _foreign_collection(node: yaml.CollectionNode, path: Path, tag: str) -> Iterator[Fault]:
    if node.tag != tag:
        sentence = f"{shown(path)} has the YAML tag `{node.tag}`, which is not read here. Remove it."
        node.tag = tag
        yield Fault(node.start_mark.line + 1, sentence, path)


def _foreign_tag(node: yaml.ScalarNode) -> str | None:
    if node.tag in _KNOWN_TAGS:
        return None
    return f"has the YAML tag `{node.tag}`, which is not read here. Write the plain value."


def _misread_plain(node: yaml.ScalarNode) -> str | None:
    """Of a value without quotes."""
    value = node.value
    kind = node.tag.rpartition(":")[2]
    if node.style is not None:
        return None
    if kind == "bool" and value.lower() not in ("true", "false"):
        read_as = "true" if value.lower() in _TRUE else "false"
        return f'has `{value}`, which YAML reads as {read_as}. Write "{value}" in quotes for the text, or {read_as}.'
    if kind in ("int", "float") and ":" in value:
        return f'has `{value}`, which YAML reads as a number of base 60. Write "{value}" in quotes.'
    if kind == "int" and re.fullmatch(r"[-+]?0[0-7_]+", value):
        return (
            f'has `{value}`, which YAML reads as {int(value, 8)}, a number of base 8. Write "{value}" in quotes for '
            f"the text, or {int(value)} for the number."
        )
    if kind == "str" and _POWER_OF_TEN.fullmatch(value):
        return f'has `{value}`, which YAML reads as a text. Write {float(value)!r}, or "{value}" for the text.'
    return None


def _unreadable(node: yaml.ScalarNode) -> str | None:
    if node.tag == _TEXT:
        return None
    try:
        yaml.SafeLoader("").construct_object(node)
    except (ValueError, ArithmeticError, LookupError, AttributeError, yaml.YAMLError):
        what = "a date or time that does not exist" if node.tag.endswith("timestamp") else "which YAML cannot read"
        found = f"`{node.value[:40]}`" if node.value else "nothing"
        return f"is {found}, {what}. Correct it, or put it in quotes if it is a text."
    return None


def shown(path: Path) -> str:
    """A path as people read it: its keys, without positions in lists, which the line tells."""
    keys = ".".join(str(part) for part in path if isinstance(part, str))
    return f"`{keys}`" if keys else "the file"
