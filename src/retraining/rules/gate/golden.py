"""Rows whose answers are known."""

import math
from collections.abc import Sequence

from retraining.records.gate import Check, GateVerdict
from retraining.spec.gate_section import GoldenRow

GOLDEN_ROWS = "golden_rows"
"""Name of the check."""


def golden_rows_hold(rows: Sequence[GoldenRow], answers: Sequence[float | str]) -> tuple[Check, ...]:
    """Passes when each answer is what its row expects; nothing where the spec names no row. value: wrong answers."""
    if not rows:
        return ()
    wrong = [
        f"row {place + 1} ({_given(row)}) got {_said(answer)}, expected {_expected(row)}"
        for place, (row, answer) in enumerate(zip(rows, answers, strict=True))
        if not _fits(row, answer)
    ]
    said = f"of {len(rows)} golden rows: {'; '.join(wrong)}." if wrong else f"All {len(rows)} golden rows are right."
    sentence = f"{len(wrong)} {said}" if wrong else said
    verdict: GateVerdict = "failed" if wrong else "passed"
    return (Check(GOLDEN_ROWS, verdict, float(len(wrong)), None, None, 0.0, sentence),)


def _fits(row: GoldenRow, answer: float | str) -> bool:
    if row.is_class is not None or isinstance(answer, str):
        return str(answer) == row.is_class
    low = -math.inf if row.at_least is None else row.at_least
    high = math.inf if row.at_most is None else row.at_most
    return math.isfinite(answer) and low <= answer <= high


def _given(row: GoldenRow) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.features.items())


def _said(answer: float | str) -> str:
    return answer if isinstance(answer, str) else f"{answer:.4g}"


def _expected(row: GoldenRow) -> str:
    if row.is_class is not None:
        return row.is_class
    bounds = (("at least", row.at_least), ("at most", row.at_most))
    return " and ".join(f"{side} {bound:.4g}" for side, bound in bounds if bound is not None)
