"""An operator freezes a model, retires it, or takes either back: one row of `controls`, with the reason."""

import logging
from dataclasses import dataclass
from typing import get_args

from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.context import Context
from retraining.errors import ParameterError
from retraining.records.control import Control
from retraining.requests.reason import check_one_request, given_reason
from retraining.rules.champion.mode import Change, mode_after, same_change

_log = logging.getLogger(__name__)

_NOW = {
    "active": "is active: the loop scores and trains it again",
    "frozen": "is frozen: the loop goes on to score and measure it, and trains nothing",
    "retired": "is retired: the loop neither scores nor trains it. The alias champion stays where it is",
}


@dataclass(frozen=True)
class ModeReport:
    """The row that holds from now on."""

    control: Control

    @property
    def summary(self) -> str:
        """One line for people."""
        return f"{self.control.model} {_NOW[self.control.mode]}. Reason: {self.control.reason}"


def change_mode(context: Context, change: str | None, reason: str | None) -> ModeReport:
    """Carries out freeze, unfreeze, retire or unretire, once: the same run repeated finds its row, and so does another
    run with the same change and reason while nothing else has changed.

    The alias `champion` does not move: callers load the model by it, and a model that comes back goes on from it.
    Raises ParameterError without a reason, or where the run holds another request; NothingToDoError where the model is
    in that mode for another reason.
    """
    wanted = _change(change)
    why = given_reason(reason, f"Say why the model is to {wanted}; it is stored with it.")
    rows = read_rows(context.tables, Control, context.model)
    stored = [row for row in rows if row.request_id == context.run.run_id]
    if stored:
        check_one_request(context.run.run_id, same_change(stored, wanted, why) is not None)
    earlier = stored[-1] if stored else same_change(rows, wanted, why)
    if earlier:
        return ModeReport(earlier)

    control = Control(
        model=context.model,
        seq=next_seq(rows),
        mode=mode_after(context.model, rows, wanted),
        reason=why,
        request_id=context.run.run_id,
        decided_by=context.run.started_by(),
        **context.stamp,
    )
    append_rows(context.tables, "control", [control])

    report = ModeReport(control)
    _log.info(report.summary)
    return report


def _change(text: str | None) -> Change:
    allowed: tuple[Change, ...] = get_args(Change)
    for each in allowed:
        if text == each:
            return each
    raise ParameterError(f"change {text!r}: expected one of {', '.join(allowed)}.")
