"""Rows of `drift_metrics`: how far one column of one batch lies from the champion's training rows, or from the batch
before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

DriftVerdict = Literal["stable", "drifted", "not_enough_data"]
Against = Literal["reference", "previous_batch"]


@dataclass(frozen=True)
class DriftMetric:
    """One column of one evaluation. column_name is ":prediction" for the prediction, ":label" for the label.

    rows and reference_rows include missing values. population_stability_index and kl_divergence (of the batch from the
    reference) in nats over the reference's deciles, jensen_shannon the distance in bits (0 to 1), kolmogorov_smirnov
    the greatest difference at the bins' edges, wasserstein in standard deviations of the reference, total_variation and
    l_infinity in shares, chi_squared Pearson's statistic. Distances compare values that are there, and are None where
    they have no meaning or there is nothing to compare. null_share counts null and NaN, nan_share only NaN. mean and
    standard_deviation are those of the batch. unseen_share: share of the values that no training row had, unseen the
    most frequent of them. measure decides: its distance is held to threshold = max(policy, noise_floor). fault says
    what is wrong where a column looks broken rather than changed.
    """

    model: str
    evaluation_id: str
    seq: int
    batch_seq: int
    champion_version: str
    against: Against
    column_name: str
    kind: Literal["numeric", "categorical"]
    rows: int
    reference_rows: int
    population_stability_index: float | None
    kl_divergence: float | None
    jensen_shannon: float | None
    kolmogorov_smirnov: float | None
    wasserstein: float | None
    total_variation: float | None
    l_infinity: float | None
    chi_squared: float | None
    null_share: float
    reference_null_share: float
    nan_share: float
    unseen_share: float | None
    unseen: tuple[str, ...]
    mean: float | None
    reference_mean: float | None
    standard_deviation: float | None
    reference_deviation: float | None
    measure: str
    noise_floor: float | None
    threshold: float | None
    verdict: DriftVerdict
    reason: str
    run_id: str
    attempt_id: str
    at: datetime
    fault: str | None = None

    @property
    def distance(self) -> float | None:
        """The distance that decides."""
        found: float | None = getattr(self, self.measure)
        return found
