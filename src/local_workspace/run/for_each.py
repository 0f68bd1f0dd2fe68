"""What a for_each_task goes through: its inputs, and what its iterations are called."""

from __future__ import annotations

import json
from collections.abc import Sequence

from local_workspace.errors import TaskError


def items_of(text: str) -> list[object]:
    """The items of a JSON array; TaskError for any other text. No items is no error: there is nothing to do."""
    try:
        items = json.loads(text)
    except ValueError as err:
        raise TaskError(f'for_each_task.inputs: expected a JSON array such as ["a", "b"], found {text!r}.') from err
    if not isinstance(items, list):
        raise TaskError(f"for_each_task.inputs: expected a JSON array, found the single value {text}.")
    return items


def labels_of(key: str, items: Sequence[object]) -> list[str]:
    """`month 3 of 12` for each item, with the item behind it where it is a text."""
    return [
        f"{key} {number} of {len(items)}{f' ({item})' if isinstance(item, str) else ''}"
        for number, item in enumerate(items, start=1)
    ]


def field_of(item: object, path: str) -> object:
    """What `{{input.<field>}}` stands for, the item itself where path is empty; TaskError names the item's fields."""
    if not path:
        return item
    fields = item if isinstance(item, dict) else {}
    if path not in fields:
        raise TaskError(f"{{{{input.{path}}}}}: the input has no such field. It has: {', '.join(fields) or 'none'}.")
    return fields[path]
