"""Drift detection method: the error rate rose above the lowest that was seen."""

import math
from dataclasses import dataclass

from retraining.rules.drift.detectors.level import DetectorCounts, check_error

FEWEST_VALUES = 30
FEWEST_ERRORS = 5
"""A minimum that rests on fewer is a lucky start: it would be frozen far too low, and the next error an alarm."""


@dataclass
class DDM(DetectorCounts):
    """Warns when p + s > p_min + 2 s_min, raises an alarm at 3 s_min and starts again; p is the share of errors since
    the last start, s = sqrt(p (1 - p) / n), both minima those of the smallest p + s.

    Takes 0 and 1 (else ValueError). Constant time and memory: four numbers. Fails where the error rate rises slowly (p
    follows it), and after long stable streams (p hardly moves any more). False alarms in 20,000 stationary values: 0.7,
    0.9 and 0.4 at rates .05, .1 and .2 (means of 20 streams). A rate that goes from .1 to .3 after 2,000 values is
    found after 102, at most 349.

    The minimum counts from value 30 and error 5 on. With five errors s_min is at least sqrt(5 (1 - p)) / n, a floor
    that no lucky start gets below: after 10,000 right values the ninth wrong one in a row is an alarm, not the first.
    river 0.23.0 starts at value 31 and needs no error; otherwise it is the same, > included. Source: Gama, Medas,
    Castillo and Rodrigues (2004).
    """

    count: int = 0
    errors: int = 0
    least_share: float = 1.0
    least_spread: float = 1.0
    """Both 1 before there is a minimum: no share and no spread is greater."""

    def update(self, value: float) -> None:
        """Takes the next error."""
        error = check_error(value)
        if self.level == "drift":
            self._start()

        self.errors += error
        self.seen += 1
        self.count += 1
        if self.count < FEWEST_VALUES or self.errors < FEWEST_ERRORS:
            return

        share = self.errors / self.count
        spread = math.sqrt(share * (1 - share) / self.count)
        if share + spread <= self.least_share + self.least_spread:
            self.least_share = share
            self.least_spread = spread

        above = share + spread - self.least_share
        if above > 3 * self.least_spread:
            self._alarm()
        else:
            self.level = "warning" if above > 2 * self.least_spread else "stable"

    def _start(self) -> None:
        self.count = 0
        self.errors = 0
        self.level = "stable"
        self.least_share = self.least_spread = 1.0
