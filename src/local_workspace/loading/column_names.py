"""The names of columns: kept as they are, unless a table could not have them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from local_workspace.errors import LoadError

NEEDS_MAPPING = re.compile(r"[ ,;{}()\n\t=]")
"""Characters that Delta stores in a name only with column mapping."""

NOT_IN_A_SPEC = re.compile("`")
"""Names that the spec of a model cannot use. A few more are taken, such as `_row_key`: reading the spec reports it."""


def checked_names(path: Path, names: Sequence[str]) -> tuple[str, ...]:
    """The names without spaces around them; an empty one becomes `unnamed_<position>`.

    A LoadError when two names differ only in upper and lower case, which is the same column for Spark.
    """
    stripped = [name.strip() or f"unnamed_{position}" for position, name in enumerate(names, start=1)]
    lower = [name.lower() for name in stripped]
    twice = sorted({name for name, key in zip(stripped, lower, strict=True) if lower.count(key) > 1})
    if twice:
        raise LoadError(
            f"{path}: {len(twice)} columns have the same name in upper or lower case: {', '.join(twice)}. Rename them."
            if len(twice) > 1
            else f"{path}: the column {twice[0]} is there {lower.count(twice[0].lower())} times. Rename or remove one."
        )
    return tuple(stripped)


def differing_columns(expected: Sequence[str], found: Sequence[str]) -> str:
    """What is missing among the names, and what is new, as a part of a sentence; empty where they are the same."""
    missing = ", ".join(name for name in expected if name not in found)
    new = ", ".join(name for name in found if name not in expected)
    return " and ".join([f"{missing} missing"] * bool(missing) + [f"{new} new"] * bool(new))


def name_note(name: str) -> str:
    """What a person should know about a name; empty if there is nothing to say."""
    if name.startswith("unnamed_"):
        return "the file gives it no name"
    return "the spec of a model cannot use this name; rename it in the file" if NOT_IN_A_SPEC.search(name) else ""
