"""Make the alias follow the newest decision: the decision is the truth, the alias its projection."""

from contextlib import suppress
from dataclasses import replace

from retraining.adapters.registry.registry import CHAMPION, PREVIOUS, Registry
from retraining.adapters.tables.ledgers_of_model import append_rows, read_rows
from retraining.adapters.tables.tables import Fence, Tables
from retraining.errors import AliasDriftError, AliasRaceError, ConcurrentRunError
from retraining.failpoints import hit
from retraining.records.promotion import Promotion
from retraining.records.run import Run
from retraining.rules.alias_state import alias_state, is_applied, newest_move

__all__ = ["apply_newest_decision", "decide_promotion"]

_MOST_PASSES = 10
"""Two are enough for a run that is alone."""


def apply_newest_decision(model: str, tables: Tables, registry: Registry, run: Run) -> list[Promotion]:
    """Sets the alias where a killed run left it behind, appends APPLIED where it is missing, and returns the
    promotions.

    Raises AliasDriftError when the alias was moved outside this product after its last decision had been applied.
    """
    projected: Promotion | None = None
    for _ in range(_MOST_PASSES):
        rows = read_rows(tables, Promotion, model)
        champion = registry.version_of(model, CHAMPION)
        state, move = alias_state(rows, champion), newest_move(rows)
        if state == "moved_by_hand" and (projected is None or champion != projected.version):
            if newest_move(read_rows(tables, Promotion, model)) != move:
                continue  # another run decided and applied between the two reads
            raise AliasDriftError(_drift(model, champion, move))
        if move is None or (state == "agrees" and projected is None and is_applied(rows, move)):
            return rows
        if state == "agrees" and projected == move:
            return rows if is_applied(rows, move) else [*rows, _note_applied(model, tables, registry, run, move)]
        projected = move
        with suppress(AliasRaceError):  # another run is at it as well: look again
            _project(model, registry, move, champion)
    raise ConcurrentRunError(
        f"{model}: other runs moved the alias {_MOST_PASSES} times while this one did. The decision is stored; start "
        f"the run again when they have ended: it lets the alias follow."
    )


def _project(model: str, registry: Registry, move: Promotion, champion: str | None) -> None:
    if move.version and move.version != champion:
        registry.set_alias(model, CHAMPION, move.version)
    hit("apply.after_champion")
    if move.previous_version:
        registry.set_alias(model, PREVIOUS, move.previous_version)
    hit("apply.after_previous")


def decide_promotion(tables: Tables, decision: Promotion) -> None:
    """Writes a decision. Of two deciders one wins; the other gets ConcurrentRunError and must judge again."""
    append_rows(tables, "promote", [decision])


def _note_applied(model: str, tables: Tables, registry: Registry, run: Run, move: Promotion) -> Promotion:
    if move.version:
        registry.tag(model, move.version, {"promoted_by_run": move.run_id})
    if move.outcome == "ROLLBACK" and move.previous_version:
        registry.tag(model, move.previous_version, {"rejected_by_rollback": move.request_id or move.run_id})
    hit("apply.after_tags")
    applied = replace(move, state="APPLIED", run_id=run.run_id, attempt_id=run.attempt_id, at=run.started_at)
    tables.append_records("promotions", [applied], Fence("applied", model, move.seq))
    hit("apply.after_applied")
    return applied


def _drift(model: str, champion: str | None, move: Promotion | None) -> str:
    decided = f"the last decision made version {move.version} champion" if move else "no decision ever made a champion"
    return (
        f"{model}@champion is {'not set' if champion is None else f'version {champion}'}, but {decided}: somebody "
        f"moved the "
        f"alias outside this product. Nothing was promoted. Move it back, or record the change with the rollback job "
        f"(to_version)."
    )
