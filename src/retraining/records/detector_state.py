"""Rows of `detector_states`: how far each detector of a changed error has come with a champion's labelled rows."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class DetectorState:
    """One detector after one batch. state: JSON of the detector, read by its own algorithm version alone.

    batch_seq: rows of batches up to this one have been fed, in the order of the ledger and once. newest: ledger value,
    as text, of the last row fed; None before the first. rows: fed in this batch; late: rows older than newest, which a
    sequence cannot take back. alarms: raised in this batch, first_alarm the ledger value of the first.
    """

    model: str
    version: str
    seq: int
    detector: str
    state: str
    batch_seq: int
    newest: str | None
    rows: int
    late: int
    alarms: int
    first_alarm: str | None
    level: str
    run_id: str
    attempt_id: str
    at: datetime
