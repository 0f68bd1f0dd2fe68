"""What is done with each series of a panel: evidence in, an action with its reason out."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from retraining.records.panel import REFITS, ErrorBlock, PanelAction, SeriesEvidence, SeriesLimits, Wanted
from retraining.records.run import Stamp
from retraining.rules.gate.holdout import MOST_DAYS
from retraining.rules.panel.error_blocks import FEWEST_OF_BLOCK
from retraining.rules.panel.steps import DAYS_OF_STEP
from retraining.spec.model_spec import ModelSpec

_SHOWN = 3.0
"""Standard errors that the newest blocks together must be above the usual loss by."""
_LOOKED_AT = 3
_OF_THESE = 2
"""Of the newest three blocks, the newest and one more must be above it: a spike or a bad week is not a change."""


_REFIT_SHARE = 0.3
"""Of the series of a panel, where the spec does not say."""


def limits_of(spec: ModelSpec) -> SeriesLimits:
    """What a spec says of its series. The default age counts from behind the longest hold-out: what goes live has not
    learned it, and would be too old on its first day."""
    share = spec.policy.max_refit_share
    holdout = MOST_DAYS * DAYS_OF_STEP[spec.forecast.frequency] if spec.forecast else 0.0
    return SeriesLimits(
        max_error_increase=spec.policy.max_error_increase,
        max_age_days=spec.policy.max_age_days or spec.max_age_days + math.ceil(holdout),
        max_refit_share=_REFIT_SHARE if share is None else share,
    )


def wanted_action(evidence: SeriesEvidence, limits: SeriesLimits) -> Wanted:
    """What one series needs.

    A series that has ended retires. One that no model may learn falls back, and one without a model, or whose reason to
    fall back is gone, is specified. Corrected points, and errors above the expected ones in the newest blocks, lead to
    new parameters; where new parameters did not help, or the seasonal naive forecast is shown to be better, errors lead
    to a new search. What nothing else has touched is estimated again at its maximum age.
    """
    if evidence.ended:
        return Wanted("retire", "No point has come for so long that the series counts as ended.")
    if evidence.why_fallback:
        return Wanted("fallback", evidence.why_fallback)
    if limits.search_all:
        return Wanted("respecify", limits.search_all)
    if evidence.was_fallback:
        urgency = evidence.weight * evidence.expected_share
        return Wanted("respecify", "Nothing prevents a model any more.", urgency, counts=True)
    if evidence.forecaster is None:
        return Wanted("respecify", "The series is new.")
    if evidence.corrected_points:
        urgency = evidence.weight * evidence.expected_share
        found = f"{evidence.corrected_points:,} of the points that the model has taken in were corrected or came late."
        return Wanted("reestimate", found, urgency, counts=True)

    return _by_errors(evidence, limits) or _by_age(evidence, limits) or _without_a_fit(evidence)


def _by_errors(evidence: SeriesEvidence, limits: SeriesLimits) -> Wanted | None:
    newest = [block for block in evidence.blocks if block.points >= FEWEST_OF_BLOCK][-_LOOKED_AT:]
    tolerated = (1 + limits.max_error_increase) * evidence.usual_loss
    above = [block for block in newest if block.loss > tolerated * block.points]
    if len(above) < _OF_THESE or newest[-1] is not above[-1]:
        return None

    points = sum(block.points for block in newest)
    loss = sum(block.loss for block in newest) / points
    of_chance = evidence.usual_spread * float(np.sqrt(1 / points + 1 / max(1, evidence.usual_points)))
    excess = loss - evidence.usual_loss
    if loss <= tolerated or excess <= _SHOWN * of_chance:
        return None

    urgency = evidence.weight * evidence.expected_share * excess
    found = (
        f"One-step errors of the newest {points} points are {excess / evidence.usual_loss:.0%} above the expected "
        f"ones, in {len(above)} of {len(newest)} blocks"
    )
    if _naive_wins(newest):
        return Wanted("respecify", f"{found}, and the seasonal naive forecast is better there.", urgency, counts=True)
    if evidence.reestimated:
        return Wanted("respecify", f"{found}, though the parameters are new.", urgency, counts=True)
    return Wanted("reestimate", f"{found}.", urgency, counts=True)


def _naive_wins(blocks: Sequence[ErrorBlock]) -> bool:
    """Whether the seasonal naive forecast was better in every one of the blocks."""
    return all(block.naive_loss < block.loss for block in blocks)


def _by_age(evidence: SeriesEvidence, limits: SeriesLimits) -> Wanted | None:
    if evidence.age_days is None or evidence.age_days <= limits.max_age_days:
        return None
    found = f"The parameters are {evidence.age_days:.0f} days old, over the {limits.max_age_days} allowed."
    return Wanted("reestimate", found, counts=True)


def _without_a_fit(evidence: SeriesEvidence) -> Wanted:
    if evidence.was_fallback:
        return Wanted("fallback", "The fallback stays.")
    if not evidence.new_points:
        return Wanted("keep", "No point is new.")
    points = "1 point is" if evidence.new_points == 1 else f"{evidence.new_points:,} points are"
    return Wanted("update_state", f"{points} new, and errors are as expected.")


def refit_budget(series: int, limits: SeriesLimits) -> int:
    """How many series may be fitted again in one run: at least one, so that a small panel is not stuck."""
    return max(1, int(series * limits.max_refit_share)) if limits.max_refit_share > 0 else 0


@dataclass(frozen=True)
class Decided:
    """What all rows of one decision share: the model, the evaluation, and the newest batch."""

    model: str
    evaluation_id: str
    batch_seq: int


def panel_actions(
    decided: Decided, evidence: Sequence[SeriesEvidence], limits: SeriesLimits, stamp: Stamp
) -> tuple[PanelAction, ...]:
    """One row a series, in the order of their keys: worst first until the budget is spent. What has to wait takes in
    its new points meanwhile. New series are not paid from the budget: a series without a model has no forecast."""
    asked = {each.series: wanted_action(each, limits) for each in evidence}
    if len(asked) < len(evidence):
        raise ValueError(f"{len(evidence) - len(asked)} series are there twice; expected one row a series")

    paid = [key for key, wanted in asked.items() if wanted.counts]
    order = sorted(paid, key=lambda key: (-asked[key].urgency, key))
    ranks = {key: place for place, key in enumerate(order, start=1)}
    budget = refit_budget(sum(each.forecaster is not None for each in evidence), limits)
    return tuple(
        _row(decided, each, (asked[each.series], ranks.get(each.series), budget), (limits, stamp))
        for each in sorted(evidence, key=lambda each: each.series)
    )


def _row(
    decided: Decided,
    evidence: SeriesEvidence,
    place: tuple[Wanted, int | None, int],
    context: tuple[SeriesLimits, Stamp],
) -> PanelAction:
    wanted, rank, budget = place
    limits, stamp = context
    done = within_budget(wanted, evidence, rank, budget)
    return PanelAction(
        model=decided.model,
        evaluation_id=decided.evaluation_id,
        batch_seq=decided.batch_seq,
        series=evidence.series,
        action=done.action,
        wanted=wanted.action,
        reason=done.reason,
        urgency=wanted.urgency,
        rank=rank,
        budget=budget,
        evidence=json.dumps(asdict(evidence), sort_keys=True),
        limits=json.dumps(asdict(limits), sort_keys=True),
        **stamp,
    )


def within_budget(wanted: Wanted, evidence: SeriesEvidence, rank: int | None, budget: int) -> Wanted:
    """What is done: what is needed, or without a fit where the budget is spent."""
    if rank is None or rank <= budget:
        return wanted
    meanwhile = _without_a_fit(evidence)
    waits = f"{wanted.reason} It waits: {budget} series may be fitted again in a run, and it is number {rank}."
    return Wanted(meanwhile.action, waits, wanted.urgency)


def replayed(row: PanelAction) -> Wanted:
    """What the rule says of a stored row: its action and its reason again."""
    content = json.loads(row.evidence)
    content["blocks"] = tuple(ErrorBlock(**block) for block in content["blocks"])
    evidence = SeriesEvidence(**content)
    wanted = wanted_action(evidence, SeriesLimits(**json.loads(row.limits)))
    return within_budget(wanted, evidence, row.rank, row.budget)


def count_by_action(rows: Sequence[PanelAction]) -> dict[str, int]:
    """How many series each action has, for the panel's one decision."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.action] = found.get(row.action, 0) + 1
    return dict(sorted(found.items()))


def fits(rows: Sequence[PanelAction]) -> tuple[str, ...]:
    """The series that the run fits."""
    return tuple(row.series for row in rows if row.action in REFITS)
