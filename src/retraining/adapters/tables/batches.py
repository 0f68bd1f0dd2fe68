"""`watermarks`: plans and closed batches of a source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from retraining.adapters.tables.tables import Fence, Tables
from retraining.records.batch import Batch

TABLE = "watermarks"


@dataclass(frozen=True)
class UsableBatches:
    """The batches whose rows may be used: all up to `through`, but those in `without` (held, abandoned, or still
    open). late: batches released when newer ones had been used already, and the batch since which they count."""

    through: int
    without: tuple[int, ...]
    late: Mapping[int, int] = field(default_factory=dict)


def read_batches(tables: Tables, source: str) -> list[Batch]:
    """The newest row of each batch of a source, oldest batch first. Batches are numbered through all epochs."""
    return newest_rows(read_all_rows(tables, source))


def read_all_rows(tables: Tables, source: str) -> list[Batch]:
    """Every row of a source, in no order."""
    return tables.records(TABLE, Batch, source=source)


def newest_rows(rows: Sequence[Batch]) -> list[Batch]:
    """The newest row of each batch, oldest batch first."""
    order = {"PLANNED": 0, "HELD": 1, "ABANDONED": 2, "COMMITTED": 3}
    newest = {row.batch_seq: row for row in sorted(rows, key=lambda row: (row.epoch, order[row.state]))}
    return [newest[batch_seq] for batch_seq in sorted(newest)]


def append_plan(tables: Tables, plan: Batch) -> None:
    """Freezes a slice. Of two runs that plan the same batch one wins, the other raises ConcurrentRunError."""
    tables.append_records(TABLE, [plan], Fence("plan", plan.source, plan.batch_seq, plan.epoch))


def append_close(tables: Tables, closed: Batch) -> None:
    """Closes a batch, which consumes its number and moves the watermark. The commit holds its counts too."""
    fence = Fence("close", closed.source, closed.batch_seq, closed.epoch)
    refusals = {each.rule: each.rows for each in closed.refusals}
    said = {name: getattr(closed, name) for name in _SAID} | {"refusals": refusals}
    tables.append_records(TABLE, [closed], fence, said)


_SAID = (
    *("run_id", "source", "batch_seq", "state", "watermark_after", "rows_read", "rows_accepted", "rows_quarantined"),
    *("rows_already_present", "rows_late", "rows_older"),
)


def append_rebuilt(tables: Tables, batches: list[Batch]) -> None:
    """Writes all batches of a source again, in one commit that begins their new epoch."""
    first = batches[0]
    tables.append_records(TABLE, batches, Fence("rebuild", first.source, first.epoch, first.epoch))


def append_withdrawal(tables: Tables, taking_out: Batch) -> None:
    """A batch without rows that takes another one out of use, planned and closed in one commit. Its fence is that of a
    plan: of two runs that want the next number one wins, the other raises ConcurrentRunError."""
    fence = Fence("plan", taking_out.source, taking_out.batch_seq, taking_out.epoch)
    tables.append_records(TABLE, [taking_out], fence)


def append_release(tables: Tables, released: Batch) -> None:
    """Commits a held batch. Its fence is its own, because batches are not released in the order of their numbers."""
    fence = Fence("release", f"{released.source}.{released.batch_seq}", 1, released.epoch)
    tables.append_records(TABLE, [released], fence)


def committed_batches(rows: list[Batch], through: int | None = None) -> UsableBatches:
    """The usable batches up to a batch (default: the newest committed one; 0 when there is none): committed, and not
    superseded by another of them.

    What was usable up to a batch never changes, so that training data can be read again: a batch released later counts
    from the next one on.
    """
    since = {row.batch_seq: row.usable_from or row.batch_seq for row in rows if row.state == "COMMITTED"}
    newest = max((seq for seq, usable in since.items() if through is None or max(seq, usable) <= through), default=0)
    inside = {seq for seq, first in since.items() if first <= newest}
    usable = inside - {row.supersedes for row in rows if row.batch_seq in inside}
    without = tuple(row.batch_seq for row in rows if row.batch_seq <= newest and row.batch_seq not in usable)
    return UsableBatches(newest, without, {seq: since[seq] for seq in sorted(usable) if since[seq] > seq})
