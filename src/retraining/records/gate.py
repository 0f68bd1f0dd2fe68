"""Rows of `gate_results`: one per check."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Question = Literal["first", "refresh", "change"]
GateVerdict = Literal["passed", "failed", "not_enough_evidence", "unknown"]
"""unknown: too few rows to show harm in a part of them, which stops nobody."""
STOPS_NOBODY: frozenset[GateVerdict] = frozenset({"passed", "unknown"})


@dataclass(frozen=True)
class Check:
    """One check of the gate. value lies in the interval [lower, upper] where the check has one; threshold is what it
    was held to. metric and both models' values of it, where the check compares them."""

    name: str
    verdict: GateVerdict
    value: float | None
    lower: float | None
    upper: float | None
    threshold: float | None
    sentence: str
    metric: str | None = None
    candidate_error: float | None = None
    baseline_error: float | None = None


@dataclass(frozen=True)
class GateResult:
    """A check of one candidate against one baseline (the champion, or the trivial predictor when there is none).

    level is the confidence of the one-sided bounds that decide; holdout_from and holdout_before bound the rows that did
    (None where they are reserved by key). correlation is that of one day's difference with the next, from
    correlation_days days of history (None: assumed).
    """

    model: str
    retrain_key: str
    seq: int
    question: Question
    candidate_version: str
    champion_version: str | None
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
    correlation: float
    correlation_days: int | None
    holdout_rows: int
    holdout_blocks: int
    holdout_from: str | None
    holdout_before: str | None
    run_id: str
    attempt_id: str
    at: datetime
