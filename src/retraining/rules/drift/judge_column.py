"""Has one column drifted? The answer is a sentence with the numbers it was decided by."""

from dataclasses import dataclass

from retraining.records.drift_metric import DriftMetric, DriftVerdict
from retraining.records.drift_reference import DriftReference
from retraining.rules.drift.bin_counts import BinCounts
from retraining.rules.drift.measure_column import Distances
from retraining.spec.drift_section import DriftSection

MOST_NULL_RISE = 0.1
"""Absolute: at 200 rows a share that has not changed stays inside it with three standard errors, at worst."""
MOST_UNSEEN_SHARE = 0.05
"""The model cannot have learned anything about these rows, so fewer of them matter than of nulls."""


@dataclass(frozen=True)
class ColumnVerdict:
    """threshold is what the population stability index was held to, in nats; None without such an index."""

    verdict: DriftVerdict
    threshold: float | None
    reason: str


def judge_column(
    reference: DriftReference, batch: BinCounts, distances: Distances, policy: DriftSection
) -> ColumnVerdict:
    """Drifted when the null share rose, when categories are new, or when the values are distributed otherwise.

    Rows without a value are rows: a column that went null has drifted, although its few values may look as before.
    """
    threshold = None if distances.noise_floor is None else max(policy.max_psi, distances.noise_floor)
    before = BinCounts(reference.counts, reference.sums, reference.nulls)
    few = _too_few("rows", batch.rows, before.rows, policy.min_rows)
    if few:
        return ColumnVerdict("not_enough_data", threshold, few)
    if batch.null_share - before.null_share > MOST_NULL_RISE:
        return ColumnVerdict("drifted", threshold, _null_rise(batch.null_share, before.null_share))
    few = _too_few("values", batch.values, before.values, policy.min_rows)
    if few or threshold is None or distances.population_stability_index is None:
        return ColumnVerdict("not_enough_data", threshold, few)
    if (distances.unseen_share or 0.0) > MOST_UNSEEN_SHARE:
        return ColumnVerdict("drifted", threshold, _unseen(distances.unseen_share or 0.0))
    index = distances.population_stability_index
    return ColumnVerdict(
        "drifted" if index > threshold else "stable", threshold, _compared(index, threshold, policy.max_psi)
    )


def severity(metric: DriftMetric) -> float:
    """How far the worst of the three measures went towards its threshold, 1 at the threshold: for ranking columns."""
    index = metric.population_stability_index
    return max(
        (metric.null_share - metric.reference_null_share) / MOST_NULL_RISE,
        (metric.unseen_share or 0.0) / MOST_UNSEEN_SHARE,
        index / metric.threshold if index is not None and metric.threshold else 0.0,
    )


def _too_few(what: str, now: int, before: int, wanted: int) -> str:
    if now < wanted:
        return f"{now:,} {what} in the batch; a verdict needs {wanted:,}."
    if before < wanted:
        return f"{before:,} {what} in the reference; a verdict needs {wanted:,}."
    return ""


def _null_rise(now: float, before: float) -> str:
    return f"{now:.1%} of the rows have no value, {before:.1%} in the reference; a rise of {MOST_NULL_RISE:.0%} passes."


def _unseen(share: float) -> str:
    return f"{share:.1%} of the values are categories that no training row had; {MOST_UNSEEN_SHARE:.0%} may be."


def _compared(index: float, threshold: float, policy: float) -> str:
    origin = "the noise floor" if threshold > policy else "drift.max_psi"
    relation = "is above" if index > threshold else "is not above"
    return f"The population stability index {index:.3g} {relation} {threshold:.3g} ({origin})."
