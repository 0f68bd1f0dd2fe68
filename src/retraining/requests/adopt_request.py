"""What an operator says about a version that was made elsewhere."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AdoptRequest:
    """version, or the old registry stage it is in; the batches that hold the rows it was trained on, first and last
    included. label names the column it predicts. fit_seconds is what its fit took, None when nobody knows."""

    version: str | None
    old_stage: str | None
    first_batch: int
    last_batch: int
    label: str | None
    fit_seconds: float | None
    reason: str
