"""Make the alias follow the newest decision: the decision is the truth, the alias its projection."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Literal

from retraining.adapters.registry.registry import CHAMPION, PREVIOUS
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.adapters.tables.tables import Tables
from retraining.context import Context
from retraining.errors import AliasDriftError, AliasRaceError, ConcurrentRunError
from retraining.failpoints import hit
from retraining.records.promotion import Promotion
from retraining.rules.champion.alias_state import alias_state, is_applied, newest_move
from retraining.rules.champion.history import earlier_champions

__all__ = ["OnDrift", "apply_newest_decision", "decide_promotion"]

OnDrift = Literal["stop", "heal", "leave"]
"""What to do about an alias that was moved by hand. leave: the caller decides on the champion itself."""

_log = logging.getLogger(__name__)

_MOST_PASSES = 10
"""Two are enough for a run that is alone."""


def apply_newest_decision(context: Context, on_drift: OnDrift = "stop") -> list[Promotion]:
    """Sets the alias where a killed run left it behind, appends APPLIED where it is missing, and returns the
    promotions.

    An alias that was moved or deleted outside this product after its last decision had been applied raises
    AliasDriftError, or goes back by a decision HEAL. One that no decision ever set is never touched: it raises too.
    """
    projected: Promotion | None = None
    for _ in range(_MOST_PASSES):
        rows = read_rows(context.tables, Promotion, context.model)
        champion = context.registry.version_of(context.model, CHAMPION)
        state = alias_state(rows, champion)
        move = newest_move(rows)

        if state == "moved_by_hand" and (projected is None or champion != projected.version):
            if newest_move(read_rows(context.tables, Promotion, context.model)) != move:
                continue  # another run decided and applied between the two reads
            if on_drift == "leave":
                return rows
            if move and move.version and not context.registry.has_version(context.model, move.version):
                raise AliasDriftError(_deleted(context, champion, move.version, rows))
            if on_drift == "stop" or move is None:
                raise AliasDriftError(_drift(context.model, champion, move))
            _decide_to_heal(context, rows, champion, move)
            continue

        if move is None or (state == "agrees" and projected is None and is_applied(rows, move)):
            return rows
        if state == "agrees" and projected == move:
            return rows if is_applied(rows, move) else [*rows, _note_applied(context, move)]

        projected = move
        with suppress(AliasRaceError):  # another run moves it too: read again
            _project(context, move, champion)
    raise ConcurrentRunError(
        f"{context.model}: other runs moved the alias {_MOST_PASSES} times while this one did. The decision is stored; "
        f"start the run again when they have ended: it lets the alias follow."
    )


def _project(context: Context, move: Promotion, champion: str | None) -> None:
    if move.version and move.version != champion:
        context.registry.set_alias(context.model, CHAMPION, move.version)
    hit("apply.after_champion")
    if move.previous_version and context.registry.has_version(context.model, move.previous_version):
        context.registry.set_alias(context.model, PREVIOUS, move.previous_version)
    hit("apply.after_previous")


def decide_promotion(tables: Tables, decision: Promotion) -> None:
    """Writes a decision. Of two deciders one wins; the other gets ConcurrentRunError and must judge again."""
    append_rows(tables, "promote", [decision])


def _note_applied(context: Context, move: Promotion) -> Promotion:
    if move.version and move.outcome != "HEAL":
        context.registry.tag(context.model, move.version, {"promoted_by_run": move.run_id})
    left = move.previous_version if move.outcome == "ROLLBACK" else None
    if left and context.registry.has_version(context.model, left):
        context.registry.tag(context.model, left, {"rejected_by_rollback": move.request_id or move.run_id})
    hit("apply.after_tags")
    applied = replace(move, state="APPLIED", **context.stamp)
    append_rows(context.tables, "applied", [applied])
    hit("apply.after_applied")
    return applied


def _decide_to_heal(context: Context, rows: list[Promotion], champion: str | None, move: Promotion) -> None:
    """Putting the alias back is a decision like any other: written first, so that it is known even if the run ends."""
    why = f"{_moved(move.model, champion, move)} It goes back, because policy.on_alias_drift is heal."
    append_rows(context.tables, "promote", [decision_to_heal(context, rows, move, why)])
    _log.warning(why)


def decision_to_heal(context: Context, rows: Sequence[Promotion], move: Promotion, why: str) -> Promotion:
    """The decision that the alias follows the newest one again; no one requested it."""
    return replace(
        move,
        seq=next_seq(rows),
        outcome="HEAL",
        candidate_version=None,
        retrain_key=None,
        request_id=None,
        reasons=(why,),
        **context.stamp,
    )


def _drift(model: str, champion: str | None, move: Promotion | None) -> str:
    if move is None:
        cure = "Delete the alias, or have its version taken over by the job adopt."
    else:
        cure = (
            f"To put it back, run the job rollback with to_version={move.version}, or set policy.on_alias_drift: heal. "
            f"To record the change, run rollback with the version of an earlier champion, or the job adopt for a "
            f"version made by hand."
        )
    return f"{_moved(model, champion, move)} Nothing was promoted. {cure}"


def _deleted(context: Context, champion: str | None, version: str, rows: Sequence[Promotion]) -> str:
    model = context.model
    found = "is not set" if champion is None else f"is version {champion}"
    choices = [each for each in earlier_champions(rows, version) if context.registry.has_version(model, each)]
    back = f"go back with the job rollback (to_version={' or '.join(choices)}), or have" if choices else "have"
    return (
        f"{model} version {version}, which the last decision made champion, is not in the registry any more; "
        f"{model}@champion {found}. Nothing was promoted. Somebody deleted it, or an older copy of the registry's "
        f"database was put back: then bring the newer one back. Else: {back} another version taken over by the job "
        f"adopt."
    )


def _moved(model: str, champion: str | None, move: Promotion | None) -> str:
    decided = f"the last decision made version {move.version} champion" if move else "no decision ever made a champion"
    found = "not set" if champion is None else f"version {champion}"
    return f"{model}@champion is {found}, but {decided}: somebody moved the alias outside this product."
