"""Rows of `events`: one a run, appended by report."""

from dataclasses import dataclass
from datetime import datetime

from retraining.records.batch import RuleCount
from retraining.records.drift_metric import DriftVerdict


@dataclass(frozen=True)
class Event:
    """A run at a glance. Errors are realised errors, in the metric's unit, before any retraining in this run: of the
    champion, and of the static first model on the same batch. rows_older: rows of the source that
    no batch has read because they came after the watermark had passed them, as of the newest batch; None before the
    second one. rows_late: rows read that are older than the watermark was; rows_already_present: duplicates; refusals:
    quarantined rows by reason. watermark_lag_days: how far the watermark lies behind the run's clock, None for a ledger
    without time. previous_wins: the champion before was shown to be better than champion_before."""

    run_id: str
    model: str
    metric: str
    outcome: str
    batch_seq: int | None
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rows_already_present: int
    rows_late: int
    rows_older: int | None
    refusals: tuple[RuleCount, ...]
    watermark_lag_days: float | None
    champion_before: str | None
    error_before: float | None
    static_error: float | None
    drift_verdict: DriftVerdict | None
    worst_column: str | None
    action: str | None
    first_reason: str | None
    candidate_version: str | None
    gate: str | None
    gate_sentence: str | None
    champion_after: str | None
    failed_tasks: tuple[str, ...]
    attempt_id: str
    at: datetime
    previous_wins: bool | None = None
