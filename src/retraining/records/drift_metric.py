"""Rows of `drift_metrics`: how far one column of one batch is from what its champion was trained on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ColumnKind = Literal["numeric", "categorical"]
DriftVerdict = Literal["stable", "drifted", "not_enough_data"]


@dataclass(frozen=True)
class DriftMetric:
    """One column in one evaluation. column_name is ":prediction" for the champion's predictions.

    Distances are None where the kind of column has none or there is not enough data. Shares lie in [0, 1];
    unseen_share is the share of categories that the reference does not know. noise_floor is the population stability
    index that equal distributions would show at these numbers of rows; threshold is what it was held to.
    """

    model: str
    evaluation_id: str
    seq: int
    batch_seq: int
    champion_version: str
    column_name: str
    kind: ColumnKind
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
