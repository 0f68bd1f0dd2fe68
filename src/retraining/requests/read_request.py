"""What the widgets of the operator's notebooks ask for."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import get_args

from retraining.errors import ParameterError
from retraining.requests.adopt_request import AdoptRequest
from retraining.requests.copy_request import CopyRequest
from retraining.requests.repair_request import RepairAction, RepairedSource, RepairRequest
from retraining.spec.identifiers import check_part

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


def read_adoption(parameters: Mapping[str, str]) -> AdoptRequest:
    """What is said of a version made elsewhere. Raises ParameterError for one without version or old stage, for both,
    or without the batches and the reason."""
    version, old_stage = parameters["version"] or None, parameters["old_stage"] or None
    if (version is None) == (old_stage is None):
        raise ParameterError(f"version {version!r} and old_stage {old_stage!r}: set one of them.")
    missing = [name for name in ("last_batch", "reason") if not parameters[name].strip()]
    if missing:
        raise ParameterError(f"adopt needs {' and '.join(missing)}. Set the parameter and run again.")
    first = batch_number(parameters["first_batch"] or "1", "first_batch")
    last = batch_number(parameters["last_batch"], "last_batch")
    if not 1 <= first <= last:
        raise ParameterError(f"first_batch {first} and last_batch {last}: expected 1 <= first_batch <= last_batch.")
    label, reason = parameters["label"] or None, parameters["reason"].strip()
    return AdoptRequest(version, old_stage, first, last, label, _seconds(parameters["fit_seconds"]), reason)


def read_copy(parameters: Mapping[str, str]) -> CopyRequest:
    """Which version of another schema is asked for, checked part by part. Raises ParameterError for a name that has not
    three plain parts, for what is no version number, and without a reason."""
    missing = [name for name in ("source_model", "source_version", "reason") if not parameters[name].strip()]
    if missing:
        raise ParameterError(f"copy_version needs {' and '.join(missing)}. Set the parameter and run again.")
    parts, version = parameters["source_model"].split("."), parameters["source_version"]
    if len(parts) != 3:
        raise ParameterError(f"source_model {parameters['source_model']!r}: expected catalog.schema.model.")
    catalog, schema, model = (check_part(part, "source_model's part") for part in parts)
    if not (version.isascii() and version.isdigit() and len(version) <= 18):
        raise ParameterError(f"source_version {version!r} is no version number, such as 3.")
    until, reason = parameters["trained_until"] or None, parameters["reason"].strip()
    return CopyRequest(f"{catalog}.{schema}", model, version, until, reason)


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text) if text else None
    except ValueError:
        seconds = -1.0
    if seconds is not None and not 0 <= seconds < float("inf"):
        raise ParameterError(f"fit_seconds {text!r} is no number of seconds. Leave it empty when it is not known.")
    return seconds


def batch_number(text: str | None, name: str = "batch_seq") -> int:
    """The number of a batch as a widget holds it. Raises ParameterError for anything else."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ParameterError(f"{name} {text!r} is no batch number. See column batch_seq of table `watermarks`.")
    return int(text)


def end_of(text: str) -> datetime:
    """A moment as it is written, in UTC unless it says otherwise; of a day its last moment. Raises ParameterError for
    anything else."""
    try:
        moment = datetime.fromisoformat(text)
        if len(text) <= len("2013-02-01"):
            moment += timedelta(days=1, microseconds=-1)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as err:
        raise ParameterError(
            f"to_date {text!r} is not a date or time. Write 2013-02-01, which is the end of that day, or "
            f"2013-02-01T06:00:00+00:00."
        ) from err
