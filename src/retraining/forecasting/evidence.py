"""What is known of each series after its new points came in: what its action is decided by."""

import json
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from retraining.forecasting.live_model import LiveModel
from retraining.forecasting.panel_plan import PanelPlan
from retraining.records.panel import ErrorBlock, SeriesEvidence, SeriesLimits, Wanted
from retraining.rules.panel.decide_series import wanted_action, within_budget
from retraining.rules.panel.regular import Calendar
from retraining.rules.panel.steps import DAYS_OF_STEP

_SEASONS_TO_END = 4
_FEWEST_STEPS_TO_END = 12
ENDED = "The series has ended."


@dataclass(frozen=True)
class Followed:
    """One series before and after its new points. before: None for a series that has just arrived; why_fallback: why no
    model may learn it now."""

    before: LiveModel | None
    after: LiveModel
    why_fallback: str | None
    corrected_points: int = 0


def evidence_of(found: Followed, plan: PanelPlan, calendar: Calendar, origin: int) -> SeriesEvidence:
    """The evidence of one series at the panel's origin. Its weight is 1: what it counts is known when the volumes of
    all series are."""
    live = found.after
    has_model = found.before is not None and not found.before.is_fallback and not live.is_fallback
    return SeriesEvidence(
        series=live.series,
        forecaster=live.forecaster if has_model else None,
        why_fallback=found.why_fallback,
        new_points=live.points - found.before.points if found.before and has_model else live.points,
        corrected_points=found.corrected_points,
        was_fallback=found.before is not None and found.before.is_fallback,
        ended=has_ended(live, plan, origin),
        age_days=(origin - live.trained_until) * DAYS_OF_STEP[calendar.frequency] if has_model else None,
        usual_loss=live.usual_loss,
        usual_spread=live.usual_spread,
        usual_points=live.expected_points,
        blocks=live.blocks,
        reestimated=live.reestimated,
        weight=1.0,
        expected_share=(live.expected_error or 0.0) / live.scale,
    )


def has_ended(live: LiveModel, plan: PanelPlan, origin: int) -> bool:
    """Whether no row has come for four seasons, and for twelve steps."""
    steps = max(_FEWEST_STEPS_TO_END, _SEASONS_TO_END * plan.season_length)
    return live.last_row is not None and origin - live.last_row >= steps


def as_text(evidence: SeriesEvidence) -> str:
    """As `panel_actions` holds it."""
    return json.dumps(asdict(evidence), sort_keys=True)


def from_text(text: str, weight: float | None = None) -> SeriesEvidence:
    """The evidence, with the weight that the series has in its panel where one is given."""
    content = json.loads(text)
    blocks = tuple(ErrorBlock(**block) for block in content["blocks"])
    own = {} if weight is None else {"weight": weight}
    return SeriesEvidence(**{**content, "blocks": blocks, **own})


def wanted_by_bucket(rows: pd.DataFrame, limits: SeriesLimits) -> pd.DataFrame:
    """What each series of a bucket wants. rows: series, evidence as text, and weight; the result has series, evidence
    with that weight, wanted, reason, urgency and counts (whether it is paid from the budget)."""
    lines = []
    for text, weight in zip(rows["evidence"], rows["weight"].to_numpy(np.float64), strict=True):
        evidence = from_text(text, float(weight))
        wanted = wanted_action(evidence, limits)
        lines.append(
            {
                "series": evidence.series,
                "evidence": as_text(evidence),
                "wanted": wanted.action,
                "reason": wanted.reason,
                "urgency": wanted.urgency,
                "counts": wanted.counts,
            }
        )
    return pd.DataFrame(lines)


def done_by_bucket(rows: pd.DataFrame, budget: int) -> pd.DataFrame:
    """The same rows with what is done: what each series wants, or without a fit where the budget is spent. rows: of
    `wanted_by_bucket`, with each one's rank among those that are paid from it."""
    actions: list[str] = []
    reasons: list[str] = []
    for row in rows.to_dict("records"):
        wanted = Wanted(row["wanted"], row["reason"], row["urgency"], row["counts"])
        rank = None if pd.isna(row["rank"]) else int(row["rank"])
        done = within_budget(wanted, from_text(row["evidence"]), rank, budget)
        actions.append(done.action)
        reasons.append(done.reason)
    return rows.assign(action=pd.Series(actions, rows.index), reason=pd.Series(reasons, rows.index))
