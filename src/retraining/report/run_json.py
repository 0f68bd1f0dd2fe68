"""What programs read of a run: its row and the checks of its gate, as the notebook `report` ends with them."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from retraining.records.event import Event
from retraining.records.gate import GateResult

_NOT_FOR_CALLERS = ("refusals", "attempt_id")
"""Fields of the row that hold values of rows, or say nothing outside."""
_OF_CHECK = (
    "check",
    "verdict",
    "value",
    "lower",
    "upper",
    "threshold",
    "metric",
    "candidate_error",
    "baseline_error",
    "sentence",
)
"""Fields of a check: the new version beside the live one, with the limit that decided."""


def run_as_json(event: Event, gate_results: Sequence[GateResult], page_at: str | None) -> str:
    """The row without what is not for callers, its checks, and where the page is.

    Moments are texts in ISO 8601, so that a caller in any language reads them.
    """
    row = {name: value for name, value in asdict(event).items() if name not in _NOT_FOR_CALLERS}
    checks = [{name: getattr(each, name) for name in _OF_CHECK} for each in gate_results]

    return json.dumps({**row, "gate_results": checks, "page": page_at}, default=str)
