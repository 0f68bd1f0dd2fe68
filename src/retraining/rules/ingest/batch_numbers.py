"""Batch numbers belong to a source: a model whose source was renamed starts a new count and compares nothing across."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

from retraining.records.batch import Batch
from retraining.records.decision import Decision
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest

BEFORE_THE_FIRST = 0
"""The batch number of what happened under another source: older than every batch of this one."""


class Numbered(Protocol):
    """A row of a model that carries a batch number."""

    @property
    def source(self) -> str | None:
        """The source that counted the batch; None in rows that are older than this column."""

    @property
    def at(self) -> datetime:
        """When the row's task started."""


Row = TypeVar("Row", bound=Numbered)


@dataclass(frozen=True)
class BatchNumbers:
    """The count of one source, and which rows of a model belong to it."""

    source: str
    begun: datetime | None
    """When the first row about any of its batches was written; None before."""
    closed: tuple[tuple[int, datetime], ...] = ()
    """Its committed batches and when they were closed."""

    def has(self, row: Numbered) -> bool:
        """Whether this source counted the row's batch. A row that names no source was written when a model had but one:
        it is of this source unless it is older than all of its batches."""
        if row.source is not None:
            return row.source == self.source
        return self.begun is not None and row.at >= self.begun

    def own(self, rows: Sequence[Row]) -> list[Row]:
        """The rows whose batch this source counted."""
        return [row for row in rows if self.has(row)]

    def of_manifests(self, rows: Sequence[Manifest]) -> list[Manifest]:
        """A version that learned from another source has learned no batch of this one."""
        return [row if self.has(row) else replace(row, batch_seq=BEFORE_THE_FIRST) for row in rows]

    def of_decisions(self, rows: Sequence[Decision]) -> list[Decision]:
        """A decision on another source measured no batch of this one."""
        return [
            row if self.has(row) else replace(row, batch_seq=BEFORE_THE_FIRST, daily_losses=(), open_faults=())
            for row in rows
        ]

    def of_promotions(self, rows: Sequence[Promotion]) -> list[Promotion]:
        """A decision about the champion that was made under another source came after the batches that this one had
        closed by then."""
        return [row if self.has(row) else replace(row, batch_seq=self._newest_at(row.at)) for row in rows]

    def _newest_at(self, moment: datetime) -> int:
        return max((batch_seq for batch_seq, at in self.closed if at <= moment), default=BEFORE_THE_FIRST)


def batch_numbers(source: str, rows: Sequence[Batch]) -> BatchNumbers:
    """The count of a source from all its rows of `watermarks`, those of earlier epochs among them: only they know when
    it began."""
    begun = min((row.at for row in rows), default=None)
    closed: dict[int, datetime] = {}
    for row in rows:
        if row.state == "COMMITTED":
            closed[row.batch_seq] = min(row.at, closed.get(row.batch_seq, row.at))
    return BatchNumbers(source, begun, tuple(sorted(closed.items())))


def from_another_source(manifest: Manifest) -> bool:
    """Whether a version, numbered by of_manifests, learned from another source than the model has now."""
    return manifest.batch_seq == BEFORE_THE_FIRST
