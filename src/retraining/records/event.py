"""What a run leaves for people: its row of `events`, the errors that stopped its tasks, and the incidents that it opens
or resolves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from retraining.records.batch import RuleCount
from retraining.records.drift import DriftVerdict
from retraining.records.run import Stamped

Level = Literal["bad", "warn", "good", "calm"]
"""bad: somebody must act. warn: somebody should look. good: a better version is live. calm: nothing to do."""

LOOPS_OWN_TASK = "check_drift"
"""The task that only a run of the loop has: an operator's job decides nothing on a batch."""


@dataclass(frozen=True)
class Event(Stamped):
    """A run at a glance, appended by report. Errors are realised errors, in the metric's unit, before any retraining in
    this run."""

    model: str
    """Name of the model."""
    metric: str
    """Name of the metric that errors are measured in."""
    outcome: str
    """Outcome of the promotion; KEEP where nothing moved, FAILED where a task did not end well. Of an operator's job
    also FROZEN, RETIRED, ACTIVE, BATCH_RELEASED or REPAIRED."""
    batch_seq: int | None
    """The newest closed batch; None before the first."""
    rows_read: int
    """Rows read: of the batch that this run closed, or that a run of another model had closed since this model's last
    run."""
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
    """failed if a check failed, else the first verdict that stops a promotion, else passed; None if no candidate was
    judged."""
    gate_sentence: str | None
    """The gate's comparison with the baseline in words; None if no candidate was judged."""
    champion_after: str | None
    """The champion when the report was written; None without one, or if the registry did not answer."""
    failed_tasks: tuple[str, ...]
    """Tasks of the run that failed themselves, in order."""
    previous_wins: bool | None = None
    """Whether the previous champion was shown to be better than champion_before."""
    tasks: tuple[str, ...] = ()
    """Tasks that report waited for, in order; empty in a run by hand, and in older rows."""
    skipped_tasks: tuple[str, ...] = ()
    """Tasks that did not start because one before them had not ended well, in order."""
    level: Level | None = None
    """How much the headline matters; None in rows that are older than this column."""
    headline: str | None = None
    """The worst of outcome, open incidents, held batches and data faults, in a few words."""
    headline_sentence: str | None = None
    """The headline in a sentence."""
    what_to_do: str | None = None
    """What a person is to do about the headline."""
    error: str | None = None
    """First line of the first error that stopped a task; None where no error was stored."""

    @property
    def is_of_loop(self) -> bool:
        """Whether the run was one of the loop, which takes up batches, and no operator's job."""
        return not self.tasks or LOOPS_OWN_TASK in self.tasks

    @property
    def unfinished_tasks(self) -> tuple[str, ...]:
        """Tasks that failed, and tasks that therefore did not start."""
        return (*self.failed_tasks, *self.skipped_tasks)


@dataclass(frozen=True)
class TaskError(Stamped):
    """What stopped a task: stored by the task itself before it ends, because no one else knows it."""

    model: str
    """Name of the model."""
    stage: str
    """The stage that the task ran."""
    error: str
    """Name of the error's class, with its condition where Spark or Delta gave one."""
    line: str
    """The first line of our errors. Of others only the name, because their text may hold values of rows."""
    cure: str
    """What to do about it."""


IncidentState = Literal["open", "resolved"]
DecidedKind = Literal["data_fault", "drift", "error", "concept", "previous_wins"]
"""What a decision finds."""
IncidentKind = Literal[DecidedKind, "approval"]
"""approval: a candidate waits for a person's answer."""


@dataclass(frozen=True)
class Incident:
    """Something that a person should know of: opened by one decision, resolved by a later one. At most one is open per
    model and kind; of candidates that wait for approval, one for each."""

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
    question: int | None = None
    """Number of the promotion that begins the wait; None of the other kinds."""

    @property
    def id(self) -> str:
        """Names the incident in every message about it."""
        of_question = "" if self.question is None else f"/{self.question}"
        return f"{self.model}/{self.kind}/{self.opened_batch}{of_question}"

    @property
    def is_open(self) -> bool:
        """Whether no later decision has resolved it."""
        return self.resolved_batch is None

    @property
    def state(self) -> IncidentState:
        """What messages and rows say of is_open."""
        return "open" if self.is_open else "resolved"


@dataclass(frozen=True)
class IncidentChange(Stamped):
    """An incident was opened or resolved. It follows from `decisions`; the row is for dashboards and alerts."""

    model: str
    """Name of the model."""
    seq: int
    """Number of the commit of the model's rows."""
    incident: str
    """Names the incident: the same when it is opened and when it is resolved."""
    kind: IncidentKind
    """What kind of problem."""
    state: IncidentState
    """open or resolved. An incident without a resolved row is open."""
    opened_batch: int
    """The batch of the decision that opened it."""
    opened_at: datetime
    """The time of that decision, in UTC."""
    batch_seq: int
    """The batch of the newest decision that saw it."""
    line: str
    """What happened, how much, since when and what happens next."""
    notified: bool | None = None
    """Whether every webhook of the spec was reached, or there is none. Where not, the next run sends it again, and
    adds a row when it has arrived. None in rows that are older than this column."""
