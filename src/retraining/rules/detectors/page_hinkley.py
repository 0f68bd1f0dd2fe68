"""Page-Hinkley test: the mean of a loss moved, up or down."""

from dataclasses import dataclass

from retraining.rules.detectors.level import Counted, check_loss

FEWEST_VALUES = 30
TOLERANCE = 0.005
THRESHOLD = 50.0
FADING = 0.9999


@dataclass
class PageHinkley(Counted):
    """Sums how far each value lies from the mean so far, less a tolerance of 0.005, fading by 0.9999 a value; raises an
    alarm when the sum is 50 away from its extreme, on either side, and starts anew.

    Takes finite losses; scale them so that a typical one is near 1, because tolerance and threshold are in their unit.
    Constant time and memory. Fails on losses of another scale, and heavy tails raise false alarms. Source: Page (1954);
    Gama, Sebastiao and Rodrigues (2013).
    """

    count: int = 0
    mean: float = 0.0
    above: float = 0.0
    below: float = 0.0
    least: float = 0.0
    greatest: float = 0.0

    def update(self, value: float) -> None:
        """Takes the next loss."""
        if self.level == "drift":
            self._start()
        check_loss(value)
        self.seen += 1
        self.count += 1
        self.mean += (value - self.mean) / self.count
        away = value - self.mean
        self.above = FADING * self.above + away - TOLERANCE
        self.below = FADING * self.below + away + TOLERANCE
        self.least = min(self.least, self.above)
        self.greatest = max(self.greatest, self.below)
        risen, fallen = self.above - self.least > THRESHOLD, self.greatest - self.below > THRESHOLD
        if self.count >= FEWEST_VALUES and (risen or fallen):
            self._alarm()

    def _start(self) -> None:
        self.count, self.level = 0, "stable"
        self.mean = self.above = self.below = self.least = self.greatest = 0.0
