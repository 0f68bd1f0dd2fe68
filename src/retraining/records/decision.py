"""Rows of `decisions`: what was known, what was decided, and why."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from retraining.records.change import DataFault, KindOfChange
from retraining.records.drift import DriftVerdict
from retraining.records.panel import SeriesCount
from retraining.records.run import Stamped

Action = Literal["keep", "update", "refit", "rollback"]
OnPreviousWins = Literal["alert", "rollback"]
Doubt = Literal["no_signal", "went_back", "changed"]


@dataclass(frozen=True)
class DoubtedDays:
    """Days that follow each other, on which what was learned before does not hold."""

    first: date
    """The first of them."""
    last: date
    """The last of them."""
    doubt: Doubt
    """no_signal: nothing can be learned from their labels. went_back: they differ, and the days after do not. changed:
    they differ, and are the newest ones that a candidate learns."""
    sentence: str
    """The numbers behind it, and what follows."""

    @property
    def left_out(self) -> bool:
        """Whether no model learns them. Of a change, the days after it show whether it has come to stay."""
        return self.doubt != "changed"


@dataclass(frozen=True)
class DailyLoss:
    """How one version did on one day of the data, on rows that it had not seen in training."""

    version: str
    """The version that predicted the rows."""
    batch_seq: int
    """The batch that brought the labels."""
    scored_batch: int
    """The batch that the rows were predicted in: an earlier one where labels come late."""
    day: date | None
    """The rows' own day; None where they have no time."""
    rows: int
    """Rows with a label."""
    loss: float
    """Sum over the rows of the kind's loss: squared error, or the number of wrong classes."""


@dataclass(frozen=True)
class ErrorEstimate:
    """What the champion's error probably is on rows whose labels have not come yet."""

    error: float | None
    """In the metric of the kind (RMSE, or share of wrong classes); None without enough data."""
    reason: str
    """A sentence with the numbers, and with how far such estimates were off where labels are known."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything the decision may look at. Errors are in the metric of the kind (RMSE, or share of wrong classes)."""

    batch_seq: int
    """The newest committed batch."""
    champion_version: str | None
    """None before the first promotion."""
    new_labelled_rows: int
    """Labelled rows that arrived after the last training; all of them when there was none."""
    holdout_days: int | None
    """Whole mature days after the champion's data; None where the hold-out is reserved by key."""
    holdout_from: str | None
    """The first ledger value that would judge a candidate, as text; None without such days."""
    holdout_before: str | None
    """The ledger value that the hold-out ends before, as text; None without such days."""
    champion_age_days: float | None
    """Data time from the end of the champion's training rows to the watermark."""
    last_fit_seconds: float | None
    """How long the newest fit took; None before the first."""
    realised_error: float | None
    """Error of the champion on rows of the newest batch that it had not seen; None without such rows."""
    realised_error_rows: int
    """Rows behind realised_error."""
    expected_error: float | None
    """The champion's error at the gate when it was promoted."""
    blocked_until_after_batch: int | None
    """After a rollback: retraining waits for a batch newer than this one."""
    days_since_attempt: float | None
    """Data time since the batch that the last candidate was fitted on."""
    drift_verdict: DriftVerdict | None
    """None when nothing was compared."""
    drift_worst_column: str | None
    """The column that exceeds its threshold most."""
    drift_reason: str | None
    """The verdict, and whether the drift persists, in sentences."""
    drift_persists: bool
    """Whether enough of the newest batches drifted."""
    can_update: bool
    """Whether the strategy can update the champion."""
    refusals_in_a_row: int
    """Candidates refused since the last promotion."""
    frozen: bool
    """Whether an operator wants nothing to be trained."""
    previous_version: str | None = None
    """The previous champion, where it predicts beside the live one."""
    previous_wins: bool | None = None
    """Whether the previous champion is shown to be better; None without enough evidence."""
    previous_reason: str | None = None
    """previous_wins in a sentence."""
    change: KindOfChange | None = None
    """The kind of change that the newest batch shows. It is reported and decides nothing; open_faults do."""
    change_since: date | None = None
    """Estimated first day of the change."""
    change_reason: str | None = None
    """The kind of change in a sentence, with the numbers."""
    change_response: str | None = None
    """What the kind of change suggests."""
    drift_is_clear: bool | None = None
    """Whether there is no batch-wide drift even at 0.8 of the thresholds; None when nothing was compared."""
    concept_alarm: str | None = None
    """What detectors of a changed error have raised on the champion's newest labelled rows."""
    domain_verdict: DriftVerdict | None = None
    """Whether a classifier tells the batch from the training rows; None where the spec does not use it."""
    domain_reason: str | None = None
    """domain_verdict in a sentence."""
    estimated_error: float | None = None
    """Estimated error of rows whose labels have not come. It is reported and decides nothing."""
    estimate_reason: str | None = None
    """estimated_error in a sentence."""
    frozen_reason: str | None = None
    """Since when an operator wants nothing to be trained, and why, in sentences; None where only this run is frozen."""
    asked_reason: str | None = None
    """Why a person wants a training; None where no person does."""
    made_otherwise: bool = False
    """Whether the spec makes a version in another way than champion and last candidate were made."""
    spec_changed: bool = False
    """Whether the spec is another one than that of the last candidate."""
    last_candidate: str | None = None
    """The version of the last candidate; None before the first."""
    unjudged: bool = False
    """Whether no decision was made on the last candidate, because its run ended before that."""
    days_to_learn: int | None = None
    """Whole days after the champion's data that a candidate would learn: before the hold-out, and not left out. None
    where the hold-out is reserved by key, and in rows that are older than this column."""
    doubted: tuple[DoubtedDays, ...] = ()
    """Days on which what was learned before does not hold."""
    open_faults: tuple[DataFault, ...] = ()
    """Certain faults of this batch or of an earlier one that training would learn from, and no one has answered."""
    recent_error: float | None = None
    """Error of the champion on the days of the newest batch, or on the newest 6 days where it has fewer. Batches stand
    for days where rows have no time. None with fewer than 6."""
    recent_error_lower: float | None = None
    """What recent_error is at least, with 95 % confidence, by the noise of the days; None where it is."""
    recent_error_days: int | None = None
    """Days with a loss that there were for recent_error, at least those behind it; None in rows that are older than
    this bound."""
    recent_error_reason: str | None = None
    """recent_error and its bound in a sentence."""
    holdout_counted_in: str | None = None
    """What holdout_days counts where it is not whole days: months of a monthly forecast."""
    series_actions: tuple[SeriesCount, ...] = ()
    """Of a forecast: how many series have which action; `panel_actions` has a row for each. Empty for every other
    kind."""
    fault_answer: str | None = None
    """With which reason a person answered all certain faults of this batch; None where it has none or one is open."""

    @property
    def error_in_doubt(self) -> bool:
        """Whether realised_error was measured on rows that are not learned, because something is wrong with them."""
        return bool(self.open_faults) or any(each.left_out for each in self.doubted)


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """The policy a decision was made under, stored with it so that the row can be replayed."""

    cheap_fit_seconds: float
    """A fit that takes at most this long needs no evidence but new rows."""
    min_new_rows: int
    """Fewest new labelled rows that a training needs."""
    max_age_days: int
    """Days of data after which the champion is too old."""
    max_error_increase: float
    """Share of the expected error, 0 or more."""
    cooldown_days: int
    """Data time between two fits that are not cheap."""
    on_previous_wins: OnPreviousWins | None = None
    """What follows when the previous champion is better; None in rows that are older than this key."""


@dataclass(frozen=True)
class Verdict:
    """What to do, and why."""

    action: Action
    """What to do with the champion."""
    reasons: tuple[str, ...]
    """Sentences with numbers; never empty."""

    @property
    def trains(self) -> bool:
        """Whether a candidate is made."""
        return self.action in ("update", "refit")


@dataclass(frozen=True, kw_only=True)
class Decision(Evidence, Thresholds, Stamped):
    """One evaluation of one model: evidence, thresholds and verdict in one row."""

    model: str
    """Name of the model."""
    evaluation_id: str
    """Names the evidence: the same evidence leads to the same decision, found and not made again."""
    seq: int
    """Number of the decision of its model, from 1."""
    action: Action
    """What to do."""
    reasons: tuple[str, ...]
    """Why: sentences with numbers, never empty."""
    daily_losses: tuple[DailyLoss, ...]
    """Those of the batches since the previous decision."""
    spec_hash: str
    """Hash of the model's spec."""
    source: str | None = None
    """The source that counted batch_seq; None in rows that are older than this column."""

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
