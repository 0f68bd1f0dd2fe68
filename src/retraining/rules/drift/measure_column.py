"""All distances between a reference and the counts of a batch."""

from dataclasses import dataclass

import numpy as np

from retraining.records.drift_reference import DriftReference
from retraining.rules.drift.bin_counts import BinCounts
from retraining.rules.drift.categorical_bins import is_cut
from retraining.rules.drift.noise_floor import independent_floor
from retraining.rules.drift.ordered_distances import ks_statistic, wasserstein_distance
from retraining.rules.drift.share_distances import js_distance, kl_divergence, population_stability_index, shares


@dataclass(frozen=True)
class Distances:
    """Units as in DriftMetric. All are None when one side has no value."""

    population_stability_index: float | None = None
    kl_divergence: float | None = None
    js_distance: float | None = None
    ks_statistic: float | None = None
    wasserstein_distance: float | None = None
    unseen_share: float | None = None
    noise_floor: float | None = None


def measure_column(reference: DriftReference, batch: BinCounts) -> Distances:
    """The distances of a batch, counted in the reference's bins, from the reference.

    A categorical column has no order, hence neither KS nor Wasserstein, and a reference that does not remember all its
    categories has no unseen share. Without a spread (a constant) there is no unit for Wasserstein.
    """
    if not sum(reference.counts) or not batch.values:
        return Distances()
    before, now = np.array(reference.counts, dtype=np.int64), np.array(batch.counts, dtype=np.int64)
    p, q = shares(before), shares(now)
    numeric = reference.kind == "numeric"
    return Distances(
        population_stability_index=population_stability_index(p, q),
        kl_divergence=kl_divergence(p, q),
        js_distance=js_distance(p, q),
        ks_statistic=ks_statistic(before, now) if numeric else None,
        wasserstein_distance=_wasserstein(reference, batch) if numeric else None,
        unseen_share=None if numeric or is_cut(reference.categories) else float(q[-1]),
        noise_floor=max(reference.noise_floor, independent_floor(before, now)),
    )


def _wasserstein(reference: DriftReference, batch: BinCounts) -> float | None:
    unit = reference.standard_deviation
    if unit == 0 or not np.isfinite(unit):
        return None
    before, now = (np.array(each, dtype=np.int64) for each in (reference.counts, batch.counts))
    with np.errstate(over="ignore", invalid="ignore"):
        area = wasserstein_distance(
            np.array(reference.edges), before, np.array(reference.sums), now, np.array(batch.sums)
        )
        scaled = None if area is None else area / unit
    return scaled if scaled is not None and np.isfinite(scaled) else None
