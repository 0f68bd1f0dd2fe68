"""One command back: an earlier champion goes live again, and the version left is refused from then on."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from retraining.adapters.registry.registry import CHAMPION
from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.adapters.tables.predictions import count_predictions
from retraining.context import Context
from retraining.records.promotion import Promotion
from retraining.records.version import PredictionCount
from retraining.requests.reason import as_sentence, check_one_request, given_reason
from retraining.rules.champion.alias_state import is_applied
from retraining.rules.champion.history import live_since
from retraining.rules.champion.rollback import puts_alias_back, same_rollback, version_asked
from retraining.steps.champion.apply_newest_decision import apply_newest_decision
from retraining.steps.champion.carry_out_rollback import carry_out_rollback, put_alias_back

_SHOWN = 10
"""Batches that the summary names one by one; the report holds all of them."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RollbackReport:
    """The rollback, as decided under its request, and what the version left predicted while it was live."""

    promotion: Promotion
    predictions: tuple[PredictionCount, ...]
    earlier: str | None = None
    """What an earlier run had done of it already; None where this run decided."""

    @property
    def summary(self) -> str:
        """One line for people."""
        row = self.promotion
        reasons = " ".join(as_sentence(each) for each in row.reasons)
        if row.outcome == "HEAL":
            done = f"{row.model}: the alias champion is at version {row.version} again, as decided before. {reasons}"
            return " ".join(part for part in (done, self.earlier) if part)

        back = f"{row.model}: back from version {row.previous_version} to {row.version}. {reasons}"
        return " ".join(part for part in (back, self.earlier, self._predicted) if part)

    @property
    def _predicted(self) -> str:
        left = self.promotion.previous_version
        by_batch = self.predictions
        if not by_batch:
            return f"Version {left} made no predictions."

        first = min(each.first_at for each in by_batch)
        last = max(each.last_at for each in by_batch)
        shown = ", ".join(f"batch {each.batch_seq}: {each.rows:,}" for each in by_batch[-_SHOWN:])
        newest = "" if len(by_batch) <= _SHOWN else "newest: "
        return (
            f"Version {left} made {sum(each.rows for each in by_batch):,} predictions since it went live, in runs from "
            f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC ({newest}{shown}); they stay in "
            f"`{self.promotion.model}_predictions`."
        )


def rollback(
    context: Context, to_version: str | None = None, reason: str | None = None, to_date: str | None = None
) -> RollbackReport:
    """Resolve the target once, prove that it can go live, store it under this run's id, let the alias follow.

    A request is known by its reason and its target. The same run repeated, or another run with the same request while
    no other version went live since, only finishes it: a run that was killed is never carried out twice. To go back
    once more, an operator gives another reason, or names another version.

    to_version names the target, to_date the day whose last champion it is; the default is the previous champion.
    Somebody who names one has seen where the alias is, so an alias moved by hand, or whose version was deleted, does
    not stop it then. Naming the decided champion puts the alias back. Raises ParameterError without a reason.
    """
    why = given_reason(reason, "Say why the champion is to be left; it is stored with the rollback.")
    named = bool(to_version or to_date)
    on_drift = "leave" if named else context.spec.policy.on_alias_drift
    before = read_rows(context.tables, Promotion, context.model)
    promotions = apply_newest_decision(context, on_drift)

    target = version_asked(promotions, to_version, to_date)
    own = [row for row in before if row.request_id == context.run.run_id and row.state == "DECIDED"]
    if own:
        check_one_request(context.run.run_id, same_rollback(own, why, target) is not None)
    earlier = _carried_out_before(context, before, why, target)
    if earlier:
        decision = earlier
    elif puts_alias_back(promotions, target, context.registry.version_of(context.model, CHAMPION)):
        decision = put_alias_back(context, promotions, why, context.run.started_by)
    else:
        decision = carry_out_rollback(
            context, promotions, context.run.run_id, target, why, decided_by=context.run.started_by
        )

    said = _said_of(earlier, is_applied(before, earlier)) if earlier else None
    report = RollbackReport(decision, _predictions_of_left(context, promotions, decision), said)
    _log.info(report.summary)
    return report


def _carried_out_before(
    context: Context, before: Sequence[Promotion], reason: str, target: str | None
) -> Promotion | None:
    """The same request of an earlier run, where the alias follows it by now: an alias that somebody has moved since
    needs a decision. None for a request of this run."""
    earlier = same_rollback(before, reason, target)
    if earlier is None or any(row.request_id == context.run.run_id for row in before):
        return None
    return earlier if context.registry.version_of(context.model, CHAMPION) == earlier.version else None


def _said_of(earlier: Promotion, applied: bool) -> str:
    began = f"Run {earlier.run_id} decided this for the same reason on {earlier.at:%Y-%m-%d %H:%M} UTC"
    if not applied:
        return f"{began} and ended before the alias followed. This run let it follow."
    return (
        f"{began}, and it has been carried out, so nothing was left to do. To go back once more, give another reason, "
        f"or name to_version."
    )


def _predictions_of_left(
    context: Context, promotions: Sequence[Promotion], decision: Promotion
) -> tuple[PredictionCount, ...]:
    """Nothing where the alias was put back: no version is left by that."""
    if decision.outcome == "HEAL":
        return ()
    left = str(decision.previous_version)
    return count_predictions(context.tables, context.model, left, live_since(promotions, left, decision.seq))
