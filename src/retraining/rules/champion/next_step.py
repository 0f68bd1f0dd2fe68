"""What to do when the first candidate of a model is refused, in plain words."""

from collections.abc import Sequence

from retraining.records.gate import STOPS_NOBODY, GateResult

_AGAIN = (
    "There is still no champion, so nothing is scored. Every run that finds new labelled rows, or another spec, tries "
    "again by itself."
)
_OTHER_METRIC = (
    ", or judge by the probabilities, which say more of each row than right or wrong: `gate.metric: auc` or `log_loss` "
    "in the spec"
)
_ASK = "To try again on the same rows, start the job retraining with retrain=true and a reason."


def next_step(checks: Sequence[GateResult]) -> str:
    """The refusal's cure: more days where they are too few, a better model where it does not beat the trivial one, the
    check that failed otherwise."""
    stopping = [row for row in checks if row.verdict not in STOPS_NOBODY]
    unclear = [row for row in stopping if row.verdict == "not_enough_evidence"]
    if unclear:
        judged_by_error_rate = any(row.metric == "error_rate" for row in unclear)
        cure = f"Wait for more days of labelled rows{_OTHER_METRIC if judged_by_error_rate else ''}."
    elif any(row.check == "gain" for row in stopping):
        cure = (
            "The model has to beat the same answer for every row: add columns that say more about the label, choose "
            "another recipe, or correct a label that is wrong or comes too late."
        )
    else:
        failed = ", ".join(dict.fromkeys(row.check for row in stopping))
        cure = f"Correct what fails in {failed}: the data, the recipe, or the key of `gate` behind it."
    return f"What to do next: {cure} {_AGAIN} {_ASK}"
