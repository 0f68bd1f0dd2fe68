"""Rows of `drift_metrics`: how far one column of one batch lies from the champion's training rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

DriftVerdict = Literal["stable", "drifted", "not_enough_data"]


@dataclass(frozen=True)
class DriftMetric:
    """One column of one evaluation. column_name is ":prediction" for the prediction.

    rows and reference_rows include nulls. population_stability_index and kl_divergence (of the batch from the
    reference) in nats, js_distance in base 2 (0 to 1), ks_statistic the greatest difference at the bins' edges,
    wasserstein_distance in standard deviations of the reference. Distances compare non-null values and are None where
    they have no meaning or there is nothing to compare. null_share counts null and NaN. unseen_share: share of the
    non-null values that no training row had. threshold = max(policy, noise_floor).
    """

    model: str
    evaluation_id: str
    seq: int
    batch_seq: int
    champion_version: str
    column_name: str
    kind: Literal["numeric", "categorical"]
    rows: int
    reference_rows: int
    population_stability_index: float | None
    kl_divergence: float | None
    js_distance: float | None
    ks_statistic: float | None
    wasserstein_distance: float | None
    null_share: float
    reference_null_share: float
    unseen_share: float | None
    noise_floor: float | None
    threshold: float | None
    verdict: DriftVerdict
    reason: str
    run_id: str
    attempt_id: str
    at: datetime
