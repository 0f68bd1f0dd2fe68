"""`watermarks`: plans and closed batches of a source."""

from dataclasses import dataclass

from retraining.adapters.tables.tables import Fence, Tables
from retraining.records.batch import Batch

TABLE = "watermarks"


@dataclass(frozen=True)
class Committed:
    """The batches whose rows may be used: all up to `through`, but those in `without` (held, abandoned, or still
    open)."""

    through: int
    without: tuple[int, ...]


def read_batches(tables: Tables, source: str) -> list[Batch]:
    """The newest row of each batch of a source, oldest batch first. Batches are numbered through all epochs."""
    order = {"PLANNED": 0, "HELD": 1, "ABANDONED": 2, "COMMITTED": 3}
    rows = tables.records(TABLE, Batch, source=source)
    newest = {row.batch_seq: row for row in sorted(rows, key=lambda row: (row.epoch, order[row.state]))}
    return [newest[batch_seq] for batch_seq in sorted(newest)]


def append_plan(tables: Tables, plan: Batch) -> None:
    """Freezes a slice. Of two runs that plan the same batch one wins, the other raises ConcurrentRunError."""
    tables.append_records(TABLE, [plan], Fence("plan", plan.source, plan.batch_seq, plan.epoch))


def append_close(tables: Tables, closed: Batch) -> None:
    """Closes a batch, which consumes its number and moves the watermark."""
    tables.append_records(TABLE, [closed], Fence("close", closed.source, closed.batch_seq, closed.epoch))


def append_rebuilt(tables: Tables, batches: list[Batch]) -> None:
    """Writes all batches of a source again, in one commit that begins their new epoch."""
    first = batches[0]
    tables.append_records(TABLE, batches, Fence("rebuild", first.source, first.epoch, first.epoch))


def committed_batches(rows: list[Batch], through: int | None = None) -> Committed:
    """The usable batches up to a batch (default: the newest committed one; 0 when there is none): committed, and not
    superseded by another of them."""
    committed = [row for row in rows if row.state == "COMMITTED" and (through is None or row.batch_seq <= through)]
    newest = max((row.batch_seq for row in committed), default=0)
    usable = {row.batch_seq for row in committed} - {row.supersedes for row in committed}
    return Committed(
        newest, tuple(row.batch_seq for row in rows if row.batch_seq <= newest and row.batch_seq not in usable)
    )
