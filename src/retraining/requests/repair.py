"""What an operator asks of a source's ingestion."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from retraining.errors import ParameterError
from retraining.requests.widget_values import batch_number

RepairAction = Literal["backfill", "replay", "abandon", "rebaseline", "rebuild"]
RepairedSource = Literal["rows", "labels"]


@dataclass(frozen=True)
class RepairRequest:
    """backfill reads the ledger values [start, end) again; replay reads a batch's slice again and supersedes the batch;
    abandon gives up an open or held batch, or withdraws a committed one by its number; rebaseline reads the source from
    the beginning, for example after it was replaced; rebuild writes lost rows of `watermarks` again from the
    observations. source: of the rows, or of the labels that come from another table."""

    action: RepairAction
    reason: str
    batch_seq: int | None = None
    start: str | None = None
    end: str | None = None
    source: RepairedSource = "rows"


_NEEDS: dict[RepairAction, tuple[str, ...]] = {
    "backfill": ("start", "end"),
    "replay": ("batch_seq",),
    "abandon": (),
    "rebaseline": (),
    "rebuild": (),
}


def read_repair(parameters: Mapping[str, str]) -> RepairRequest:
    """The request. Raises ParameterError for an unknown action, or for one without what it needs."""
    action = next((each for each in get_args(RepairAction) if each == parameters["action"]), None)
    if action is None:
        raise ParameterError(f"action {parameters['action']!r}: expected one of {', '.join(_NEEDS)}.")
    missing = [name for name in ("reason", *_NEEDS[action]) if not parameters[name]]
    if missing:
        raise ParameterError(f"{action} needs {' and '.join(missing)}. Set the parameter and run again.")
    source = next((each for each in get_args(RepairedSource) if each == (parameters["source"] or "rows")), None)
    if source is None:
        raise ParameterError(f"source {parameters['source']!r}: expected {' or '.join(get_args(RepairedSource))}.")
    number = batch_number(parameters["batch_seq"]) if parameters["batch_seq"] else None
    start = parameters["start"] or None
    end = parameters["end"] or None
    return RepairRequest(action, parameters["reason"], number, start, end, source)
