"""What must be true of a candidate before its metrics mean anything."""

from retraining.records.gate_result import Check
from retraining.rules.gate.evaluation import Evaluation


def is_sane(evaluation: Evaluation) -> tuple[Check, ...]:
    """Finite predictions that are not all the same, and a hold-out that gives nothing away."""
    found = evaluation.sanity
    return (
        _must_be_none("finite_predictions", found.broken, _finite(found.broken, evaluation.rows)),
        _must_be_none("varied_predictions", int(found.constant), _varied(found.constant)),
        _must_be_none("unseen_rows", found.shared_keys, _unseen(found.shared_keys, evaluation.rows)),
        _must_be_none("no_giveaway", len(found.giveaways), _giveaway(found.giveaways)),
    )


def _must_be_none(name: str, found: int, sentence: str) -> Check:
    return Check(name, "failed" if found else "passed", float(found), None, None, 0.0, sentence)


def _finite(broken: int, rows: int) -> str:
    if broken:
        return f"{broken:,} of {rows:,} hold-out predictions are missing or not finite."
    return f"All {rows:,} hold-out predictions are finite."


def _varied(constant: bool) -> str:
    if constant:
        return "The candidate says the same of every row, although the labels differ."
    return "The candidate tells rows apart."


def _unseen(shared: int, rows: int) -> str:
    if shared:
        return (
            f"{shared:,} of {rows:,} hold-out rows have keys that a compared model was trained on, so they cannot "
            f"judge it. Fit again on rows before the hold-out."
        )
    return "Neither model was trained on a row of the hold-out."


def _giveaway(features: tuple[str, ...]) -> str:
    if features:
        return (
            f"By itself, {', '.join(features)} explains the label almost perfectly: it is probably known only after "
            f"the label. Remove it from `columns`, or name it in gate.may_explain_label."
        )
    return "No feature explains the label by itself."
