"""Rows of `gate_results`: one per check."""

from dataclasses import dataclass
from typing import Literal

from retraining.records.run import Stamped

Question = Literal["first", "refresh", "change"]
"""first: is it better than the trivial predictor? refresh: is it at least as good? change: is it shown to be better?"""
GateVerdict = Literal["passed", "failed", "not_enough_evidence", "unknown"]
"""unknown: too few rows to show harm in a part of them, which stops no candidate."""
STOPS_NOBODY: frozenset[GateVerdict] = frozenset({"passed", "unknown"})


@dataclass(frozen=True)
class Check:
    """One check of the gate."""

    name: str
    """Name of the check, for example gain or signature."""
    verdict: GateVerdict
    """Whether the candidate passed it."""
    value: float | None
    """What was measured, inside [lower, upper] where the check has an interval."""
    lower: float | None
    """Lower end of the interval around value; None for a check without an interval."""
    upper: float | None
    """Upper end of that interval; None for a check without one."""
    threshold: float | None
    """What the value had to reach."""
    sentence: str
    """The result in words, with the numbers."""
    metric: str | None = None
    """The metric that the check compares; None where it compares none."""
    candidate_error: float | None = None
    """The candidate's value of the metric."""
    baseline_error: float | None = None
    """The value of the champion, or of the trivial predictor."""


@dataclass(frozen=True)
class GateResult(Stamped):
    """A check of one candidate against one baseline: the champion, or the trivial predictor when there is none. The
    fields of the check are those of Check."""

    model: str
    """Name of the model."""
    retrain_key: str
    """Names the candidate's fit."""
    seq: int
    """Number of the verdict of its model; all checks of one verdict share it."""
    question: Question
    """What the candidate had to show."""
    candidate_version: str
    """The version that was judged."""
    champion_version: str | None
    """None when the baseline is the trivial predictor."""
    check: str
    """Name of the check."""
    verdict: GateVerdict
    """Whether the candidate passed it."""
    value: float | None
    """What was measured, in the check's own unit; None if there was nothing to measure."""
    lower: float | None
    """Lower end of the interval around value; None for a check without an interval."""
    upper: float | None
    """Upper end of that interval; None for a check without one."""
    threshold: float | None
    """The limit that value, or an end of its interval, is compared with; None for a check without one."""
    sentence: str
    """The result in words, with the numbers."""
    metric: str | None
    """The metric that the check compares; None if it does not compare one."""
    candidate_error: float | None
    """The candidate's value of metric; None if the check does not compare one."""
    baseline_error: float | None
    """The baseline's value of metric; None if the check does not compare one."""
    level: float
    """Confidence of the one-sided bounds that decide, 0 to 1."""
    correlation: float
    """Of one day's difference between the models with the next day's."""
    correlation_days: int | None
    """Days of history behind the correlation; None where it is assumed."""
    holdout_rows: int
    """Rows of the hold-out."""
    holdout_blocks: int
    """Days, or buckets of rows without time order."""
    holdout_from: str | None
    """First ledger value of the hold-out, as text; None where it is reserved by key."""
    holdout_before: str | None
    """The ledger value that the hold-out ends before; None where it is reserved by key."""
