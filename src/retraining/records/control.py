"""Rows of `controls`: what an operator allows the loop to do with a model, from one row to the next."""

from dataclasses import dataclass
from typing import Literal

from retraining.records.run import Stamped

Mode = Literal["active", "frozen", "retired"]


@dataclass(frozen=True)
class Control(Stamped):
    """One change of a model's mode. The newest row holds; without any the model is active."""

    model: str
    """Name of the model."""
    seq: int
    """Number of the row of its model, from 1."""
    mode: Mode
    """active: the loop trains and scores. frozen: it scores and measures, and trains nothing. retired: it does
    neither."""
    reason: str
    """Why, in a person's words."""
    request_id: str
    """The run that made the change."""
    decided_by: str | None = None
    """The person who started that run; None in rows that are older than this column."""
