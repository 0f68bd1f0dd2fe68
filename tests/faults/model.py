"""The protocol of ingestion over tables in memory: the product's own rules, fences as Delta keeps them, and a run that
can be stopped between any two of its steps."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from retraining.records.batch import Batch
from retraining.rules.ingest.next_slice import ClosedBatch, SourceState, count_older, next_lo, next_slice
from retraining.rules.ingest.reading_limits import ReadingLimits

FAR_FUTURE = 1_000_000
SKEW = 1_000
Broken = Literal[
    "forgets what it stored",
    "closes before it stores",
    "has no fences",
    "plans again after a crash",
    "leaves ties out",
]
_BLANK = Batch(**dict.fromkeys((each.name for each in fields(Batch)), None))


class LostError(Exception):
    """Another run was first, so this one ends."""


@dataclass(frozen=True)
class Row:
    """A row of the source. ledger None is missing."""

    key: int
    ledger: int | None
    value: int


@dataclass(frozen=True)
class Commit:
    """A write that is under way: its fence, how far the fence was when it began, and what it does."""

    fence: str
    seq: int
    began_at: int
    table: list[Any]
    rows: Sequence[Any]


@dataclass
class World:
    """The source's versions, our two tables, the transaction ids of their logs, and the clock. broken: what a protocol
    would get wrong, so that the invariants can be seen to notice it."""

    limits: ReadingLimits = field(default_factory=ReadingLimits)
    broken: Broken | None = None
    clock: int = 0
    source: list[tuple[Row, ...]] = field(default_factory=lambda: [()])
    watermarks: list[Batch] = field(default_factory=list)
    observations: list[tuple[int, Row]] = field(default_factory=list)
    fences: Counter[str] = field(default_factory=Counter)

    @property
    def batches(self) -> list[Batch]:
        """The newest row of each batch, oldest batch first."""
        newest = {row.batch_seq: row for row in sorted(self.watermarks, key=lambda row: row.state != "PLANNED")}
        return [newest[seq] for seq in sorted(newest)]

    def finish(self, commit: Commit) -> None:
        """Raises LostError when another commit with the same fence came in between."""
        if self.broken != "has no fences":
            if self.fences[commit.fence] != commit.began_at:
                raise LostError(commit.fence)
            self.fences[commit.fence] = commit.seq
        commit.table.extend(commit.rows)


Step = str | Commit


def ingest(world: World, attempt: str) -> Iterator[Step]:
    """One run. It stops after each step, and before each commit: there it may end, or another run may come in.

    Raises LostError where another run was first.
    """
    as_of = world.clock
    yield "started"
    batches = world.batches
    plan = None if world.broken == "plans again after a crash" else _open(batches)
    yield "read the batches"
    if plan is None:
        plan = _plan(world, [batch for batch in batches if batch.state != "PLANNED"], as_of, attempt)
        if plan is None:
            return
        yield from _append_row(world, "plan", plan)
    closed = [batch for batch in batches if batch.state != "PLANNED"]
    counts = _count(world, plan)
    yield "counted"
    steps = [_store, _close]
    for step in reversed(steps) if world.broken == "closes before it stores" else steps:
        yield from step(world, plan, closed, counts, attempt)


def _open(batches: list[Batch]) -> Batch | None:
    return next((batch for batch in batches if batch.state == "PLANNED"), None)


def _plan(world: World, closed: list[Batch], as_of: int, attempt: str) -> Batch | None:
    last = closed[-1] if closed else None
    before = ClosedBatch(last.batch_seq, _number(last.watermark_after), last.source_version) if last else None
    version, lo = len(world.source) - 1, next_lo(before, world.limits)
    valid = [row.ledger for row in world.source[version] if row.ledger is not None and row.ledger <= as_of + SKEW]
    readable = [value for value in valid if world.limits.initial is None or value >= world.limits.initial]
    below = sum(lo is not None and value < lo for value in readable)
    state = SourceState(version, max(readable, default=None), below)
    part = next_slice(before, state, as_of, world.limits)
    if part is None:
        return None
    return replace(
        _BLANK,
        epoch=1,
        batch_seq=part.batch_seq,
        state="PLANNED",
        lo=_text(part.lo),
        hi=_text(part.hi),
        valid_until=_text(as_of + SKEW),
        source_version=version,
        rows_below_lo=below,
        attempt_id=attempt,
    )


@dataclass(frozen=True)
class _Counts:
    """What a slice holds; fresh are the rows to store, each once."""

    fresh: tuple[Row, ...]
    read: int
    present: int
    first_read: int
    read_again: int


def _count(world: World, plan: Batch) -> _Counts:
    times = Counter(row for row in world.source[plan.source_version] if in_slice(row, plan, world.broken))
    known = {row for seq, row in world.observations if seq < plan.batch_seq}
    if world.broken == "forgets what it stored":
        known = set()
    valid = {row: is_valid(row, plan) for row in times}
    return _Counts(
        fresh=tuple(row for row in times if row not in known),
        read=sum(times.values()),
        present=sum(count if row in known else count - 1 for row, count in times.items()),
        first_read=sum(count for row, count in times.items() if row not in known and valid[row]),
        read_again=sum(count for row, count in times.items() if row in known and valid[row]),
    )


def _store(world: World, plan: Batch, closed: list[Batch], counts: _Counts, attempt: str) -> Iterator[Step]:
    if counts.read > counts.present:
        yield from _append(world, "ingest", plan.batch_seq, world.observations, _numbered(plan, counts))
    yield "stored"


def _numbered(plan: Batch, counts: _Counts) -> list[tuple[int, Row]]:
    return [(plan.batch_seq, row) for row in counts.fresh]


def _close(world: World, plan: Batch, closed: list[Batch], counts: _Counts, attempt: str) -> Iterator[Step]:
    written = sum(seq == plan.batch_seq for seq, _ in world.observations)
    if world.broken == "closes before it stores":
        written = len(counts.fresh)
    assert counts.read == written + counts.present, f"batch {plan.batch_seq}: the counts do not add up"
    done = replace(
        plan,
        state="COMMITTED",
        watermark_after=plan.hi,
        rows_read=counts.read,
        rows_accepted=written,
        rows_already_present=counts.present,
        rows_first_read=counts.first_read,
        rows_older=count_older(plan.rows_below_lo, counts.read_again, closed),
        attempt_id=attempt,
    )
    yield "ready to close"
    yield from _append_row(world, "close", done)
    yield "closed"


def _append_row(world: World, fence: str, row: Batch) -> Iterator[Step]:
    """Appends a control row, and looks whether it is there: a skip is silent."""
    yield from _append(world, fence, row.batch_seq, world.watermarks, [row])
    if row not in world.watermarks:
        raise LostError(fence)


def _append(world: World, fence: str, seq: int, table: list[Any], rows: Sequence[Any]) -> Iterator[Step]:
    """Stops before the commit. Nothing happens where the fence says that it happened before."""
    if world.fences[fence] >= seq:
        return
    commit = Commit(fence, seq, world.fences[fence], table, rows)
    yield commit
    world.finish(commit)


def is_valid(row: Row, plan: Batch) -> bool:
    """Whether the row's ledger value is neither missing nor beyond validity."""
    return row.ledger is not None and row.ledger <= int(plan.valid_until or 0)


def in_slice(row: Row, plan: Batch, broken: Broken | None = None) -> bool:
    """Rows of the slice, and those whose ledger value no slice would meet."""
    if row.ledger is None or not is_valid(row, plan):
        return True
    lo, hi = _number(plan.lo), _number(plan.hi)
    if broken == "leaves ties out" and row.ledger == lo:
        return False
    return hi is not None and row.ledger <= hi and (lo is None or row.ledger >= lo)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
