"""Named places where a test may end the process, so that recovery is proved and not hoped for.

Nothing happens unless the environment variable RETRAINING_FAILPOINT names a place and an end: `ingest.after_plan=kill`
ends the process as the out-of-memory killer does, `ingest.after_plan=raise` raises FailpointError there, every time;
with `@3` behind it either happens at the third time only.
"""

import os
import signal
from collections import Counter
from dataclasses import dataclass
from typing import Literal, get_args

from retraining.errors import ParameterError, RetrainingError

VARIABLE = "RETRAINING_FAILPOINT"

INGEST = (
    "ingest.after_start",
    "ingest.after_plan",
    "ingest.after_prepare",
    "ingest.after_read",
    "ingest.before_write",
    "ingest.after_write",
    "ingest.before_close",
    "ingest.after_close",
)
"""The places of ingestion, in the order in which a run passes them."""

PROMOTION = (
    "retrain.after_reserve",
    "fit.after_learn",
    "fit.after_run",
    "fit.after_model",
    "fit.after_log",
    "fit.after_references",
    "fit.after_manifest",
    "retrain.after_challenger",
    "promote.after_judge",
    "promote.after_refit",
    "promote.after_decision",
    "rollback.after_decision",
    "apply.after_champion",
    "apply.after_previous",
    "apply.after_tags",
    "apply.after_applied",
)
"""The places on the way to a champion. retrain and promote both pass those of a fit, promote and rollback both those of
a decision that is applied."""

PANEL = ("panel.after_part",)
"""The place of a fit of many series: each part of them is a commit, and a run passes it once a part."""

TABLES = ("table.before_create", "table.after_create", "table.after_aside")
"""The places of making a table. Its folder, its first commit and its name in the catalogue come between the first two,
in Spark; the last is where what a killed run left of a table is taken away."""

SEARCH = (
    "refresh.after_open",
    "refresh.after_plan",
    "refresh.after_copy",
    "refresh.after_mark",
    "refresh.after_indexer",
    "refresh.after_remove",
    "refresh.after_confirm",
)
"""The places of the refresh of a search index, in the order in which a run passes them."""

BATCH = ("score_batch.after_open", "score_batch.after_merge", "score_batch.after_close")
"""The places of scoring a batch table, in the order in which a run passes them."""

CONSUMERS = ("announce.after_post",)
"""The place between a message to a consumer and the row about it."""

POINTS = INGEST + TABLES + PROMOTION + PANEL + SEARCH + BATCH + CONSUMERS
"""Every place."""

Action = Literal["kill", "raise"]

_passed: Counter[str] = Counter()


class FailpointError(RetrainingError):
    """A test wanted a failure here."""


@dataclass(frozen=True)
class ArmedFailpoint:
    """What happens, where, and at which time of passing: 1 is the first, None is every time."""

    point: str
    action: Action
    time: int | None = None


def parse(text: str) -> ArmedFailpoint:
    """The variable's value as a record. Raises ParameterError for a place or an end that does not exist."""
    point, _, end = text.partition("=")
    action, _, time = end.partition("@")
    if point in POINTS and action in get_args(Action) and (time or "1").isdecimal() and time != "0":
        return ArmedFailpoint(point, "kill" if action == "kill" else "raise", int(time) if time else None)
    raise ParameterError(
        f"{VARIABLE} is {text!r}, expected <point>=kill|raise, optionally with @<time>, where the point is one of "
        f"{', '.join(POINTS)}. Correct it, or unset it: no run needs it."
    )


def hit(point: str) -> None:
    """Passes a place. Raises FailpointError, or ends the process, where the environment demands it; ParameterError
    when it demands something that does not exist, or when the place is not listed."""
    text = os.environ.get(VARIABLE)
    if not text:
        return
    if point not in POINTS:
        raise ParameterError(f"failpoint {point!r} is not listed in failpoints.POINTS. Add it there.")
    armed = parse(text)
    _passed[point] += 1
    if point != armed.point or armed.time not in (None, _passed[point]):
        return
    if armed.action == "raise":
        raise FailpointError(f"{point}: {VARIABLE} wants a failure here. Unset it and run again.")
    os.kill(os.getpid(), signal.SIGKILL)
