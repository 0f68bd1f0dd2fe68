"""The naming of a change in words."""

from collections.abc import Mapping

from retraining.records.change import ArchivedDistance, ChangeEvidence, ColumnState, KindOfChange, SeasonDistance
from retraining.rules.drift.change_point import Shape
from retraining.rules.drift.error_level import ErrorLevel

RESPONSES: Mapping[KindOfChange, str] = {
    "none": "Nothing to do.",
    "data_fault": "Quarantine the rows and repair the source; do not train on them.",
    "virtual": "Watch it; train a candidate beside the champion if it persists.",
    "sudden": "Refit on rows from the change on, once there are enough; until then consider the previous version.",
    "gradual": "Update the champion with the newest rows, or refit on a shorter window of history.",
    "recurring": "Try the archived version on the new rows first, and keep rows of all seasons in training.",
    "unknown": "Wait for labels of more days; until then drift alone is not a reason to train.",
}
"""What each kind suggests."""
NO_SHAPE = "Neither the losses nor the distances show since when."
RISEN_THROUGHOUT = (
    "Look for what differs from the rows that promoted the champion; its error may never have been lower."
)
"""Suggested when the error is higher than expected and no day or slope explains it."""
_MOST_NAMED = 3


def moved_in_words(evidence: ChangeEvidence) -> str:
    """How many columns drifted, and the furthest of them."""
    judged = [each for each in evidence.columns if each.verdict != "not_enough_data"]
    if not judged:
        return f"None of {len(evidence.columns)} columns has enough data for a verdict."
    drifted = sorted((each for each in judged if each.verdict == "drifted"), key=_furthest_first)
    named = ", ".join(map(_column, drifted[:_MOST_NAMED]))
    unknown = len(evidence.columns) - len(judged)
    without = f", {unknown} without enough data" if unknown else ""
    return f"{len(drifted)} of {len(evidence.columns)} columns drifted{without}{f': {named}' if named else ''}."


def _furthest_first(column: ColumnState) -> tuple[float, str]:
    if column.distance is None or not column.threshold:
        return 0.0, column.name
    return -column.distance / column.threshold, column.name


def _column(column: ColumnState) -> str:
    if column.distance is None or column.threshold is None:
        return f"`{column.name}`"
    return f"`{column.name}` (distance {column.distance:.3g}, threshold {column.threshold:.3g})"


def shape_in_words(shape: Shape, what: str) -> str:
    """A step with its day, or a climb."""
    values = f"from {shape.first:.4g} to {shape.last:.4g}"
    if shape.since is not None:
        return f"The {what} stepped {values} on {shape.since.isoformat()}."
    return f"The {what} climbed {values} over {shape.days} days; a line fits better than a step."


def closest_in_words(archived: ArchivedDistance, live: float) -> str:
    """The archived version that the batch resembles more than the live one's training rows."""
    return (
        f"The batch is {archived.distance:.3g} from the training rows of version {archived.version}, and "
        f"{live:.3g} from those of the champion."
    )


def season_in_words(season: SeasonDistance) -> str:
    """The days of the year before that the batch resembles more than the champion's training rows."""
    days = f"{season.first.isoformat()} to {season.last.isoformat()}"
    return (
        f"The same days looked like this a year earlier: the drifted columns are at {season.distance:.0%} of their "
        f"threshold from the rows of {days}."
    )


def not_measured(evidence: ChangeEvidence, wanted: float) -> str:
    """Why the error of the batch is not known."""
    if evidence.labelled_share < wanted:
        return f"{evidence.labelled_share:.0%} of the batch's rows have a label; {wanted:.0%} are needed."
    if evidence.expected_loss is None:
        return "The error at promotion is not known, so nothing says what to expect."
    return f"Losses of {len(evidence.losses)} days are known; 6 are needed."


def still_open(error: ErrorLevel) -> str:
    """What the bounds leave open, as the end of a sentence."""
    return ", which the bounds do not settle: more days will." if error.upper > error.limit else "."
