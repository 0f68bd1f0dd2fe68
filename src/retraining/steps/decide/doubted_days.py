"""Days that no candidate should learn yet, found before it is fitted."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta

from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.decision import DoubtedDays, Evidence
from retraining.records.version import Manifest
from retraining.rules.gate.holdout import holdout_days
from retraining.spec.gate_section import GateSection
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_history import ModelHistory
from retraining.steps.dataset.training_frame import Bounds, TrainingFrame, read_sample
from retraining.strategies.backtest import DatedRows
from retraining.strategies.doubt_days import doubt_days
from retraining.strategies.estimators import build_estimator

_log = logging.getLogger(__name__)

MOST_ROWS = 20_000
"""That show what can usually be learned, and whether the newest days still teach it: the look grows with no table."""
DAYS_BEFORE = 91
"""Days before the new ones that show it."""
_EPOCH = date(1970, 1, 1)


def left_out_before(gate: GateSection, history: ModelHistory) -> tuple[DoubtedDays, ...]:
    """The days that the newest decision left out: they stay so until a look says otherwise, or the spec trusts them."""
    newest = history.decisions[-1:]
    left_out = [days for row in newest for days in row.doubted if days.left_out]
    return tuple(days for days in left_out if not (is_trusted(gate, days.first) and is_trusted(gate, days.last)))


def doubt_new_days(context: Context, source: IngestedSource, champion: Manifest | None, evidence: Evidence) -> Evidence:
    """The evidence with the days in doubt, and without those among the days to learn that are left out.

    The days before the hold-out are looked at, those that an earlier look left out among them: their rows may be
    corrected by now. Before a first champion, the newest quarter of all days is looked at.
    """
    ledger = source.ledger
    before = ledger.from_text(evidence.holdout_from)
    if before is None:
        return evidence

    learned = ledger.from_text(champion.trained_until) if champion else None
    known = ledger.day_of(learned) if learned is not None else None
    start = ledger.start_of(known - timedelta(days=DAYS_BEFORE)) if known else None
    frame = read_sample(context, source, Bounds(source.committed.through, start, before), MOST_ROWS)
    days = days_of(frame)
    new = {day for day in days if day > known} if known else set(holdout_days(days))

    carried = [each for each in evidence.doubted if not days or each.last < days[0]]
    found = _look(context, frame, new, evidence.doubted)
    doubted = tuple(evidence.doubted if found is None else [*carried, *found])
    left_out = days_inside(new, doubted)
    to_learn = None if evidence.days_to_learn is None else evidence.days_to_learn - len(left_out)
    return replace(evidence, doubted=doubted, days_to_learn=to_learn)


def days_of(frame: TrainingFrame) -> list[date]:
    """The days with rows, in order."""
    if frame.days is None:
        return []
    return [_EPOCH + timedelta(days=int(day)) for day in sorted(set(frame.days.tolist()))]


def days_inside(days: Collection[date], doubted: Sequence[DoubtedDays]) -> set[date]:
    """Those of the days that are left out."""
    return {day for day in days for each in doubted if each.left_out and each.first <= day <= each.last}


def _look(
    context: Context, frame: TrainingFrame, new: Collection[date], doubted: Sequence[DoubtedDays]
) -> tuple[DoubtedDays, ...] | None:
    """None where the days before cannot show it. A recipe that refuses the rows stops the fit, with its reason."""
    spec = context.spec
    if frame.days is None or not new:
        return None

    trusted = {day for day in days_of(frame) if is_trusted(spec.gate, day)}
    rows = DatedRows(frame.features, frame.label, frame.days)
    left_out = days_inside(days_of(frame), doubted) - trusted
    try:
        return doubt_days(build_estimator(spec), rows, kind_of(spec), set(new) - trusted, left_out)
    except ValueError as err:
        _log.warning("%s: whether the newest days are in doubt is not known: %s", spec.model, type(err).__name__)
        return None


def is_trusted(gate: GateSection, day: date) -> bool:
    """Whether the spec says that the rows of a day are right."""
    return any(period.start <= day < period.end for period in gate.trust)
