"""How many rows a version predicted in one batch."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PredictionCount:
    """Predictions of one version in one batch, and the clocks of the first and the last run that made them."""

    batch_seq: int
    rows: int
    first_at: datetime
    last_at: datetime
