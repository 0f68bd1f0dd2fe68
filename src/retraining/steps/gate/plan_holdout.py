"""Which days would judge a candidate of today: whole ones, after everything that either model was trained on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from retraining.errors import SpecError
from retraining.rules.gate.holdout import holdout_days, new_days, whole_days
from retraining.rules.ingest.ledger import Ledger
from retraining.spec.gate_section import GateSection
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource


@dataclass(frozen=True)
class Holdout:
    """Whole days since the models' data, those of them that a candidate would learn, and the bounds it would be judged
    on, closed and open."""

    whole_days: int | None
    start: str | None
    end: str | None
    new_days: int | None = None


def plan_holdout(
    spec: ModelSpec,
    source: IngestedSource,
    days: Iterable[date | None],
    trained_until: Sequence[str | None],
    after_open: bool = False,
) -> Holdout:
    """days are those that hold labelled rows; trained_until the newest ledger values that the models learned;
    after_open whether the last verdict left its question open."""
    ledger = source.ledger
    last = ledger.from_text(source.watermark)
    if spec.gate.holdout == "reserved" or last is None:
        return Holdout(None, None, None)

    learned = [number for each in trained_until if (number := ledger.from_text(each)) is not None]
    after = ledger.day_of(max(learned)) if learned else None
    today = ledger.day_of(last)
    whole = whole_days([day for day in days if day], after, today)
    if not whole:
        return Holdout(0, None, None, 0)

    judging = holdout_days(whole, after_open)
    start, end = (ledger.to_text(ledger.start_of(day)) for day in (judging[0], today))
    return Holdout(len(whole), start, end, len(new_days(whole, judging)))


def check_holdout_has_days(gate: GateSection, ledger: Ledger) -> None:
    """Raises SpecError where the newest days are to judge and the ledger has none: no candidate could ever be
    judged."""
    if gate.holdout != "newest" or ledger.has_time:
        return
    raise SpecError(
        f"gate.holdout is newest, which judges by days, but ledger `{ledger.column}` is of type {ledger.type} and has "
        f"no days, so no model could ever be trained. Write `gate: {{ holdout: reserved }}` in the spec, or name a "
        f"source.ledger_column of type timestamp or date."
    )
