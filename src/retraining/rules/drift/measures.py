"""The measures that can decide whether a column has drifted, each on many pairs at once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retraining.records.drift import LABEL, PREDICTION, DriftReference
from retraining.rules.drift import distances
from retraining.rules.drift.bins import decile_groups, merge_bins, rare_together
from retraining.rules.drift.distances import shares
from retraining.spec.drift_section import Measure

_NAMES_OF_MEASURES = {
    "wasserstein": "Wasserstein distance in standard deviations",
    "jensen_shannon": "Jensen-Shannon distance in bits",
    "population_stability_index": "population stability index",
    "kolmogorov_smirnov": "Kolmogorov-Smirnov statistic",
    "total_variation": "total variation",
    "l_infinity": "greatest change of a share",
}


def name_of_measure(measure: str) -> str:
    """The measure with its unit."""
    return _NAMES_OF_MEASURES[measure]


def name_of_column(column: str) -> str:
    """A column between backticks; prediction and label have none."""
    return {PREDICTION: "the prediction", LABEL: "the label"}.get(column, f"`{column}`")


FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """What turns counts into distances: the edges and the standard deviation of the reference (numeric columns), and
    the decile of each bin. Categories are their own groups, and the rare ones, seen or not, are one together: how many
    of them are new is another question."""

    edges: FloatArray
    groups: NDArray[np.int64]
    deviation: float

    @cached_property
    def has_unit(self) -> bool:
        """Whether there is a spread to measure in; a constant has none and is compared as a category."""
        return bool(self.deviation > 0 and np.isfinite(self.deviation))

    def grouped(self, counts: NDArray[Any]) -> FloatArray:
        """Shares of the groups."""
        return shares(merge_bins(np.asarray(counts, dtype=np.float64), self.groups))


@dataclass(frozen=True)
class BinCounts:
    """Counts and sums of shape (..., bins), each with a positive total."""

    counts: FloatArray
    sums: FloatArray


def scale_of(reference: DriftReference) -> Scale:
    """The scale of a reference."""
    counts = np.array(reference.counts, dtype=np.int64)
    groups = decile_groups(counts) if reference.is_numeric else rare_together(len(counts))
    return Scale(np.array(reference.edges), groups, reference.standard_deviation)


def distance(measure: Measure, scale: Scale, reference: BinCounts, current: BinCounts) -> FloatArray:
    """The distance of each pair, shape (...,): wasserstein in standard deviations of the reference, the others as in
    distances.py. NaN where it is not finite."""
    return _MEASURES[measure](scale, reference, current)


def _wasserstein(scale: Scale, reference: BinCounts, current: BinCounts) -> FloatArray:
    area = distances.wasserstein(scale.edges, reference.counts, reference.sums, current.counts, current.sums)
    with np.errstate(over="ignore"):
        scaled = area / scale.deviation
    return np.asarray(np.where(np.isfinite(scaled), scaled, np.nan))


Formula = Callable[[FloatArray, FloatArray], FloatArray]


def _grouped(formula: Formula) -> Callable[[Scale, BinCounts, BinCounts], FloatArray]:
    return lambda scale, reference, current: formula(scale.grouped(reference.counts), scale.grouped(current.counts))


_MEASURES: dict[Measure, Callable[[Scale, BinCounts, BinCounts], FloatArray]] = {
    "wasserstein": _wasserstein,
    "jensen_shannon": _grouped(distances.jensen_shannon_distance),
    "population_stability_index": _grouped(distances.population_stability_index),
    "kolmogorov_smirnov": lambda _, one, other: distances.kolmogorov_smirnov(shares(one.counts), shares(other.counts)),
    "total_variation": _grouped(distances.total_variation),
    "l_infinity": _grouped(distances.l_infinity),
}
