"""Rows of `performance`: how each version did, by day and slice."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from retraining.records.run import Stamped

Basis = Literal["arrival", "first_holdout"]


@dataclass(frozen=True)
class Performance(Stamped):
    """How one version did on rows of one day, or on a slice of them. Rows and losses add up to any longer period."""

    model: str
    """Name of the model."""
    version: str
    """The version that predicted."""
    basis: Basis
    """arrival: predictions made when the rows arrived, of rows that the version had not seen in training.
    first_holdout: the rows that judged the model's first version, predicted again when a later version went live;
    later versions may have learned them."""
    slice: str | None
    """`column=value` of a column in columns.slices; None for all rows. Of each column the 50 most frequent values."""
    day: date | None
    """The rows' own day; None where they have no time."""
    source: str
    """The source that counted the batches."""
    batch_seq: int
    """The batch that brought the labels."""
    scored_batch: int
    """The batch that the rows were predicted in: an earlier one where labels come late."""
    through: int
    """The newest batch when the row was written. All rows of one source with the same number were written at once."""
    metric: str
    """The metric that the model's kind is followed by."""
    rows: int
    """Rows with a label and an answer."""
    loss: float
    """Sum over the rows of the kind's loss: squared error, or the number of wrong classes."""
    error: float
    """The metric on these rows."""
