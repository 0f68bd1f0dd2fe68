"""Has the champion's error changed for the worse? Detectors say when, whole days say whether."""

from collections.abc import Sequence

from retraining.records.drift import DetectorState
from retraining.rules.drift.error_level import ErrorLevel


def concept_alarm(states: Sequence[DetectorState], fewest: int, has_days: bool, level: ErrorLevel | None) -> str | None:
    """A sentence when at least `fewest` detectors raised an alarm, and the mean loss of the days is shown to be above
    the expected one.

    states: all of one champion, oldest first. Detectors take rows as independent; rows of a day are not, and on a year
    of flights two of four raised an alarm in every month. So an alarm counts when the 95 % bound over days agrees,
    however long ago in those days it was raised. Without that (has_days, but no level yet) nothing is reported. Rows
    that have no days are taken as independent: alarms of the newest batch count as they are.
    """
    if not states or (has_days and (level is None or level.lower <= level.expected)):
        return None
    asked = [row for row in states if level or row.batch_seq == states[-1].batch_seq]
    alarms = [(row.detector, row.first_alarm) for row in asked if row.first_alarm]
    since = level.since.isoformat() if level else ""
    first = {detector: at for detector, at in reversed(alarms) if not since or at >= since}
    if len(first) < fewest:
        return None
    named = ", ".join(f"{name} (first at {first[name]})" for name in sorted(first))
    days = f" {level.sentence}." if level else ""
    of = len({row.detector for row in states})
    return f"{len(first)} of {of} detectors say that the champion's error changed: {named}.{days}"
