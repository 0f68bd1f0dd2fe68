"""What an operator says about a version that was made elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass

from retraining.errors import ParameterError
from retraining.requests.widget_values import batch_number, trusted_digest


@dataclass(frozen=True)
class AdoptRequest:
    """version, or the old registry stage it is in; the batches that hold the rows it was trained on, first and last
    included. label names the column it predicts. fit_seconds is what its fit took, None when it is not known. trust is
    the digest of the files that may be loaded, None where no one has looked at them yet."""

    version: str | None
    old_stage: str | None
    first_batch: int
    last_batch: int
    label: str | None
    fit_seconds: float | None
    reason: str
    trust: str | None = None


def read_adoption(parameters: Mapping[str, str]) -> AdoptRequest:
    """The request. Raises ParameterError without a version or an old stage, with both, and without the batches or the
    reason."""
    version = parameters["version"] or None
    old_stage = parameters["old_stage"] or None
    if (version is None) == (old_stage is None):
        raise ParameterError(f"version {version!r} and old_stage {old_stage!r}: set one of them.")
    missing = [name for name in ("last_batch", "reason") if not parameters[name].strip()]
    if missing:
        raise ParameterError(f"adopt needs {' and '.join(missing)}. Set the parameter and run again.")
    first = batch_number(parameters["first_batch"] or "1", "first_batch")
    last = batch_number(parameters["last_batch"], "last_batch")
    if not 1 <= first <= last:
        raise ParameterError(f"first_batch {first} and last_batch {last}: expected 1 <= first_batch <= last_batch.")
    label = parameters["label"] or None
    reason = parameters["reason"].strip()
    seconds = _seconds(parameters["fit_seconds"])
    trust = trusted_digest(parameters["trust"])
    return AdoptRequest(version, old_stage, first, last, label, seconds, reason, trust)


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text) if text else None
    except ValueError:
        seconds = -1.0
    if seconds is not None and not 0 <= seconds < float("inf"):
        raise ParameterError(f"fit_seconds {text!r} is not a number of seconds. Leave it empty when it is not known.")
    return seconds
