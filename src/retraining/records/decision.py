"""Rows of `decisions`: what was known, what was decided, and why."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from retraining.records.change import KindOfChange
from retraining.records.drift import DriftVerdict


@dataclass(frozen=True)
class DailyLoss:
    """Rows and summed loss of a version on rows that it had not seen in training.

    batch_seq is the batch that brought the labels, scored_batch the one that the rows were predicted in: an earlier one
    where labels come late. day is the rows' own, None where they have no time. loss is squared error, or the number of
    wrong classes.
    """

    version: str
    batch_seq: int
    scored_batch: int
    day: date | None
    rows: int
    loss: float


@dataclass(frozen=True)
class ErrorEstimate:
    """error: RMSE or share of wrong classes, None without enough data. reason: a sentence with the numbers, and with
    how far such estimates were off where the labels are known."""

    error: float | None
    reason: str


Action = Literal["keep", "update", "refit", "rollback"]
OnPreviousWins = Literal["alert", "rollback"]


@dataclass(frozen=True)
class Evidence:
    """Everything the decision may look at. Errors are in the unit of the kind's metric (RMSE, or share of wrong
    classes).

    new_labelled_rows: labelled rows that arrived after the last training (all of them when there was none).
    holdout_days: whole mature days after the champion's data; None where the hold-out is reserved by key. A candidate
    would be judged on the ledger values [holdout_from, holdout_before), as text; None without such days.
    champion_age_days: data time between the end of the champion's training rows and the watermark.
    realised_error: error of the champion on rows of the newest batch it had not seen; expected_error: its error when
    promoted. blocked_until_after_batch: a rollback asks to wait for a batch newer than this one. days_since_attempt:
    data time since the batch that the last candidate was fitted on. drift_verdict is None when nothing was compared;
    drift_persists says whether enough of the newest batches drifted, drift_reason both in sentences. can_update: the
    strategy can update the champion. refusals_in_a_row: candidates refused since the last promotion. previous_version:
    the champion before, where it predicts beside the live one; previous_wins: whether it is shown to be better, None
    without enough evidence; previous_reason says so in a sentence. change names what kind of change the newest batch
    shows, change_since its estimated first day, change_response what that kind suggests: told, and decides nothing.
    drift_is_clear: no batch-wide drift even at 0.8 of the thresholds; None when nothing was compared. concept_alarm:
    what detectors of a changed error have raised on the champion's newest labelled rows. domain_verdict: whether a
    classifier tells the batch from the training rows, where the spec asks for it. estimated_error: of rows whose labels
    have not come; told, and decides nothing.
    """

    batch_seq: int
    champion_version: str | None
    new_labelled_rows: int
    holdout_days: int | None
    holdout_from: str | None
    holdout_before: str | None
    champion_age_days: float | None
    last_fit_seconds: float | None
    realised_error: float | None
    realised_error_rows: int
    expected_error: float | None
    blocked_until_after_batch: int | None
    days_since_attempt: float | None
    drift_verdict: DriftVerdict | None
    drift_worst_column: str | None
    drift_reason: str | None
    drift_persists: bool
    can_update: bool
    refusals_in_a_row: int
    frozen: bool
    previous_version: str | None = None
    previous_wins: bool | None = None
    previous_reason: str | None = None
    change: KindOfChange | None = None
    change_since: date | None = None
    change_reason: str | None = None
    change_response: str | None = None
    drift_is_clear: bool | None = None
    concept_alarm: str | None = None
    domain_verdict: DriftVerdict | None = None
    domain_reason: str | None = None
    estimated_error: float | None = None
    estimate_reason: str | None = None


@dataclass(frozen=True)
class Thresholds:
    """The policy a decision was made under, stored with it so that the row can be replayed."""

    cheap_fit_seconds: float
    min_new_rows: int
    max_age_days: int
    max_error_increase: float
    cooldown_days: int
    on_previous_wins: OnPreviousWins | None = None


@dataclass(frozen=True)
class Verdict:
    """What to do, and why: reasons are sentences with numbers and never empty."""

    action: Action
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """One evaluation of one model: evidence, thresholds and verdict in one row. daily_losses are those of the batches
    since the decision before."""

    model: str
    evaluation_id: str
    seq: int
    batch_seq: int
    champion_version: str | None
    action: Action
    reasons: tuple[str, ...]
    new_labelled_rows: int
    holdout_days: int | None
    holdout_from: str | None
    holdout_before: str | None
    champion_age_days: float | None
    last_fit_seconds: float | None
    realised_error: float | None
    realised_error_rows: int
    expected_error: float | None
    blocked_until_after_batch: int | None
    days_since_attempt: float | None
    drift_verdict: DriftVerdict | None
    drift_worst_column: str | None
    drift_reason: str | None
    drift_persists: bool
    can_update: bool
    refusals_in_a_row: int
    frozen: bool
    cheap_fit_seconds: float
    min_new_rows: int
    max_age_days: int
    max_error_increase: float
    cooldown_days: int
    daily_losses: tuple[DailyLoss, ...]
    spec_hash: str
    run_id: str
    attempt_id: str
    at: datetime
    previous_version: str | None = None
    previous_wins: bool | None = None
    previous_reason: str | None = None
    change: KindOfChange | None = None
    change_since: date | None = None
    change_reason: str | None = None
    change_response: str | None = None
    drift_is_clear: bool | None = None
    concept_alarm: str | None = None
    domain_verdict: DriftVerdict | None = None
    domain_reason: str | None = None
    estimated_error: float | None = None
    estimate_reason: str | None = None
    on_previous_wins: OnPreviousWins | None = None

    @property
    def should_retrain(self) -> bool:
        """Whether the run goes on to train a candidate."""
        return self.action in ("update", "refit")

    @property
    def evidence(self) -> Evidence:
        """The evidence part of the row."""
        return Evidence(**{name: getattr(self, name) for name in Evidence.__dataclass_fields__})

    @property
    def thresholds(self) -> Thresholds:
        """The policy part of the row."""
        return Thresholds(**{name: getattr(self, name) for name in Thresholds.__dataclass_fields__})
