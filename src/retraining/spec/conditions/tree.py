"""What a condition says, as a tree. Every part knows the text it was written as, for errors."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

Value = None | bool | int | float | Decimal | str | date | datetime


class ConditionError(ValueError):
    """A condition cannot be read, or cannot be answered safely. The text says which part, why, and what to write."""


@dataclass(frozen=True)
class Constant:
    """A value that is written in the condition itself."""

    text: str
    value: Value


@dataclass(frozen=True)
class Interval:
    """A length of time: an amount of days, hours, minutes, seconds, weeks, months or years."""

    text: str
    amount: int
    unit: str


@dataclass(frozen=True)
class Named:
    """A column of the row, or a field inside one."""

    text: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Call:
    """A function or an operator, by its name in lower case; `case` has pairs of condition and value, then the value of
    ELSE."""

    text: str
    name: str
    arguments: tuple["Part", ...]


@dataclass(frozen=True)
class Cast:
    """A value as another type. tried: null where it has no such value."""

    text: str
    value: "Part"
    type: str
    tried: bool


Part = Constant | Interval | Named | Call | Cast


def inside(part: Part) -> tuple[Part, ...]:
    """What a part is made of."""
    if isinstance(part, Call):
        return part.arguments
    return (part.value,) if isinstance(part, Cast) else ()


def depth_of(tree: Part) -> int:
    """How many parts are inside one another at most. Counts level by level, so that no depth is too much for it."""
    depth = 0
    level: tuple[Part, ...] = (tree,)
    while level:
        level = tuple(each for part in level for each in inside(part))
        depth += 1
    return depth


def parts_of(tree: Part) -> Iterator[Part]:
    """The tree and everything in it."""
    yield tree
    for each in inside(tree):
        yield from parts_of(each)


def columns_of(tree: Part) -> tuple[str, ...]:
    """Names of the columns that a condition reads, each once."""
    return tuple(dict.fromkeys(each.parts[0] for each in parts_of(tree) if isinstance(each, Named)))
