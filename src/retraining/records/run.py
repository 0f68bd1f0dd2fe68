"""A run: who runs and when, its row of `events`, and the incidents that it opens or resolves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypedDict

from retraining.records.batch import RuleCount
from retraining.records.drift import DriftVerdict


class Stamp(TypedDict):
    """What every row says of the task that wrote it: the run, the attempt, and the moment (UTC)."""

    run_id: str
    attempt_id: str
    at: datetime


@dataclass(frozen=True)
class Run:
    """Identity and clock of one task of one run.

    run_id is shared by all tasks and retries of a job run; attempt_id is unique to this process, so that after a write
    a task can tell its own row from a retry's. Times are aware and in UTC. stopwatch returns seconds and only its
    differences mean anything.
    """

    run_id: str
    attempt_id: str
    code_version: str
    as_of: datetime
    started_at: datetime
    stopwatch: Callable[[], float]

    @property
    def stamp(self) -> Stamp:
        """The stamp of this task's rows, to be unpacked: Promotion(..., **run.stamp)."""
        return Stamp(run_id=self.run_id, attempt_id=self.attempt_id, at=self.started_at)


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


IncidentKind = Literal["data_fault", "drift", "error", "concept", "previous_wins"]


@dataclass(frozen=True)
class Incident:
    """At most one is open per model and kind. opened_batch and resolved_batch: the batches whose decisions said so, the
    latter None while it is open; since: estimated first day of the change where one is known. line: what happened, how
    much, since when and what happens next, of the newest decision that saw it."""

    model: str
    kind: IncidentKind
    opened_batch: int
    opened_run: str
    opened_at: datetime
    newest_batch: int
    newest_run: str
    resolved_batch: int | None
    line: str

    @property
    def id(self) -> str:
        """Names the incident in every message about it."""
        return f"{self.model}/{self.kind}/{self.opened_batch}"

    @property
    def is_open(self) -> bool:
        """Whether no later decision has resolved it."""
        return self.resolved_batch is None
