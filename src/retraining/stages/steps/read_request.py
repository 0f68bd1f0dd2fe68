"""What the widgets of the repair notebook ask for."""

from collections.abc import Mapping
from typing import get_args

from retraining.errors import ParameterError
from retraining.records.repair_request import RepairAction, RepairedSource, RepairRequest

_NEEDS: dict[RepairAction, tuple[str, ...]] = {
    "backfill": ("start", "end"),
    "replay": ("batch_seq",),
    "abandon": (),
    "rebaseline": (),
    "rebuild": (),
}


def read_request(parameters: Mapping[str, str]) -> RepairRequest:
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
    start, end = parameters["start"] or None, parameters["end"] or None
    return RepairRequest(action, parameters["reason"], number, start, end, source)


def batch_number(text: str | None) -> int:
    """The number of a batch as a widget holds it. Raises ParameterError for anything else."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ParameterError(f"batch_seq {text!r} is no batch number. See column batch_seq of table `watermarks`.")
    return int(text)
