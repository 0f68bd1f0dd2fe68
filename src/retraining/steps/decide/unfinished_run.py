"""A decision whose run ended before its report: the same command again finishes that run, and makes no decision."""

from retraining.adapters.tables.ledgers_of_model import read_events
from retraining.context import Context
from retraining.records.decision import Decision
from retraining.records.promotion import Promotion
from retraining.rules.champion.alias_state import newest_move
from retraining.steps.dataset.model_history import ModelHistory


def unfinished_decision(context: Context, history: ModelHistory, champion: str | None) -> Decision | None:
    """The newest decision, where no run of the loop has reported since, and the champion is the one that it was made
    about or the one that it led to. None where another decision is needed.

    A version that other code fitted was not led to by a run of this code, which would fit another one.
    """
    if not history.decisions:
        return None

    decision = history.decisions[-1]
    move = newest_move(history.promotions)
    same_champion = champion == decision.champion_version
    led_to = move is not None and move.version == champion and _led_to(context, history, decision, move)
    if not same_champion and not led_to:
        return None

    events = [row for row in read_events(context.tables) if row.model == context.model and row.is_of_loop]
    return None if any(row.at >= decision.at for row in events) else decision


def _led_to(context: Context, history: ModelHistory, decision: Decision, move: Promotion) -> bool:
    if move.request_id == decision.evaluation_id:
        return True
    fits = [row for row in history.manifests if row.evaluation_id == decision.evaluation_id]
    return any(row.retrain_key == move.retrain_key and row.code_version == context.run.code_version for row in fits)
