"""Has one column drifted? The answer is a sentence with the numbers it was decided by."""

from dataclasses import dataclass

from retraining.records.drift import DriftMetric, DriftVerdict
from retraining.rules.drift.measures import name_of_measure
from retraining.rules.drift.new_values import MOST_UNSEEN_SHARE, NewValue

MOST_NULL_CHANGE = 0.1
"""Absolute, and where a share of few rows varies by more, what it varies by."""


@dataclass(frozen=True)
class ColumnComparison:
    """What one column's verdict is made from. rows and values of both sides; measure decides by its distance, None
    where it cannot be taken; policy is the spec's threshold, floor the noise of the training rows; assumed: nothing is
    known of how batches of the reference differ, so the floor assumes independent rows. null_limit and unseen_limit:
    what a change of the share of nulls, and the share of new categories, may be. new: the value that is frequent and
    hardly any training row had. floor_days: of the periods that the floor is from, where they are shorter than usual;
    unlike: why the batch cannot be compared."""

    rows: int
    values: int
    null_share: float
    reference_rows: int
    reference_values: int
    reference_null_share: float
    unseen_share: float | None
    unseen: tuple[str, ...]
    measure: str
    distance: float | None
    policy: float
    floor: float
    assumed: bool
    null_limit: float
    unseen_limit: float
    new: NewValue | None = None
    floor_days: int | None = None
    unlike: str = ""
    other: str = "the reference"

    @property
    def threshold(self) -> float:
        """The limit of the distance."""
        return max(self.policy, self.floor)


def judge_column(column: ColumnComparison, min_rows: int) -> tuple[DriftVerdict, str]:
    """Drifted when the null share changed, when categories are new, when one new value is frequent, or when the values
    are distributed otherwise.

    Rows without a value are rows: a column that went null has drifted, although its few values may look as before.
    """
    few = _too_few("rows", column.rows, column.reference_rows, min_rows, column.other) or column.unlike
    if few:
        return "not_enough_data", few
    if abs(column.null_share - column.reference_null_share) > column.null_limit:
        return "drifted", _null_change(column)
    few = _too_few("values", column.values, column.reference_values, min_rows, column.other)
    if few:
        return "not_enough_data", few
    if (column.unseen_share or 0.0) > column.unseen_limit:
        return "drifted", _unseen(column)
    if column.new and column.new.share > column.new.limit:
        return "drifted", _new_value(column.new)
    if column.distance is None:
        return "not_enough_data", f"The {name_of_measure(column.measure)} cannot be taken: a value is not finite."
    return "drifted" if column.distance > column.threshold else "stable", _compared(column, column.distance)


def severity(metric: DriftMetric) -> float:
    """How far the worst of the four measures went towards its threshold, 1 at the threshold: for ranking columns."""
    found = metric.distance
    return max(
        abs(metric.null_share - metric.reference_null_share) / (metric.null_limit or MOST_NULL_CHANGE),
        (metric.unseen_share or 0.0) / (metric.unseen_limit or MOST_UNSEEN_SHARE),
        metric.new_value_share / metric.new_value_limit if metric.new_value_share and metric.new_value_limit else 0.0,
        found / metric.threshold if found is not None and metric.threshold else 0.0,
    )


def _too_few(what: str, now: int, before: int, wanted: int, other: str) -> str:
    if now < wanted:
        return f"{now:,} {what} in the batch; a verdict needs {wanted:,}."
    if before < wanted:
        return f"{before:,} {what} in {other}; a verdict needs {wanted:,}."
    return ""


def _null_change(column: ColumnComparison) -> str:
    return (
        f"{column.null_share:.1%} of the rows have no value, {column.reference_null_share:.1%} in {column.other}; "
        f"a change of {column.null_limit:.0%} passes."
    )


def _unseen(column: ColumnComparison) -> str:
    named = f" ({', '.join(column.unseen)})" if column.unseen else ""
    return (
        f"{column.unseen_share:.1%} of the values are categories that no training row had{named}; "
        f"{column.unseen_limit:.0%} may be."
    )


def _new_value(new: NewValue) -> str:
    return (
        f"{new.share:.1%} of the values are {new.value or 'the empty text'}, which hardly any training row had; "
        f"{new.limit:.1%} may be."
    )


def _compared(column: ColumnComparison, distance: float) -> str:
    length = "1 day" if column.floor_days == 1 else f"{column.floor_days} days"
    periods = f" of periods of {length}" if column.floor_days else ""
    origin = f"the noise floor{periods}" if column.floor > column.policy else "the spec's threshold"
    relation = "is above" if distance > column.threshold else "is not above"
    assumed = "; the floor assumes independent rows" if column.assumed and column.floor > column.policy else ""
    measure = name_of_measure(column.measure)
    return f"The {measure} {distance:.3g} {relation} {column.threshold:.3g} ({origin}{assumed})."
