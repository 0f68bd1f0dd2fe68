"""What a detector says after each value, and what all of them count."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["stable", "warning", "drift"]


@dataclass
class Counted:
    """seen: values in all. alarms: how often the level rose to drift. last_alarm: the number of the value, from 1, that
    raised the last one."""

    seen: int = 0
    alarms: int = 0
    last_alarm: int | None = None
    level: Level = "stable"

    def _alarm(self) -> None:
        self.level = "drift"
        self.alarms += 1
        self.last_alarm = self.seen


def check_error(value: float) -> float:
    """0 or 1. Raises ValueError for anything else."""
    if value not in (0, 1):
        raise ValueError(f"an error is 0 (right) or 1 (wrong), found {value!r}")
    return value


def check_loss(value: float) -> float:
    """A finite number. Raises ValueError for anything else."""
    if value - value != 0:  # NaN and the infinities, without a call
        raise ValueError(f"a loss is a finite number, found {value!r}")
    return value
