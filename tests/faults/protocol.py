"""Any order of new rows, crashes and runs at the same time, drawn by hypothesis, over the model of the tables."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.faults.model import FAR_FUTURE, Broken, Commit, LostError, Row, Step, World, ingest

from retraining.records.batch import Batch
from retraining.rules.ingest.reading_limits import ReadingLimits

MOST_RUNS, MOST_CLEAN_RUNS, MOST_STEPS = 3, 5, 30
NOT_SET = -1_000
few = st.integers(1, 6)
which = st.integers(0, MOST_RUNS - 1)


@dataclass
class BinCounts:
    """How much was tried."""

    examples: int = 0
    steps: int = 0


class Protocol(RuleBasedStateMachine):
    """A source that changes and runs that read it, several at a time, any of which may end at any step."""

    broken: ClassVar[Broken | None] = None
    counted: ClassVar[BinCounts] = BinCounts()

    def __init__(self) -> None:
        super().__init__()
        self.world = World(broken=self.broken)
        self.runs: list[tuple[Iterator[Step], Step | None]] = []
        self.orphans: list[Commit] = []  # commits of dead runs that the cluster may still finish
        self.came_in: dict[Row, int] = {}  # the source version of each row that ever was
        self.values = iter(range(1_000_000))
        self.vanished = self.repeated = False
        self.counted.examples += 1

    @initialize(
        initial=st.none() | st.integers(0, 10),
        lookback=st.integers(0, 5),
        settle=st.integers(0, 3),
        clock=st.integers(0, 20),
    )
    def limits(self, initial: int | None, lookback: int, settle: int, clock: int) -> None:
        self.world.limits = ReadingLimits(initial, lookback, settle)
        self.world.clock = clock

    # What happens to the source.

    @rule(step=st.integers(0, 6), rows=st.integers(1, 3))
    def new_rows(self, step: int, rows: int) -> None:
        self._arrive(*(self._row(self._newest + step) for _ in range(rows)))

    @rule()
    def a_tie(self) -> None:
        self._arrive(self._row(self._newest))

    @rule(by=st.integers(1, 8))
    def a_late_row(self, by: int) -> None:
        self._arrive(self._row(max(0, self._newest - by)))

    @rule(ledger=st.sampled_from([None, FAR_FUTURE]))
    def a_dirty_row(self, ledger: int | None) -> None:
        self._arrive(self._row(ledger))

    @precondition(lambda self: self.came_in)
    @rule(data=st.data(), step=few)
    def an_update(self, data: st.DataObject, step: int) -> None:
        key = data.draw(st.sampled_from(sorted(row.key for row in self.came_in)))
        self._arrive(replace(self._row(self._newest + step), key=key))

    @precondition(lambda self: self.world.source[-1])
    @rule(data=st.data(), step=few)
    def an_update_in_place(self, data: st.DataObject, step: int) -> None:
        rows = self.world.source[-1]
        old = data.draw(st.sampled_from(rows))
        new = replace(old, ledger=self._newest + step, value=next(self.values))
        self.vanished = True
        self._change((*(row for row in rows if row != old), new))

    @precondition(lambda self: self.world.source[-1])
    @rule(data=st.data())
    def a_row_said_again(self, data: st.DataObject) -> None:
        self.repeated = True
        self._arrive(data.draw(st.sampled_from(self.world.source[-1])))

    @rule(ticks=few)
    def time_passes(self, ticks: int) -> None:
        self.world.clock += ticks

    # What runs do.

    @precondition(lambda self: len(self.runs) < MOST_RUNS)
    @rule()
    def a_run_starts(self) -> None:
        self.runs.append((ingest(self.world, f"attempt {next(self.values)}"), None))

    @precondition(lambda self: self.runs)
    @rule(which=which, steps=few)
    def a_run_goes_on(self, which: int, steps: int) -> None:
        run, _ = self.runs.pop(which % len(self.runs))
        with suppress(StopIteration, LostError):
            for _ in range(steps):
                step = next(run)
                self.counted.steps += 1
            self.runs.append((run, step))

    @precondition(lambda self: self.runs)
    @rule(which=which, goes_on=st.booleans())
    def a_run_dies(self, which: int, goes_on: bool) -> None:
        _, step = self.runs.pop(which % len(self.runs))
        if goes_on and isinstance(step, Commit):
            self.orphans.append(step)

    @precondition(lambda self: self.orphans)
    @rule()
    def the_cluster_finishes_what_a_dead_run_began(self) -> None:
        with suppress(LostError):
            self.world.finish(self.orphans.pop(0))

    @precondition(lambda self: self.world.watermarks)
    @rule()
    def everybody_is_gone_and_a_clean_run_follows(self) -> None:
        self._come_to_rest()

    def teardown(self) -> None:
        self._come_to_rest()

    # What must hold.

    @invariant()
    def no_row_is_stored_twice_and_none_is_invented(self) -> None:
        stored = Counter(row for _, row in self.world.observations)
        assert not [row for row, times in stored.items() if times > 1]
        assert set(stored) <= set(self.came_in)

    @invariant()
    def batches_are_numbered_without_a_gap_and_at_most_one_is_open(self) -> None:
        planned = [row.batch_seq for row in self.world.watermarks if row.state == "PLANNED"]
        closed = [row.batch_seq for row in self._closed]
        assert planned == list(range(1, len(planned) + 1))
        assert closed == list(range(1, len(closed) + 1))
        assert 0 <= len(planned) - len(closed) <= 1

    @invariant()
    def closed_batches_hold_what_they_say(self) -> None:
        held = Counter(seq for seq, _ in self.world.observations)
        assert [held[row.batch_seq] for row in self._closed] == [row.rows_accepted for row in self._closed]

    @invariant()
    def the_watermark_never_decreases_and_never_passes_what_has_settled(self) -> None:
        marks = [NOT_SET if row.watermark_after is None else int(row.watermark_after) for row in self._closed]
        settled = min(self.world.clock - self.world.limits.settle_delay, self._newest)
        assert marks == sorted(marks)
        assert all(mark <= settled for mark in marks if mark != NOT_SET)

    def _come_to_rest(self) -> None:
        """Nobody is left; clean runs follow until one changes nothing; then all that was to be read is there."""
        self.runs.clear()
        self.orphans.clear()
        for _ in range(MOST_CLEAN_RUNS):
            before = (len(self.world.watermarks), len(self.world.observations))
            self._clean_run()
            if before == (len(self.world.watermarks), len(self.world.observations)):
                break
        else:
            raise AssertionError(f"{MOST_CLEAN_RUNS} clean runs did not come to rest")
        assert len(self._closed) == len(self.world.batches)
        self._nothing_is_missing(self._closed[-1])

    def _clean_run(self) -> None:
        try:
            self.counted.steps += sum(1 for _ in ingest(self.world, f"attempt {next(self.values)}"))
        except LostError as err:
            raise AssertionError("a run that was alone heard that another was first") from err

    def _nothing_is_missing(self, last: Batch) -> None:
        stored = {row for _, row in self.world.observations}
        there = self.world.source[last.source_version]
        assert last.source_version == len(self.world.source) - 1 or not self._readable(last)
        assert {row for row in there if row.ledger in (None, FAR_FUTURE)} <= stored
        mark = NOT_SET if last.watermark_after is None else int(last.watermark_after)
        passed = [row for row in there if row.ledger is not None and self._initial <= row.ledger <= mark]
        unread = [row for row in passed if row not in stored]
        assert not [row for row in unread if not self._came_too_late(row)]
        if not self.vanished:
            older = last.rows_older or 0
            assert len(unread) <= older if self.repeated else len(unread) == older

    def _readable(self, last: Batch) -> list[Row]:
        return [row for row in self.world.source[-1] if self.came_in[row] > last.source_version]

    def _came_too_late(self, row: Row) -> bool:
        """Whether the first slice after the row came in began above it."""
        first = next(each for each in self._closed if each.source_version >= self.came_in[row])
        return first.lo is not None and row.ledger < int(first.lo)

    @property
    def _closed(self) -> list[Batch]:
        return [row for row in self.world.watermarks if row.state != "PLANNED"]

    @property
    def _initial(self) -> int:
        return self.world.limits.initial or 0

    @property
    def _valid(self) -> list[Row]:
        return [row for row in self.came_in if row.ledger is not None and row.ledger != FAR_FUTURE]

    @property
    def _newest(self) -> int:
        return max((row.ledger for row in self._valid), default=0)

    def _row(self, ledger: int | None) -> Row:
        number = next(self.values)
        return Row(number, ledger, number)

    def _arrive(self, *rows: Row) -> None:
        self._change((*self.world.source[-1], *rows))

    def _change(self, rows: tuple[Row, ...]) -> None:
        self.world.source.append(rows)
        for row in rows:
            self.came_in.setdefault(row, len(self.world.source) - 1)


def run_interleavings(examples: int, broken: Broken | None = None) -> BinCounts:
    """Tries so many interleavings, the same ones each time. Raises AssertionError with the first that breaks an
    invariant."""
    machine = type("Interleaving", (Protocol,), {"broken": broken, "counted": BinCounts()})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=MOST_STEPS,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate] if broken else [Phase.generate, Phase.shrink],
        ),
    )
    return machine.counted
