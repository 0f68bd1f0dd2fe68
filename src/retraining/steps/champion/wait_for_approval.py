"""A candidate that passed the gate waits for a person, for a limited time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq
from retraining.context import Context
from retraining.records.promotion import Promotion
from retraining.records.run import Run
from retraining.rules.champion.alias_state import newest_move
from retraining.rules.champion.approval import expired
from retraining.spec.model_spec import ModelSpec


def still_waits(spec: ModelSpec, asked: Promotion) -> bool:
    """Whether a person was asked about a candidate and has not answered."""
    return spec.gate.approval == "required" and asked.outcome == "PENDING"


def may_go_live(spec: ModelSpec, asked: Promotion | None) -> bool:
    """Whether a candidate that passed the gate goes live now: no approval is needed, or the answer was yes."""
    return spec.gate.approval == "none" or (asked is not None and asked.outcome == "APPROVED")


def with_approval(spec: ModelSpec, passed: Promotion, asked: Promotion | None) -> Promotion:
    """The decision on a candidate that passed: with the answer among its reasons, or as a question, by which no version
    goes live."""
    if may_go_live(spec, asked):
        said = asked.reasons if asked and asked.outcome == "APPROVED" else ()
        return replace(passed, reasons=(*said, *passed.reasons))
    until = passed.at + timedelta(days=spec.gate.approval_days)
    question = (
        f"It passed the gate and waits for approval until {until:%Y-%m-%d %H:%M} UTC: run the job approve with "
        f"candidate={passed.candidate_version}."
    )
    return replace(passed, outcome="PENDING", reasons=(question, *passed.reasons))


def reject_expired(context: Context, rows: list[Promotion]) -> list[Promotion]:
    """The promotions, after every candidate that waited too long was refused.

    Time is that of the calendar, not of `as_of`: people answer by it, and a source that fell silent must not keep a
    question open without end.
    """
    days = context.spec.gate.approval_days
    for asked in expired(rows, context.run.started_at, days):
        why = (
            f"Waited for approval since {asked.at:%Y-%m-%d %H:%M} UTC and not live after {days} days "
            f"(gate.approval_days): the question is closed. Only a new fit may be judged again."
        )
        refused = answered(rows, asked, "REJECT", why, context.run)
        append_rows(context.tables, "promote", [refused])
        rows = [*rows, refused]
    return rows


def answered(
    rows: Sequence[Promotion], asked: Promotion, outcome: Literal["APPROVED", "REJECT"], why: str, run: Run
) -> Promotion:
    """The row that answers a question. It keeps the champion that the candidate was judged against."""
    live = newest_move(rows)
    return replace(
        asked,
        seq=next_seq(rows),
        outcome=outcome,
        version=live.version if live else None,
        reasons=(why,),
        **run.stamp,
    )
