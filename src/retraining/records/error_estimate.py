"""What the champion's error probably is on rows whose labels have not come yet."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorEstimate:
    """error: RMSE or share of wrong classes, None without enough data. reason: a sentence with the numbers, and with
    how far such estimates were off where the labels are known."""

    error: float | None
    reason: str
