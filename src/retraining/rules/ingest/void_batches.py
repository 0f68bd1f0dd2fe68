"""Batches whose rows no longer stand for anything."""

from collections.abc import Iterable

from retraining.records.batch import Batch


def void_batches(batches: Iterable[Batch]) -> tuple[int, ...]:
    """Numbers of the abandoned batches and of those that a committed or open batch supersedes, in order: their rows may
    come in again."""
    known = list(batches)
    superseded = {row.supersedes for row in known if row.supersedes and row.state in ("COMMITTED", "PLANNED")}
    return tuple(sorted(superseded | {row.batch_seq for row in known if row.state == "ABANDONED"}))
