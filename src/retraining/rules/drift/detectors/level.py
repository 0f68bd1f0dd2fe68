"""What a detector says after each value, and what all of them count."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["stable", "warning", "drift"]

GREATEST_LOSS = 1e100
"""The squares of greater ones leave the range of floats, and with them the state its JSON."""


@dataclass
class DetectorCounts:
    """seen: values in all. alarms: how often the level rose to drift. last_alarm: the number of the value, from 1, that
    raised the last one. A value that is refused changes nothing."""

    seen: int = 0
    alarms: int = 0
    last_alarm: int | None = None
    level: Level = "stable"

    @property
    def since_alarm(self) -> int:
        """Values after the last alarm, where DDM, EDDM and PageHinkley start again; all of them before the first."""
        return self.seen - (self.last_alarm or 0)

    def _alarm(self) -> None:
        self.level = "drift"
        self.alarms += 1
        self.last_alarm = self.seen


def check_error(value: float) -> int:
    """0 or 1. Raises ValueError for anything else."""
    if value not in (0, 1):
        raise ValueError(f"an error is 0 (right) or 1 (wrong), found {value!r}")
    return int(value)


def check_loss(value: float) -> float:
    """A number from -1e100 to 1e100, as Python's own float, because a state is JSON. Raises ValueError for others."""
    loss = float(value)
    if not -GREATEST_LOSS <= loss <= GREATEST_LOSS:  # nor is NaN
        raise ValueError(f"a loss is a finite number of at most {GREATEST_LOSS:g} either way, found {value!r}")
    return loss
