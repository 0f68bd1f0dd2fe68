"""Has a batch drifted?"""

from collections.abc import Sequence
from dataclasses import dataclass

from retraining.records.drift_metric import DriftMetric, DriftVerdict
from retraining.records.drift_reference import PREDICTION
from retraining.rules.drift.judge_column import severity


@dataclass(frozen=True)
class BatchVerdict:
    """worst_column is the one furthest beyond (or nearest to) its threshold; None when no column could be judged."""

    verdict: DriftVerdict
    worst_column: str | None
    reason: str
    drifted_columns: tuple[str, ...]


def judge_batch(metrics: Sequence[DriftMetric], min_share: float) -> BatchVerdict:
    """The verdict on one batch from its columns, which are those of one evaluation.

    Drifted when at least min_share of the feature columns with a verdict drifted, or when the prediction did. Columns
    without enough data neither help nor hinder; when no column has enough, the batch has not.
    """
    judged = sorted((each for each in metrics if each.verdict != "not_enough_data"), key=_worst_first)
    if not judged:
        return BatchVerdict("not_enough_data", None, _nothing_judged(metrics), ())
    drifted = [each for each in judged if each.verdict == "drifted"]
    worst = judged[0]
    features = sum(each.column_name != PREDICTION for each in judged)
    names = tuple(each.column_name for each in drifted)
    moved = sum(name != PREDICTION for name in names)
    has_drifted = PREDICTION in names or (moved > 0 and moved / features >= min_share)
    counted = f"{moved} of {features} feature columns drifted; drift.min_share asks for {min_share:.0%}."
    predicted = " The prediction drifted, which is enough on its own." if PREDICTION in names else ""
    closest = f" {'Worst' if drifted else 'Closest'}: {_spoken(worst.column_name)}. {worst.reason}"
    return BatchVerdict("drifted" if has_drifted else "stable", worst.column_name, counted + predicted + closest, names)


def _worst_first(metric: DriftMetric) -> tuple[float, str]:
    """By name when equally bad, so that the order of the rows does not matter."""
    return -severity(metric), metric.column_name


def _nothing_judged(metrics: Sequence[DriftMetric]) -> str:
    if not metrics:
        return "The champion has no drift reference, so nothing was compared."
    return f"None of {len(metrics)} columns has enough data. {_spoken(metrics[0].column_name)}: {metrics[0].reason}"


def _spoken(column: str) -> str:
    return "the prediction" if column == PREDICTION else f"`{column}`"
