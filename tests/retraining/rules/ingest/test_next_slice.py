"""Which slice is read next: everything once, nothing lost, nothing beyond as_of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retraining.rules.ingest.next_slice import ClosedBatch, Slice, SourceState, next_slice
from retraining.rules.ingest.reading_limits import ReadingLimits


def after(part: Slice, source: SourceState) -> ClosedBatch:
    return ClosedBatch(part.batch_seq, part.hi, source.version)


def test_the_first_run_reads_from_the_beginning():
    assert next_slice(None, SourceState(7, 20), None) == Slice(1, None, 20)


def test_the_first_run_on_a_source_without_a_valid_value_reads_only_the_faulty_rows():
    assert next_slice(None, SourceState(7, None), None) == Slice(1, None, None)


def test_an_unchanged_source_that_was_read_to_its_end_has_nothing_new():
    assert next_slice(ClosedBatch(1, 20, 7), SourceState(7, 20), None) is None


def test_rows_tied_with_the_watermark_are_read_again():
    assert next_slice(ClosedBatch(1, 20, 7), SourceState(8, 25), None) == Slice(2, 20, 25)


def test_a_new_version_without_a_greater_value_may_hold_new_ties():
    assert next_slice(ClosedBatch(1, 20, 7), SourceState(8, 20), None) == Slice(2, 20, 20)


def test_rows_that_vanish_from_the_source_do_not_move_the_watermark_back():
    assert next_slice(ClosedBatch(1, 20, 7), SourceState(8, 12), None) == Slice(2, 20, 20)


def test_a_source_that_was_emptied_keeps_its_watermark():
    assert next_slice(ClosedBatch(1, 20, 7), SourceState(8, None), None) == Slice(2, 20, 20)


def test_valid_rows_after_a_batch_without_any_are_read_from_the_beginning():
    assert next_slice(ClosedBatch(1, None, 7), SourceState(8, 20), None) == Slice(2, None, 20)


def test_rows_after_as_of_wait():
    assert next_slice(None, SourceState(7, 20), as_of=5) == Slice(1, None, 5)


def test_rows_that_waited_are_read_at_the_same_source_version_by_a_later_as_of():
    assert next_slice(ClosedBatch(1, 5, 7), SourceState(7, 20), as_of=12) == Slice(2, 5, 12)


def test_rows_that_waited_are_read_at_the_same_source_version_once_there_is_no_as_of():
    assert next_slice(ClosedBatch(1, 5, 7), SourceState(7, 20), as_of=None) == Slice(2, 5, 20)


def test_the_same_as_of_again_has_nothing_new():
    assert next_slice(ClosedBatch(1, 5, 7), SourceState(7, 20), as_of=5) is None


def test_an_earlier_as_of_has_nothing_new_either():
    assert next_slice(ClosedBatch(1, 5, 7), SourceState(7, 20), as_of=3) is None


def test_a_lookback_reads_again_below_the_watermark():
    assert next_slice(ClosedBatch(1, 20, 7), SourceState(8, 25), None, ReadingLimits(lookback=5)) == Slice(2, 15, 25)


def test_a_lookback_alone_is_no_reason_to_read():
    assert next_slice(ClosedBatch(1, 20, 7), SourceState(7, 20), None, ReadingLimits(lookback=5)) is None


def test_new_labels_alone_are_a_reason_to_read():
    last, source = ClosedBatch(1, 20, 7, labels_through=1), SourceState(7, 20, labels_through=2)

    assert next_slice(last, source, None) == Slice(2, 20, 20)
    assert next_slice(ClosedBatch(2, 20, 7, labels_through=2), source, None) is None


def test_labels_that_a_batch_did_not_know_of_are_a_reason_to_read():
    assert next_slice(ClosedBatch(1, 20, 7), SourceState(7, 20, labels_through=1), None) == Slice(2, 20, 20)


def test_nothing_below_the_initial_value_is_read():
    limits = ReadingLimits(initial=18, lookback=5)

    assert next_slice(None, SourceState(7, 20), None, limits) == Slice(1, 18, 20)
    assert next_slice(ClosedBatch(1, 20, 7), SourceState(8, 25), None, limits) == Slice(2, 18, 25)


def test_a_source_that_ends_below_the_initial_value_leaves_the_watermark_unset():
    assert next_slice(None, SourceState(7, 10), None, ReadingLimits(initial=18)) == Slice(1, 18, None)
    assert next_slice(ClosedBatch(1, None, 7), SourceState(8, 25), None, ReadingLimits(initial=18)) == Slice(2, 18, 25)


def test_rows_that_have_not_settled_wait():
    limits = ReadingLimits(settle_delay=3)

    assert next_slice(ClosedBatch(1, 20, 7), SourceState(8, 30), 25, limits) == Slice(2, 20, 22)
    assert next_slice(ClosedBatch(2, 22, 8), SourceState(8, 30), 25, limits) is None
    assert next_slice(ClosedBatch(2, 22, 8), SourceState(8, 30), 40, limits) == Slice(3, 22, 30)


@pytest.mark.parametrize("newest", [12, None])
def test_rows_that_vanished_from_the_source_do_not_make_every_later_run_read_again(newest):
    assert next_slice(ClosedBatch(2, 20, 8), SourceState(8, newest), None) is None


values = st.none() | st.integers(0, 30)
runs = st.lists(st.tuples(st.booleans(), values, values), min_size=1, max_size=12)


def simulate(steps: list[tuple[bool, int | None, int | None]]) -> tuple[list[Slice], SourceState]:
    """Slices of runs, each on the source as before or on a new version of it, with an as_of or without."""
    source, closed, read = SourceState(0, steps[0][1]), None, []
    for changes, newest, as_of in steps:
        source = SourceState(source.version + 1, newest) if changes else source
        part = next_slice(closed, source, as_of)
        if part:
            read, closed = [*read, part], after(part, source)
    return read, source


@settings(derandomize=True, deadline=None)
@given(runs)
def test_batches_are_numbered_without_a_gap(steps):
    read, _ = simulate(steps)

    assert [part.batch_seq for part in read] == list(range(1, len(read) + 1))


@settings(derandomize=True, deadline=None)
@given(runs)
def test_the_watermark_never_decreases_and_never_gets_lost(steps):
    read, _ = simulate(steps)
    marks = [-1 if part.hi is None else part.hi for part in read]

    assert marks == sorted(marks)


@settings(derandomize=True, deadline=None)
@given(runs)
def test_every_value_up_to_the_watermark_was_read_by_some_slice(steps):
    read, _ = simulate(steps)
    reached = max((part.hi for part in read if part.hi is not None), default=-1)
    spans = [(0 if part.lo is None else part.lo, part.hi) for part in read if part.hi is not None]

    assert {value for lo, hi in spans for value in range(lo, hi + 1)} == set(range(reached + 1))


@settings(derandomize=True, deadline=None)
@given(runs)
def test_a_run_without_as_of_leaves_no_valid_value_behind(steps):
    read, source = simulate([*steps, (False, None, None)])
    reached = max((part.hi for part in read if part.hi is not None), default=-1)

    assert source.newest is None or reached >= source.newest


@settings(derandomize=True, deadline=None)
@given(runs)
def test_a_run_repeated_reads_nothing(steps):
    again, _ = simulate([*steps, (False, None, steps[-1][2])])

    assert again == simulate(steps)[0]
