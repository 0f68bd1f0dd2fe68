"""What is known of a model: rows of the control tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]
"""By the names of a table's columns."""


@dataclass(frozen=True)
class ModelFacts:
    """Rows of the control tables as they are; empty where there is none."""

    model: str
    """Its name."""
    decision: Row = field(default_factory=dict)
    """The newest row of `decisions`."""
    promotion: Row = field(default_factory=dict)
    """The newest row of `promotions` that moved the champion and was applied."""
    unapplied: bool = False
    """Whether a newer decision about the champion has not been applied yet."""
    pending: Sequence[Row] = ()
    """Rows of `promotions` of candidates that wait for a person."""
    event: Row = field(default_factory=dict)
    """The newest row of `events`."""
    held: Sequence[Row] = ()
    """Rows of `watermarks` of batches of its source that are held."""
    open_batch: int | None = None
    """A batch that was planned and not closed."""
