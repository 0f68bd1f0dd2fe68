"""What a run leaves for people: its row of `events`, and the incidents that it opens or resolves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from retraining.records.batch import RuleCount
from retraining.records.drift import DriftVerdict
from retraining.records.run import Stamped


@dataclass(frozen=True)
class Event(Stamped):
    """A run at a glance, appended by report. Errors are realised errors, in the metric's unit, before any retraining in
    this run."""

    model: str
    """Name of the model."""
    metric: str
    """Name of the metric that errors are measured in."""
    outcome: str
    """Outcome of the promotion, KEEP or FAILED."""
    batch_seq: int | None
    """The newest closed batch; None before the first."""
    rows_read: int
    """Rows read."""
    rows_accepted: int
    """Rows stored without a refusal."""
    rows_quarantined: int
    """Rows stored with at least one refusal."""
    rows_already_present: int
    """Duplicates."""
    rows_late: int
    """Rows read that are older than the watermark was."""
    rows_older: int | None
    """Rows that no batch has read because they came after the watermark had passed them; None before the second
    batch."""
    refusals: tuple[RuleCount, ...]
    """Quarantined rows by reason."""
    watermark_lag_days: float | None
    """From the watermark to the run's clock; None for a ledger without time."""
    champion_before: str | None
    """The champion before the run decided; None if there was none."""
    error_before: float | None
    """Of champion_before on the newest batch."""
    static_error: float | None
    """Of the first model, never retrained, on the same batch."""
    drift_verdict: DriftVerdict | None
    """Whether the batch drifted; None if nothing was compared."""
    worst_column: str | None
    """The column furthest from its reference; None if nothing was compared."""
    action: str | None
    """The decision's action; None where the run decided nothing."""
    first_reason: str | None
    """The first reason of the decision; None without one."""
    candidate_version: str | None
    """The candidate that was judged; None without one."""
    gate: str | None
    """The first verdict that stops a promotion, else passed; None if no candidate was judged."""
    gate_sentence: str | None
    """The gate's comparison with the baseline in words; None if no candidate was judged."""
    champion_after: str | None
    """The champion when the report was written; None without one, or if the registry did not answer."""
    failed_tasks: tuple[str, ...]
    """Tasks of the run that did not end well, in order."""
    previous_wins: bool | None = None
    """Whether the previous champion was shown to be better than champion_before."""


IncidentKind = Literal["data_fault", "drift", "error", "concept", "previous_wins"]


@dataclass(frozen=True)
class Incident:
    """Something that a person should know of: opened by one decision, resolved by a later one. At most one is open per
    model and kind."""

    model: str
    """Name of the model."""
    kind: IncidentKind
    """What kind of problem."""
    opened_batch: int
    """The batch of the decision that opened it."""
    opened_run: str
    """The run of that decision."""
    opened_at: datetime
    """The time of that decision, in UTC."""
    newest_batch: int
    """The batch of the newest decision that saw it."""
    newest_run: str
    """The run of that decision."""
    resolved_batch: int | None
    """The batch of the decision that resolved it; None while it is open."""
    line: str
    """What happened, how much, since when and what happens next, as of the newest decision that saw it."""

    @property
    def id(self) -> str:
        """Names the incident in every message about it."""
        return f"{self.model}/{self.kind}/{self.opened_batch}"

    @property
    def is_open(self) -> bool:
        """Whether no later decision has resolved it."""
        return self.resolved_batch is None
