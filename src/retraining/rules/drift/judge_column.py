"""Has one column drifted? The answer is a sentence with the numbers it was decided by."""

from dataclasses import dataclass

from retraining.records.drift import DriftMetric, DriftVerdict
from retraining.rules.drift.measures import name_of_measure

MOST_NULL_CHANGE = 0.1
"""Absolute: at 200 rows a share that has not changed stays inside it with three standard errors, at worst."""
MOST_UNSEEN_SHARE = 0.05
"""The model cannot have learned anything about these rows, so fewer of them matter than of nulls."""


@dataclass(frozen=True)
class ColumnComparison:
    """What one column's verdict is made from. rows and values of both sides; measure decides by its distance, None
    where it cannot be taken; policy is the spec's threshold, floor the noise of the training rows; assumed: nothing is
    known of how batches of the reference differ, so the floor assumes independent rows."""

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
    other: str = "the reference"

    @property
    def threshold(self) -> float:
        """The limit of the distance."""
        return max(self.policy, self.floor)


def judge_column(column: ColumnComparison, min_rows: int) -> tuple[DriftVerdict, str]:
    """Drifted when the null share changed, when categories are new, or when the values are distributed otherwise.

    Rows without a value are rows: a column that went null has drifted, although its few values may look as before.
    """
    few = _too_few("rows", column.rows, column.reference_rows, min_rows, column.other)
    if few:
        return "not_enough_data", few
    if abs(column.null_share - column.reference_null_share) > MOST_NULL_CHANGE:
        return "drifted", _null_change(column)
    few = _too_few("values", column.values, column.reference_values, min_rows, column.other)
    if few:
        return "not_enough_data", few
    if (column.unseen_share or 0.0) > MOST_UNSEEN_SHARE:
        return "drifted", _unseen(column)
    if column.distance is None:
        return "not_enough_data", f"The {name_of_measure(column.measure)} cannot be taken: a value is not finite."
    return "drifted" if column.distance > column.threshold else "stable", _compared(column, column.distance)


def severity(metric: DriftMetric) -> float:
    """How far the worst of the three measures went towards its threshold, 1 at the threshold: for ranking columns."""
    found = metric.distance
    return max(
        abs(metric.null_share - metric.reference_null_share) / MOST_NULL_CHANGE,
        (metric.unseen_share or 0.0) / MOST_UNSEEN_SHARE,
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
        f"a change of {MOST_NULL_CHANGE:.0%} passes."
    )


def _unseen(column: ColumnComparison) -> str:
    named = f" ({', '.join(column.unseen)})" if column.unseen else ""
    return (
        f"{column.unseen_share:.1%} of the values are categories that no training row had{named}; "
        f"{MOST_UNSEEN_SHARE:.0%} may be."
    )


def _compared(column: ColumnComparison, distance: float) -> str:
    origin = "the noise floor" if column.floor > column.policy else "the spec's threshold"
    relation = "is above" if distance > column.threshold else "is not above"
    assumed = "; the floor assumes independent rows" if column.assumed and column.floor > column.policy else ""
    measure = name_of_measure(column.measure)
    return f"The {measure} {distance:.3g} {relation} {column.threshold:.3g} ({origin}{assumed})."
