"""What is known of a candidate and its baseline on the hold-out, and what is asked of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from retraining.kinds.metric import FloatArray, Groups, Metric, Predictions
from retraining.records.gate import Question
from retraining.rules.gate.correlation import Correlation
from retraining.rules.gate.holdout import UNSEEN, Looks
from retraining.rules.gate.jackknife import Gain, PairedSums, gain_with_interval


@dataclass(frozen=True)
class GateTerms:
    """What a candidate must reach. level: confidence of the bounds that decide; refresh_level: confidence that a
    refresh is not much worse; min_gain: what a change must gain;
    floors: metrics and the value that the candidate must reach whatever the baseline does; guards: metrics that must
    not get worse; looks: what its rows were asked before; keeps_first_population: whether forgetting
    the first training's period counts against it; in_doubt: whether it learned days that may not stay as they are;
    first_may_equal: whether a first model need not be shown to be better, as it holds the baseline itself."""

    question: Question
    level: float = 0.95
    refresh_level: float = 0.95
    min_gain: float = 0.0
    guards: tuple[str, ...] = ()
    floors: Mapping[str, float] = field(default_factory=dict)
    looks: Looks = UNSEEN
    keeps_first_population: bool = False
    in_doubt: bool = False
    first_may_equal: bool = False

    @property
    def needs_no_worse(self) -> bool:
        """Whether "at least as well as" is enough."""
        return self.question == "refresh" or (self.question == "first" and self.first_may_equal)


@dataclass(frozen=True)
class Sanity:
    """What no metric shows. broken: predictions that are missing or not finite; constant: all predictions are equal
    although the labels are not; shared_keys: rows of the hold-out that a compared model was trained on; giveaways:
    features that explain the label almost perfectly by themselves."""

    broken: int = 0
    constant: bool = False
    shared_keys: int = 0
    giveaways: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evaluation:
    """Both models on the hold-out, block by block: metrics with their sums, the one that decides first; that one again
    for each slice, and on rows of the first training's period that neither model learned. blocks_are_days: else rows
    without time order, in buckets. blocks_called: what sentences call the days."""

    metrics: tuple[Metric, ...]
    sums: tuple[PairedSums, ...]
    blocks_are_days: bool
    correlation: Correlation
    sanity: Sanity = Sanity()
    slices: Mapping[str, PairedSums] = field(default_factory=dict)
    first_period: PairedSums | None = None
    blocks_called: str = "days"

    @property
    def rows(self) -> int:
        """Rows of the hold-out."""
        return int(self.sums[0].rows.sum())

    @property
    def blocks(self) -> int:
        """Its days, or buckets."""
        return len(self.sums[0].rows)

    def gain(self, metric: str, level: float) -> Gain:
        """The candidate's gain in one of the metrics."""
        place = [each.name for each in self.metrics].index(metric)
        return gain_with_interval(self.metrics[place], self.sums[place], self.correlation, level)


def paired_sums(metric: Metric, candidate: Predictions, baseline: Predictions, blocks: Groups) -> PairedSums:
    """The totals of rows in memory, from the block of each."""
    names, groups = np.unique(blocks, return_inverse=True)
    totals = [metric.totals(each, groups, len(names)) for each in (candidate, baseline)]
    rows: FloatArray = np.bincount(groups, minlength=len(names)).astype(np.float64)
    return PairedSums(rows, *totals)
