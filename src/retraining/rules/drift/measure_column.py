"""All distances between a reference and the profile of a batch."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from retraining.records.drift import DriftReference
from retraining.rules.drift import distances
from retraining.rules.drift.bins import is_cut
from retraining.rules.drift.distances import shares
from retraining.rules.drift.measures import BinCounts, Scale, distance, scale_of
from retraining.rules.drift.profile import Profile


@dataclass(frozen=True)
class Distances:
    """Units as in DriftMetric. All are None when one side has no value."""

    population_stability_index: float | None = None
    kl_divergence: float | None = None
    jensen_shannon: float | None = None
    kolmogorov_smirnov: float | None = None
    wasserstein: float | None = None
    total_variation: float | None = None
    l_infinity: float | None = None
    chi_squared: float | None = None
    unseen_share: float | None = None


def counted(profile: Profile | DriftReference) -> BinCounts:
    """The counts of one side as arrays."""
    sums = profile.sums or (0.0,) * len(profile.counts)
    return BinCounts(np.array(profile.counts, dtype=np.float64), np.array(sums, dtype=np.float64))


def measure_column(reference: DriftReference, scale: Scale, before: BinCounts, now: BinCounts) -> Distances:
    """The distances of `now` from `before`, both counted in the reference's bins.

    A categorical column has no order, hence neither Kolmogorov-Smirnov nor Wasserstein, and a reference that does not
    remember all its categories has no unseen share. Without a spread (a constant) there is no unit for Wasserstein.
    """
    if not before.counts.sum() or not now.counts.sum():
        return Distances()

    numeric = reference.is_numeric
    p = scale.grouped(before.counts)
    q = scale.grouped(now.counts)
    return Distances(
        population_stability_index=_number(distances.population_stability_index(p, q)),
        kl_divergence=_number(distances.kl_divergence(q, p)),
        jensen_shannon=_number(distances.jensen_shannon_distance(p, q)),
        kolmogorov_smirnov=_number(distance("kolmogorov_smirnov", scale, before, now)) if numeric else None,
        wasserstein=_number(distance("wasserstein", scale, before, now)) if numeric and scale.has_unit else None,
        total_variation=_number(distances.total_variation(p, q)),
        l_infinity=_number(distances.l_infinity(p, q)),
        chi_squared=_number(distances.chi_squared(before.counts, now.counts)),
        unseen_share=None if numeric or is_cut(reference.categories) else float(shares(now.counts)[-1]),
    )


def distance_in(
    measure: str, reference: DriftReference, before: Profile | DriftReference, now: Profile
) -> float | None:
    """One of those distances by its name, both sides counted in the reference's bins."""
    found: float | None = getattr(
        measure_column(reference, scale_of(reference), counted(before), counted(now)), measure
    )
    return found


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
