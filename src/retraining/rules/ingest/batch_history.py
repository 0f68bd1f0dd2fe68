"""What the closed batches of a source say: which are void, and which labels have been stored."""

from collections.abc import Iterable, Sequence

from retraining.records.batch import Batch


def superseded_batches(batches: Iterable[Batch]) -> set[int]:
    """Numbers of the batches whose place a committed or open one has taken."""
    return {row.supersedes for row in batches if row.supersedes and row.state in ("COMMITTED", "PLANNED")}


def withdrawn_batches(batches: Iterable[Batch]) -> set[int]:
    """Numbers of the batches that an operator withdrew, and that were not read again since."""
    known = list(batches)
    superseded = superseded_batches(known)
    return {row.supersedes for row in known if row.withdraws and row.supersedes and row.batch_seq not in superseded}


def void_batches(batches: Iterable[Batch]) -> tuple[int, ...]:
    """Numbers of the abandoned batches and of those that a committed or open batch supersedes, in order: their rows may
    come in again. Rows of a withdrawn batch may not: an operator called them wrong."""
    known = list(batches)
    superseded = superseded_batches(known) - withdrawn_batches(known)
    return tuple(sorted(superseded | {row.batch_seq for row in known if row.state == "ABANDONED"}))


def labels_stored_through(batches: Sequence[Batch], supersedes: int | None = None) -> int:
    """The batch of labels up to which all labels are in the rows; newer ones must be looked at. 0: look at all.

    batches: the closed ones, oldest first; supersedes: the batch that the next one replaces. Held rows saw no label
    that came while they were held, and what a void batch brought is gone, so behind either nothing is certain. A batch
    of unknown labels (rebuilt, or older than the labels' table) makes the next one look at all.
    """
    void = {*void_batches(batches), *withdrawn_batches(batches), supersedes}
    through = 0
    for batch in batches:
        if batch.batch_seq in void or batch.state == "HELD" or batch.usable_from is not None:
            break
        through = batch.labels_through or 0
    return through
