"""The rows of `watermarks`, written again from what the observations hold."""

from collections.abc import Sequence
from dataclasses import replace

from retraining.records.batch import Batch, StoredBatch
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.next_slice import at_least

UNKNOWN_VERSION = -1
"""The source version of a rebuilt batch: unlike any, so that the next run reads on."""


def rebuild_batches(
    known: Sequence[Batch], stored: Sequence[StoredBatch], ledger: Ledger, template: Batch
) -> list[Batch]:
    """All batches in a new epoch, oldest first; empty when none is missing.

    A closed batch that is known keeps its row. One that is not, or that is still open although its rows are there, is
    committed with what its rows say; a number without rows was an empty batch. A held or abandoned batch whose row was
    lost is indistinguishable from a committed one. template gives source, table, run and reason.
    """
    rows = {each.batch_seq: each for each in stored}
    closed = {each.batch_seq: each for each in known if each.state != "PLANNED"}
    newest = max([*rows, *closed], default=0)
    if all(number in closed for number in range(1, newest + 1)):
        return []

    epoch = max((each.epoch for each in known), default=1) + 1
    rebuilt: list[Batch] = []

    watermark = None
    for number in range(1, newest + 1):
        found = rows.get(number, StoredBatch(number, 0, 0, 0, None, None, None))
        kept = closed.get(number)
        watermark = at_least(ledger.from_text(kept.watermark_after) if kept else found.hi, watermark)
        row = kept or _committed(found, ledger, template)
        rebuilt.append(
            replace(
                row,
                epoch=epoch,
                watermark_after=ledger.to_text(watermark),
                reason=template.reason,
                run_id=template.run_id,
                attempt_id=template.attempt_id,
                at=template.at,
            )
        )

    return rebuilt


def _committed(found: StoredBatch, ledger: Ledger, template: Batch) -> Batch:
    return replace(
        template,
        batch_seq=found.batch_seq,
        state="COMMITTED",
        lo=ledger.to_text(found.lo),
        hi=ledger.to_text(found.hi),
        source_version=UNKNOWN_VERSION,
        rows_read=found.accepted + found.quarantined,
        rows_accepted=found.accepted,
        rows_quarantined=found.quarantined,
        rows_already_present=0,
        rows_first_read=found.valid,
        supersedes=found.supersedes,
        labels_through=None,
        types=(),
        notes=(),
        rows_relabelled=found.relabelled,
    )
