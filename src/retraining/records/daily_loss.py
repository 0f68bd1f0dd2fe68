"""How one version did on one day of the data: part of the evidence in `decisions`."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class DailyLoss:
    """Rows and summed loss of a version on rows that it had not seen in training.

    batch_seq is the batch that brought the labels, scored_batch the one that the rows were predicted in: an earlier one
    where labels come late. day is the rows' own, None where they have no time. loss is squared error, or the number of
    wrong classes.
    """

    version: str
    batch_seq: int
    scored_batch: int
    day: date | None
    rows: int
    loss: float
