"""What an operator asks of a source's ingestion."""

from dataclasses import dataclass
from typing import Literal

RepairAction = Literal["backfill", "replay", "abandon", "rebaseline", "rebuild"]
RepairedSource = Literal["rows", "labels"]


@dataclass(frozen=True)
class RepairRequest:
    """backfill reads the ledger values [start, end) again; replay reads a batch's slice again and supersedes the batch;
    abandon gives up an open or held batch; rebaseline reads the source from the beginning, for example after it was
    replaced; rebuild writes lost rows of `watermarks` again from the observations. source: of the rows, or of the
    labels that have a table of their own."""

    action: RepairAction
    reason: str
    batch_seq: int | None = None
    start: str | None = None
    end: str | None = None
    source: RepairedSource = "rows"
