"""Rows of `gate_results`: one per check."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Question = Literal["first", "refresh"]
GateVerdict = Literal["passed", "failed", "not_enough_evidence"]


@dataclass(frozen=True)
class Check:
    """One check of the gate. value lies in the interval [lower, upper] where the check has one; threshold is what it
    was held to."""

    name: str
    verdict: GateVerdict
    value: float | None
    lower: float | None
    upper: float | None
    threshold: float | None
    sentence: str


@dataclass(frozen=True)
class GateResult:
    """A check of one candidate against one baseline (the champion, or the trivial predictor when there is none)."""

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
    metric: str
    candidate_error: float | None
    baseline_error: float | None
    holdout_rows: int
    holdout_blocks: int
    run_id: str
    attempt_id: str
    at: datetime
