"""A YAML file of specs/ as keys and values that know their lines."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

import yaml

from retraining.errors import SpecError
from retraining.spec.document.faults import Fault, Path, refusal
from retraining.spec.document.misread_values import MOST_VALUES, count_values, find_misread
from retraining.spec.document.syntax import explain_syntax

MAX_BYTES = 100_000


@dataclass(frozen=True)
class Place:
    """Where a path of keys leads to in a file."""

    line: int
    """Of the key, or of the value in a list."""
    path: Path
    """The part of the path that the file has."""
    value: yaml.Node
    """What the file says there."""


@dataclass(frozen=True)
class Document:
    """A file that is YAML, whatever it says."""

    origin: str
    """The file, as errors name it."""
    content: dict[str, Any]
    """Its keys and values."""
    root: yaml.MappingNode
    """The same with lines."""
    faults: tuple[Fault, ...]
    """Values that YAML does not read as they are meant."""

    def find(self, path: Sequence[str | int]) -> Place:
        """The value that a path leads to. Parts that the file does not have are left out."""
        place = Place(self.root.start_mark.line + 1, (), self.root)
        for part in path:
            place = _step(place, part) or place
        return place

    def names_at(self, path: Path) -> list[tuple[str, int]]:
        """The name, or the names in a list or before values, that the file has at a path, each with its line."""
        place = self.find(path)
        if place.path != path:
            return []
        node = place.value
        inside = [key for key, _ in node.value] if isinstance(node, yaml.MappingNode) else node.value
        nodes = [node] if isinstance(node, yaml.ScalarNode) else inside
        return [(str(each.value), each.start_mark.line + 1) for each in nodes if isinstance(each, yaml.ScalarNode)]

    def find_words(self, sentence: str, below: Sequence[str | int]) -> Place:
        """The first key that a sentence names, and below it the value that it names: where a reader should look."""
        start = self.find(below)
        for word in re.findall(r"[A-Za-z_][\w.]*\w|\w", sentence):
            for base in (start, self.find(())):
                place = base
                for part in word.split("."):
                    next_place = _step(place, part)
                    if next_place is None:
                        break
                    place = next_place
                else:
                    return next((each for each in _leaves(place) if _names(sentence, each)), place)
        return start


def _step(place: Place, part: str | int) -> Place | None:
    node = place.value
    if isinstance(node, yaml.MappingNode):
        for key, value in reversed(node.value):
            if key.value == str(part):
                return Place(key.start_mark.line + 1, (*place.path, str(part)), value)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        value = node.value[part]
        return Place(value.start_mark.line + 1, (*place.path, part), value)
    return None


def _leaves(place: Place) -> Iterator[Place]:
    node = place.value
    if isinstance(node, yaml.SequenceNode):
        for position in range(len(node.value)):
            yield from _leaves(_step(place, position) or place)
    elif isinstance(node, yaml.MappingNode):
        for key, _ in node.value:
            yield from _leaves(_step(place, key.value) or place)
    else:
        yield place


def _names(sentence: str, leaf: Place) -> bool:
    """Whether the end of a sentence, which lists what is wrong, names a value or its key."""
    wrong = re.findall(r"[\w.]+", sentence.rpartition(":")[2])
    return str(leaf.value.value) in wrong or (bool(leaf.path) and leaf.path[-1] in wrong)


def read_text(path: File, origin: str) -> str:
    """The text of a file; origin names it in errors. Raises SpecError for a file that cannot be a spec."""
    if path.stat().st_size > MAX_BYTES:
        raise SpecError(f"{origin}: larger than {MAX_BYTES:,} bytes, so not a spec. Move the data into a table.")
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = raw.count(b"\n", 0, err.start) + 1
        raise refusal(origin, [Fault(line, "holds a letter that is not UTF-8. Save the file as UTF-8.")]) from err


def read_document(text: str, origin: str) -> Document:
    """A YAML text; origin names it in errors. Raises SpecError for anything that is not keys and values."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as err:
        raise refusal(origin, [explain_syntax(err, text)]) from err
    except RecursionError as err:
        raise refusal(origin, [Fault(1, "nests lists or sections too deeply for a spec.")]) from err

    if not isinstance(root, yaml.MappingNode):
        line = root.start_mark.line + 1 if root else 1
        expected = "expected keys and values, such as `model: my_model`"
        raise refusal(origin, [Fault(line, f"{expected}, found {what_is(root)}.")])
    if count_values(root) > MOST_VALUES:
        raise refusal(origin, [Fault(1, f"holds more than {MOST_VALUES:,} values, with those that `*` repeats.")])

    faults = tuple(find_misread(root))
    content: dict[str, Any] = yaml.SafeLoader("").construct_document(root)
    return Document(origin, content, root, faults)


def what_is(node: yaml.Node | None) -> str:
    """What a value is, for people: itself where it is short."""
    if isinstance(node, yaml.SequenceNode):
        return "a list" if node.value else "an empty list"
    if isinstance(node, yaml.MappingNode):
        return "a section of keys" if node.value else "an empty section"
    if node is None or node.tag.endswith("null"):
        return "nothing"
    text = " ".join(str(node.value).split())
    return f"`{text[:57]}...`" if len(text) > 60 else f"`{text}`"
