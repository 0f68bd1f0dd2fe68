"""What is wrong with one column, named as what it is."""

from dataclasses import dataclass
from typing import Literal

from retraining.records.change import ColumnState
from retraining.rules.drift.changed_unit import KNOWN_UNITS, changed_unit
from retraining.rules.drift.judge_column import MOST_NULL_CHANGE, MOST_UNSEEN_SHARE
from retraining.rules.drift.measures import name_of_column

Fault = Literal["null_surge", "changed_unit", "frozen", "new_category", "no_longer_constant"]

_MOST_NAMED = 3
_ROUNDING = 1e-6
"""Of the reference's standard deviation: what is left of a constant's that was computed from sums."""


@dataclass(frozen=True)
class ColumnFault:
    """One fault of one column. sentence names the column and has the numbers."""

    column: str
    fault: Fault
    sentence: str

    @property
    def is_certain(self) -> bool:
        """False where the world may as well have changed, so that it is a fault only when nothing else did."""
        return self.fault in ("null_surge", "changed_unit", "frozen")


def column_faults(column: ColumnState) -> tuple[ColumnFault, ...]:
    """Every fault of one column, at most one of each name; none unless its verdict is drifted.

    Null shares and unseen shares are compared with the limits of the verdict. A sensor is frozen when its values have
    no spread although the reference's have one.
    """
    if column.verdict != "drifted":
        return ()
    found: dict[Fault, str | None] = {
        "null_surge": _null_surge(column),
        "frozen": _frozen(column),
        "changed_unit": _changed_unit(column),
        "new_category": _new_category(column),
        "no_longer_constant": _no_longer_constant(column),
    }
    name = name_of_column(column.name)
    return tuple(ColumnFault(column.name, fault, f"{name} {said}.") for fault, said in found.items() if said)


def _null_surge(column: ColumnState) -> str | None:
    if column.null_share - column.reference_null_share <= MOST_NULL_CHANGE:
        return None
    return f"has no value in {column.null_share:.0%} of the rows, {column.reference_null_share:.0%} in the reference"


def _frozen(column: ColumnState) -> str | None:
    before = column.reference_standard_deviation
    spread = column.standard_deviation
    if spread is None or not before or column.mean is None or spread > _ROUNDING * before:
        return None
    return (
        f"is frozen: every value is {column.mean:,.6g}, where the reference has a standard deviation of {before:,.4g}"
    )


def _changed_unit(column: ColumnState) -> str | None:
    unit = changed_unit(column)
    if unit is None:
        return None
    moments = (
        f"mean {column.mean:,.4g} against {column.reference_mean:,.4g}, standard deviation "
        f"{column.standard_deviation:,.4g} against {column.reference_standard_deviation:,.4g}"
    )
    if unit in KNOWN_UNITS:
        return f"looks as if {unit.words}: {moments}"
    return f"has values about {unit.words} the reference's, as if its unit had changed: {moments}"


def _new_category(column: ColumnState) -> str | None:
    share = column.unseen_share or 0.0
    if share <= MOST_UNSEEN_SHARE:
        return None
    named = ", ".join(f"`{name}`" for name in column.unseen[:_MOST_NAMED])
    more = len(column.unseen) - _MOST_NAMED
    names = f": {named}{f' and {more} more' if more > 0 else ''}" if named else ""
    return f"has categories in {share:.0%} of its values that no training row had{names}"


def _no_longer_constant(column: ColumnState) -> str | None:
    if column.reference_standard_deviation != 0 or column.mean is None or column.reference_mean is None:
        return None
    return (
        f"was always {column.reference_mean:,.6g} in the reference and is not now: mean {column.mean:,.4g}, standard "
        f"deviation {column.standard_deviation or 0.0:,.4g}"
    )
