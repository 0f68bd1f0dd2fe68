"""Which batch a repair has led to already, when its command is started again."""

from dataclasses import fields, replace

import pytest

from retraining.records.batch import Batch
from retraining.requests.repair import RepairRequest
from retraining.rules.ingest.same_repair import same_repair

NOTHING = Batch(**dict.fromkeys((each.name for each in fields(Batch)), None))
ONE = replace(NOTHING, batch_seq=1, epoch=1, state="COMMITTED", ledger_type="integer", hi="9", watermark_after="9")
ASKED = replace(ONE, batch_seq=2, state="PLANNED", lo="3", hi="5", reason="Late.", watermark_after=None)
ABANDONED = replace(ASKED, state="ABANDONED", run_id="of the first request")
LATER = replace(ONE, batch_seq=3, run_id="of a later ingestion")
BACKFILL = RepairRequest("backfill", "Late.", start="3", end="6")
REPLAY = RepairRequest("replay", "Late.", batch_seq=1)
ABANDON = RepairRequest("abandon", "Late.")
REBASELINE = RepairRequest("rebaseline", "Late.")


def committed(row: Batch) -> Batch:
    return replace(row, state="COMMITTED", watermark_after="9")


@pytest.mark.parametrize(
    ("request_", "rows", "batch_seq"),
    [
        (BACKFILL, [ONE, ASKED], 2),
        (BACKFILL, [ONE, committed(ASKED), replace(ONE, batch_seq=3, hi="12")], 2),
        (BACKFILL, [ONE, replace(ASKED, state="ABANDONED")], None),
        (BACKFILL, [ONE, replace(ASKED, reason="Another.")], None),
        (BACKFILL, [ONE, replace(ASKED, hi="6")], None),
        (BACKFILL, [ONE, replace(ASKED, epoch=2)], None),
        (replace(BACKFILL, end="20"), [ONE, ASKED], None),
        (REPLAY, [ONE, replace(ASKED, supersedes=1)], 2),
        (REPLAY, [ONE, committed(replace(ASKED, supersedes=1))], 2),
        (REPLAY, [ONE, replace(ASKED, supersedes=1, state="ABANDONED")], None),
        (replace(REPLAY, batch_seq=2), [ONE, replace(ASKED, supersedes=1)], None),
        (ABANDON, [ONE, replace(ASKED, state="ABANDONED"), replace(ASKED, batch_seq=3, reason=None)], 2),
        (replace(ABANDON, batch_seq=3), [ONE, replace(ASKED, state="ABANDONED")], None),
        (ABANDON, [ONE, ASKED], None),
        (ABANDON, [ONE, ABANDONED, replace(LATER, state="PLANNED")], None),
        (ABANDON, [ONE, ABANDONED, replace(LATER, state="HELD")], None),
        (ABANDON, [ONE, ABANDONED, LATER], 2),
        (REBASELINE, [ONE, replace(ASKED, epoch=2)], 2),
        (REBASELINE, [ONE, replace(ASKED, state="ABANDONED"), replace(ASKED, batch_seq=3, epoch=2)], 3),
        (REBASELINE, [ONE, replace(ASKED, state="ABANDONED")], None),
        (REBASELINE, [replace(ONE, reason="Late.", epoch=2), replace(ONE, batch_seq=2, epoch=2)], None),
        (REBASELINE, [], None),
    ],
)
def test_a_repair_is_the_same_for_the_same_action_batch_or_bounds_and_reason(request_, rows, batch_seq):
    found = same_repair(request_, rows)

    assert (found.batch_seq if found else None) == batch_seq
