"""Rows of `events`: one a run, appended by report."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Event:
    """A run at a glance. Errors are the realised error of the champion before any retraining in this run."""

    run_id: str
    model: str
    outcome: str
    batch_seq: int | None
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rows_already_present: int
    champion_before: str | None
    error_before: float | None
    action: str | None
    first_reason: str | None
    candidate_version: str | None
    gate: str | None
    gate_sentence: str | None
    champion_after: str | None
    failed_tasks: tuple[str, ...]
    attempt_id: str
    at: datetime
