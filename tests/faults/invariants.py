"""What must hold of a source's tables after every fault."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.faults.toy import Row

from retraining.adapters.tables import observations
from retraining.adapters.tables.batches import TABLE
from retraining.adapters.tables.tables import Tables
from retraining.records.batch import Batch
from retraining.rules.ingest.quality import CONFLICTING_DUPLICATE

SOURCE = "toy"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Stored:
    """A row as the observations hold it."""

    row: Row
    batch_seq: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """What the tables hold at one moment."""

    batches: tuple[Batch, ...]
    rows: tuple[Stored, ...]


@dataclass(frozen=True)
class Faults:
    """What does not hold. other: sentences about counts, reasons, plans and numbers of batches."""

    lost: int = 0
    repeated: int = 0
    watermark: int = 0
    other: tuple[str, ...] = ()

    def __add__(self, more: "Faults") -> "Faults":
        return Faults(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(more), strict=True)))

    def __bool__(self) -> bool:
        return bool(self.lost or self.repeated or self.watermark or self.other)


def look(tables: Tables) -> Seen:
    """Reads the tables: all batches, all rows."""
    batches = tuple(tables.records(TABLE, Batch, source=SOURCE))
    table = observations.table_of(SOURCE)
    if not tables.exists(table):
        return Seen(batches, ())
    frame = tables.read(table).selectExpr("id", "unix_micros(at) at", "x", "y", "_batch_seq", "_quarantine_reasons")
    return Seen(batches, tuple(_stored(*cells) for cells in frame.collect()))


def _stored(key: str, at: int | None, x: float, y: float | None, batch_seq: int, reasons: list[str]) -> Stored:
    moment = None if at is None else _EPOCH + timedelta(microseconds=at)
    return Stored(Row(key, moment, x, y), batch_seq, tuple(reasons))


def always(seen: Seen, source: Iterable[Row], newest: datetime | None) -> Faults:
    """What holds at any moment, also while a killed run's last commit is under way."""
    times = Counter(stored.row for stored in seen.rows)
    planned = [batch.batch_seq for batch in seen.batches if batch.state == "PLANNED"]
    closed = [batch.batch_seq for batch in seen.batches if batch.state != "PLANNED"]
    said = {
        f"rows that the source never had: {set(times) - set(source)}": set(times) - set(source),
        f"plans are numbered {planned}": sorted(planned) != list(range(1, len(planned) + 1)),
        f"batches closed: {closed}": sorted(closed) != list(range(1, len(closed) + 1)),
        f"open plans: {set(planned) - set(closed)}": len(set(planned) - set(closed)) > 1,
        f"closed without a plan: {set(closed) - set(planned)}": set(closed) - set(planned),
    }
    return Faults(
        repeated=sum(count - 1 for count in times.values()),
        watermark=_watermark_faults(seen, newest),
        other=tuple(sentence for sentence, broken in said.items() if broken),
    )


def at_rest(seen: Seen, source: Iterable[Row], newest: datetime | None) -> Faults:
    """What holds beside that once a clean rerun has ended: all is read, closed and counted."""
    rows = set(source)
    stored = {each.row for each in seen.rows}
    closed = {batch.batch_seq: batch for batch in seen.batches if batch.state != "PLANNED"}
    still_open = sorted({batch.batch_seq for batch in seen.batches} - set(closed))
    reached = _mark(closed[max(closed)]) if closed else None
    return Faults(
        lost=len(rows - stored),
        watermark=int(reached != newest),
        other=(
            *(f"batch {seq} is still open" for seq in still_open),
            *_wrong_counts(seen, closed),
            *_wrong_reasons(seen),
        ),
    )


def _watermark_faults(seen: Seen, newest: datetime | None) -> int:
    closed = sorted((batch for batch in seen.batches if batch.state != "PLANNED"), key=lambda batch: batch.batch_seq)
    marks = [mark or _EPOCH for mark in map(_mark, closed)]
    beyond = sum(mark > (newest or _EPOCH) for mark in marks)
    return beyond + sum(later < earlier for earlier, later in pairwise(marks))


def _mark(batch: Batch) -> datetime | None:
    return datetime.fromisoformat(batch.watermark_after) if batch.watermark_after else None


def _wrong_counts(seen: Seen, closed: dict[int, Batch]) -> list[str]:
    there = Counter((each.batch_seq, bool(each.reasons)) for each in seen.rows)
    wrong = [f"rows of batch {seq}, which is not closed" for seq in sorted({seq for seq, _ in there} - set(closed))]
    for seq, batch in closed.items():
        counted = (there[seq, False], there[seq, True])
        if counted != (batch.rows_accepted, batch.rows_quarantined):
            wrong.append(f"batch {seq} says {batch.rows_accepted} + {batch.rows_quarantined}, it holds {counted}")
        if batch.rows_read != sum(counted) + (batch.rows_already_present or 0):
            wrong.append(f"batch {seq} read {batch.rows_read}, which is not the sum of its counts")
    return wrong


def _wrong_reasons(seen: Seen) -> list[str]:
    """A row is out of use exactly for its own faults, or for another of its key and moment in the same batch."""
    together = Counter((each.batch_seq, each.row.id, each.row.at) for each in seen.rows)
    wrong = []
    for each in seen.rows:
        at_odds = together[each.batch_seq, each.row.id, each.row.at] > 1
        expected = [*each.row.reasons, *([CONFLICTING_DUPLICATE] if at_odds else [])]
        if list(each.reasons) != expected:
            wrong.append(f"{each.row} has reasons {list(each.reasons)}, expected {expected}")
    return wrong
