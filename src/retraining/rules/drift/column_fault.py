"""What is wrong with one column, named as what it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from retraining.records.change import ColumnState
from retraining.rules.drift.changed_unit import KNOWN_UNITS, changed_unit
from retraining.rules.drift.judge_column import MOST_NULL_CHANGE
from retraining.rules.drift.measures import name_of_column
from retraining.rules.drift.new_values import MOST_UNSEEN_SHARE
from retraining.rules.drift.placeholder import is_placeholder

Fault = Literal[
    "null_surge", "changed_unit", "frozen", "other_type", "filled_in", "new_value", "new_category", "no_longer_constant"
]

_MOST_NAMED = 3
_ROUNDING = 1e-6
"""Of the reference's standard deviation: what is left of a constant's that was computed from sums."""
_MOST_OF_OTHER_TYPE = 0.5
"""Of the values: a few of another type are what somebody typed, most of them are another feed."""
_TYPES = (
    ("numbers", re.compile(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?")),
    ("dates", re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")),
    ("true or false", re.compile(r"true|false", re.IGNORECASE)),
)


@dataclass(frozen=True)
class ColumnFault:
    """One fault of one column. sentence names the column and has the numbers."""

    column: str
    fault: Fault
    sentence: str
    detail: str
    """What tells it from another fault of the same column and name: the factor of a unit, the one value."""
    is_certain: bool
    """False where the world may as well have changed, so that it is a fault only when nothing else did."""


@dataclass(frozen=True)
class _Found:
    said: str
    """What follows the column's name."""
    detail: str = ""
    is_certain: bool = True


def column_faults(column: ColumnState) -> tuple[ColumnFault, ...]:
    """Every fault of one column, at most one of each name; none unless its verdict is drifted.

    Null shares and unseen shares are compared with the limits of the verdict. A column is frozen when its values have
    no spread although the reference's have one. That is certain only where days had several values before: a month is
    the same in all rows of a batch, and broken in none. A value that is new and frequent is certain to be no
    measurement where it is a usual placeholder of a missing one.
    """
    if column.verdict != "drifted":
        return ()
    other_type = _other_type(column)
    found: dict[Fault, _Found | None] = {
        "null_surge": _null_surge(column),
        "frozen": _frozen(column) or _one_category(column),
        "changed_unit": _changed_unit(column),
        "other_type": other_type,
        "filled_in": _filled_in(column),
        "new_category": None if other_type else _new_category(column),
        "no_longer_constant": _no_longer_constant(column),
    }
    if not any(found.values()):
        found["new_value"] = _new_value(column)
    name = name_of_column(column.name)
    return tuple(
        ColumnFault(column.name, fault, f"{name} {each.said}.", each.detail, each.is_certain)
        for fault, each in found.items()
        if each
    )


def _null_surge(column: ColumnState) -> _Found | None:
    if column.null_share - column.reference_null_share <= (column.null_limit or MOST_NULL_CHANGE):
        return None
    return _Found(
        f"has no value in {column.null_share:.0%} of the rows, {column.reference_null_share:.0%} in the reference"
    )


def _frozen(column: ColumnState) -> _Found | None:
    before = column.reference_standard_deviation
    spread = column.standard_deviation
    if spread is None or not before or column.mean is None or spread > _ROUNDING * before:
        return None
    value = f"{column.mean:,.6g}"
    said = f"is frozen: every value is {value}, where the reference has a standard deviation of {before:,.4g}"
    return _Found(said, value, column.varies_within_days)


def _one_category(column: ColumnState) -> _Found | None:
    only = column.only_category
    if only is None or len(column.known_categories) < 2:
        return None
    said = f"is frozen: every value is `{only}`, where the reference has {len(column.known_categories):,} categories"
    return _Found(said, only, column.varies_within_days)


def _changed_unit(column: ColumnState) -> _Found | None:
    unit = changed_unit(column)
    if unit is None:
        return None
    moments = (
        f"mean {column.mean:,.4g} against {column.reference_mean:,.4g}, standard deviation "
        f"{column.standard_deviation:,.4g} against {column.reference_standard_deviation:,.4g}"
    )
    if unit in KNOWN_UNITS:
        return _Found(f"looks as if {unit.words}: {moments}", unit.words)
    return _Found(f"has values about {unit.words} the reference's, as if its unit had changed: {moments}", unit.words)


def _other_type(column: ColumnState) -> _Found | None:
    """Categories that are all of a type which no known category has: codes that became numbers, for example."""
    share = column.unseen_share or 0.0
    if share < _MOST_OF_OTHER_TYPE or not column.unseen or not column.known_categories:
        return None
    now = {_type_of(each) for each in column.unseen}
    before = {_type_of(each) for each in column.known_categories}
    if len(now) > 1 or now <= before:
        return None
    (kind,) = now
    names = f" ({_named(column.unseen)})"
    said = f"has {kind}{names} in {share:.0%} of its values, where the reference has {' and '.join(sorted(before))}"
    return _Found(said, kind)


def _type_of(category: str) -> str:
    return next((name for name, form in _TYPES if form.fullmatch(category.strip())), "texts")


def _filled_in(column: ColumnState) -> _Found | None:
    """A column that is nothing else any more is frozen."""
    found = _new_value(column)
    if found is None or column.new_value is None or column.new_value_share == 1:
        return None
    if not is_placeholder(column.new_value, column.is_numeric):
        return None
    return _Found(f"{found.said}: a placeholder of missing values", found.detail)


def _new_value(column: ColumnState) -> _Found | None:
    if column.new_value is None:
        return None
    named = f"`{column.new_value}`" if column.new_value else "the empty text"
    said = f"has {named} in {column.new_value_share:.0%} of its values, which hardly any row of the reference has"
    return _Found(said, column.new_value, is_certain=False)


def _new_category(column: ColumnState) -> _Found | None:
    share = column.unseen_share or 0.0
    if share <= (column.unseen_limit or MOST_UNSEEN_SHARE):
        return None
    said = f"has categories in {share:.0%} of its values that no training row had"
    names = _named(column.unseen)
    return _Found(f"{said}: {names}" if names else said, is_certain=False)


def _named(unseen: Sequence[str]) -> str:
    """The first of them; nothing where none is known."""
    named = ", ".join(f"`{name}`" for name in unseen[:_MOST_NAMED])
    more = len(unseen) - _MOST_NAMED
    return f"{named}{f' and {more} more' if more > 0 else ''}"


def _no_longer_constant(column: ColumnState) -> _Found | None:
    if column.reference_standard_deviation != 0 or column.mean is None or column.reference_mean is None:
        return None
    said = (
        f"was always {column.reference_mean:,.6g} in the reference and is not now: mean {column.mean:,.4g}, standard "
        f"deviation {column.standard_deviation or 0.0:,.4g}"
    )
    return _Found(said, is_certain=False)
