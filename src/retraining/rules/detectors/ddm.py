"""Drift detection method: the error rate rose above the lowest that was seen."""

import math
from dataclasses import dataclass

from retraining.rules.detectors.level import Counted, check_error

FEWEST_VALUES = 30
FEWEST_ERRORS = 5
"""A minimum that rests on fewer is a lucky start: it would be frozen far too low, and the next error an alarm."""


@dataclass
class DDM(Counted):
    """Warns when p + s > p_min + 2 s_min, raises an alarm at 3 s_min and starts anew; p is the share of errors since
    the last start, s = sqrt(p (1 - p) / n), both minima those of the smallest p + s.

    Takes 0 and 1. Constant time and memory. Fails where the error rate rises slowly (p follows it), after long stable
    streams (p hardly moves any more), and raises about one false alarm in 20,000 values. Differs from others: the
    minimum counts from the fifth error on. Source: Gama, Medas, Castillo and Rodrigues (2004).
    """

    count: int = 0
    errors: int = 0
    least_share: float = math.inf
    least_spread: float = math.inf

    def update(self, value: float) -> None:
        """Takes the next error."""
        if self.level == "drift":
            self._start()
        self.errors += int(check_error(value))
        self.seen += 1
        self.count += 1
        if self.count < FEWEST_VALUES or self.errors < FEWEST_ERRORS:
            return
        share = self.errors / self.count
        spread = math.sqrt(share * (1 - share) / self.count)
        if share + spread <= self.least_share + self.least_spread:
            self.least_share, self.least_spread = share, spread
        above = share + spread - self.least_share
        if above > 3 * self.least_spread:
            self._alarm()
        else:
            self.level = "warning" if above > 2 * self.least_spread else "stable"

    def _start(self) -> None:
        self.count, self.errors, self.level = 0, 0, "stable"
        self.least_share = self.least_spread = math.inf
