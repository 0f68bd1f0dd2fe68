"""What the closed batches of a source say: which are void, and which labels have been stored."""

from collections.abc import Iterable, Sequence

from retraining.records.batch import Batch


def void_batches(batches: Iterable[Batch]) -> tuple[int, ...]:
    """Numbers of the abandoned batches and of those that a committed or open batch supersedes, in order: their rows may
    come in again."""
    known = list(batches)
    superseded = {row.supersedes for row in known if row.supersedes and row.state in ("COMMITTED", "PLANNED")}
    return tuple(sorted(superseded | {row.batch_seq for row in known if row.state == "ABANDONED"}))


def labels_stored_through(batches: Sequence[Batch], supersedes: int | None = None) -> int:
    """The batch of labels up to which all labels are in the rows; newer ones must be looked at. 0: look at all.

    batches: the closed ones, oldest first; supersedes: the batch that the next one replaces. Held rows saw no label
    that came while they were held, and what a void batch brought is gone, so behind either nothing is certain. A batch
    of unknown labels (rebuilt, or older than the labels' table) makes the next one look at all.
    """
    void = {*void_batches(batches), supersedes}
    through = 0
    for batch in batches:
        if batch.batch_seq in void or batch.state == "HELD" or batch.usable_from is not None:
            break
        through = batch.labels_through or 0
    return through
