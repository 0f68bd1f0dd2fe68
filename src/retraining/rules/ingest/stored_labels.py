"""Which labels have certainly been brought to the rows they belong to."""

from collections.abc import Sequence

from retraining.records.batch import Batch
from retraining.rules.ingest.void_batches import void_batches


def labels_stored_through(batches: Sequence[Batch], supersedes: int | None = None) -> int:
    """The batch of labels up to which all labels stand in the rows; newer ones must be looked at. 0: look at all.

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
