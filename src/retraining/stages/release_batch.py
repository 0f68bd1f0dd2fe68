"""A held batch is let in by hand: from then on its rows are scored, compared and trained on."""

import logging
from dataclasses import dataclass, replace

from retraining.adapters.tables.batches import append_release, read_batches
from retraining.context import Context
from retraining.errors import NothingToDoError, ParameterError
from retraining.records.batch import Batch
from retraining.requests.widget_values import batch_number

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReleaseReport:
    """The released batch, now or by an earlier run."""

    batch: Batch

    @property
    def summary(self) -> str:
        """One line for people."""
        made = self.batch
        when = (
            "the next run" if made.usable_from == made.batch_seq else f"the run that ingests batch {made.usable_from}"
        )
        return (
            f"{made.source}: batch {made.batch_seq} is released with {made.rows_accepted or 0:,} accepted rows "
            f"({made.reason}). It was held: {' '.join(made.held_because)} Its rows are used from {when} on."
        )


def release_batch(context: Context, batch_seq: str | None, reason: str | None) -> ReleaseReport:
    """Commit a held batch, once. A batch that was released before is reported again.

    A batch released when newer ones are in use counts from the next batch on, not before: decisions and training data
    of the batches in between stay what they were. Its rows are then scored with those of that next batch. Views show
    them at once. Raises ParameterError without a number or a reason, NothingToDoError when no such batch is held.
    """
    number = batch_number(batch_seq)
    if reason is None or not reason.strip():
        raise ParameterError("The widget `reason` is empty. Say why the held batch may be used; it is stored with it.")
    source = context.spec.source_name
    batches = read_batches(context.tables, source)
    batch = next((row for row in batches if row.batch_seq == number), None)
    if batch is None or batch.state != "HELD":
        return ReleaseReport(_released(source, batches, batch, number))

    in_use = [row.batch_seq for row in batches if row.state in ("COMMITTED", "PLANNED")]
    usable_from = max(number, max(in_use, default=0) + 1)
    released = replace(batch, state="COMMITTED", reason=reason.strip(), usable_from=usable_from, **context.stamp)
    append_release(context.tables, released)

    report = ReleaseReport(released)
    _log.info(report.summary)
    return report


def _released(source: str, batches: list[Batch], batch: Batch | None, number: int) -> Batch:
    """The batch, if it was held and is released already."""
    if batch is not None and batch.usable_from is not None:
        return batch
    state = "does not exist" if batch is None else f"is {batch.state}, expected HELD"
    held = [str(row.batch_seq) for row in batches if row.state == "HELD"]
    raise NothingToDoError(
        f"{source}: batch {number} {state}, so there is nothing to release. Held batches: {', '.join(held) or 'none'}."
    )
