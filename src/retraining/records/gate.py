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
    verdict: GateVerdict
    value: float | None
    """What was measured, inside [lower, upper] where the check has an interval."""
    lower: float | None
    upper: float | None
    threshold: float | None
    """What the value had to reach."""
    sentence: str
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
    retrain_key: str
    """Names the candidate's fit."""
    seq: int
    """Number of the verdict of its model; all checks of one verdict share it."""
    question: Question
    candidate_version: str
    champion_version: str | None
    """None when the baseline is the trivial predictor."""
    check: str
    verdict: GateVerdict
    value: float | None
    lower: float | None
    upper: float | None
    threshold: float | None
    sentence: str
    metric: str | None
    candidate_error: float | None
    baseline_error: float | None
    level: float
    """Confidence of the one-sided bounds that decide, 0 to 1."""
    correlation: float
    """Of one day's difference between the models with the next day's."""
    correlation_days: int | None
    """Days of history behind the correlation; None where it is assumed."""
    holdout_rows: int
    holdout_blocks: int
    """Days, or buckets of rows without time order."""
    holdout_from: str | None
    """First ledger value of the hold-out, as text; None where it is reserved by key."""
    holdout_before: str | None
    """The ledger value that the hold-out ends before; None where it is reserved by key."""
