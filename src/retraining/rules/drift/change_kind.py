"""What kind of change is it? Names it and says what the kind suggests; the name decides nothing on a retraining."""

from dataclasses import dataclass

from retraining.records.change import ChangeEvidence, ChangeKind, ColumnState, KindOfChange
from retraining.records.drift import PREDICTION, DriftMetric
from retraining.rules.drift.change_point import Point, Shape, shape_of
from retraining.rules.drift.change_words import (
    NO_SHAPE,
    RESPONSES,
    RISEN_THROUGHOUT,
    closest_in_words,
    moved_in_words,
    not_measured,
    season_in_words,
    shape_in_words,
    still_open,
)
from retraining.rules.drift.column_fault import ColumnFault, column_faults
from retraining.rules.drift.error_level import ErrorLevel, error_level


def column_state(metric: DriftMetric) -> ColumnState:
    """A metric against the reference as evidence."""
    return ColumnState(
        name=metric.column_name,
        verdict=metric.verdict,
        distance=metric.distance,
        threshold=metric.threshold,
        null_share=metric.null_share,
        reference_null_share=metric.reference_null_share,
        unseen_share=metric.unseen_share,
        unseen=metric.unseen,
        mean=metric.mean,
        standard_deviation=metric.standard_deviation,
        reference_mean=metric.reference_mean,
        reference_standard_deviation=metric.reference_deviation,
        null_limit=metric.null_limit,
        unseen_limit=metric.unseen_limit,
        new_value=metric.new_value if _is_too_frequent(metric) else None,
        new_value_share=metric.new_value_share,
        is_numeric=metric.is_numeric,
    )


def _is_too_frequent(metric: DriftMetric) -> bool:
    return (metric.new_value_share or 0.0) > (metric.new_value_limit or 1.0)


MIN_LABELLED_SHARE = 0.5
"""Below it the rows with a label need not resemble those without."""
CLEARLY_CLOSER = 0.5
WITHIN_SEASON = 0.8
"""Of the thresholds: the drifted columns exceed them against the champion's rows, so a year ago is nearer by a fifth at
least, and would not have been called drift."""


@dataclass(frozen=True)
class _Seen:
    """moved: names of drifted columns; faults of all columns; error is None where it could not be measured."""

    evidence: ChangeEvidence
    faults: tuple[ColumnFault, ...]
    moved: tuple[str, ...]
    error: ErrorLevel | None
    losses: Shape
    distances: Shape


def change_kind(evidence: ChangeEvidence, most_loss_increase: float) -> ChangeKind:
    """The first that fits of: data fault, recurring, unknown (labels missing), sudden or gradual, virtual, none.

    most_loss_increase: share by which the mean loss may exceed the expected one; for a limit m on the root of a squared
    loss it is (1 + m)^2 - 1. Unknown too where the error is not clearly within the limit although columns moved, and
    where it rose without a day or a slope that explains it. The reason has the numbers of all that was looked at.
    """
    seen = _look(evidence, most_loss_increase)
    without_error = _data_fault(seen) or _recurring(seen)
    if without_error is not None:
        return without_error
    if seen.error is None:
        found = f"{not_measured(evidence, MIN_LABELLED_SHARE)} {moved_in_words(evidence)}"
        return ChangeKind("unknown", None, RESPONSES["unknown"], found)
    return _risen(seen, seen.error) or _not_risen(seen, seen.error)


def _look(evidence: ChangeEvidence, most_increase: float) -> _Seen:
    labelled = evidence.labelled_share >= MIN_LABELLED_SHARE
    losses = [each for each in evidence.losses if each.rows > 0]
    return _Seen(
        evidence,
        _faults(evidence),
        tuple(each.name for each in evidence.columns if each.verdict == "drifted"),
        error_level(losses, evidence.expected_loss, evidence.batch_from, most_increase) if labelled else None,
        shape_of([Point(each.day, each.rows, each.loss) for each in losses]),
        shape_of([Point(each.day, each.rows, each.distance) for each in evidence.distances if each.rows > 0]),
    )


def _faults(evidence: ChangeEvidence) -> tuple[ColumnFault, ...]:
    """A label may have new classes, and a prediction follows from the features: alone it is not at fault."""
    of_columns = [fault for column in evidence.columns for fault in column_faults(column)]
    of_label = column_faults(evidence.label) if evidence.label else ()
    found = (*of_columns, *(fault for fault in of_label if fault.is_certain))
    return () if all(fault.column == PREDICTION for fault in found) else found


def _data_fault(seen: _Seen) -> ChangeKind | None:
    """What the world may as well have done counts only when nothing else changed."""
    certain = [each for each in seen.faults if each.is_certain]
    others = set(seen.moved) - {each.column for each in seen.faults}
    if not certain and (others or (seen.error is not None and seen.error.has_risen)):
        return None
    named = certain or list(seen.faults)
    return _kind("data_fault", " ".join(each.sentence for each in named)) if named else None


def _recurring(seen: _Seen) -> ChangeKind | None:
    live = seen.evidence.live_distance
    season = seen.evidence.season
    closest = min(seen.evidence.archived, key=lambda each: (each.distance, each.version), default=None)
    if not seen.moved or live is None:
        return None
    if season is not None and season.distance <= WITHIN_SEASON:
        found = season_in_words(season)
    elif closest is not None and closest.distance <= CLEARLY_CLOSER * live:
        found = closest_in_words(closest, live)
    else:
        return None
    return _kind("recurring", f"{found} {moved_in_words(seen.evidence)}{_said(seen.error)}", seen.distances)


def _risen(seen: _Seen, error: ErrorLevel) -> ChangeKind | None:
    """By the shape of the losses; where that does not rise, by the shape of the distances."""
    if not error.has_risen:
        return None
    moved = moved_in_words(seen.evidence)
    for shape, what in ((seen.losses, "mean loss"), (seen.distances, "distance from the reference")):
        if shape.shape in ("step", "line") and shape.rises:
            found = f"{shape_in_words(shape, what)} {error.sentence}. {moved}"
            return _kind("sudden" if shape.shape == "step" else "gradual", found, shape)
    return ChangeKind("unknown", None, RISEN_THROUGHOUT, f"{error.sentence}. {NO_SHAPE} {moved}")


def _not_risen(seen: _Seen, error: ErrorLevel) -> ChangeKind:
    moved = moved_in_words(seen.evidence)
    together = seen.evidence.together
    if together:
        moved = f"{moved} {together}"
    judged = any(each.verdict != "not_enough_data" for each in seen.evidence.columns)
    if (seen.moved or together) and error.is_within:
        return _kind("virtual", f"{moved} {error.sentence}.", seen.distances)
    if judged and not seen.moved and not together and error.mean <= error.limit:
        return _kind("none", f"{moved} {error.sentence}.")
    return _kind("unknown", f"{moved} {error.sentence}{still_open(error)}")


def _kind(kind: KindOfChange, reason: str, shape: Shape | None = None) -> ChangeKind:
    return ChangeKind(kind, shape.since if shape is not None else None, RESPONSES[kind], reason)


def _said(error: ErrorLevel | None) -> str:
    return "" if error is None else f" {error.sentence}."
