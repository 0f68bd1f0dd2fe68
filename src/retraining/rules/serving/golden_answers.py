"""Whether a served version answers golden rows as its files do."""

import math
from collections.abc import Sequence
from typing import Any

from retraining.records.serving import GoldenRequests

_SAME = 1e-6
"""Relative difference up to which two answers are one."""
_PREDICTION = "prediction"


def wrong_answers(entity: str, answered: Sequence[Any], golden: GoldenRequests) -> tuple[str, ...]:
    """A sentence for each row that was answered otherwise. answered: as the endpoint's JSON has it."""
    if len(answered) != len(golden.expected):
        return (f"{entity} gave {len(answered)} answers to {len(golden.expected)} golden rows.",)
    pairs = enumerate(zip(answered, golden.expected, strict=True), start=1)
    return tuple(
        f"{entity} answers golden row {place} with {_value(found)!r}, its files with {expected!r}."
        for place, (found, expected) in pairs
        if not _same(_value(found), expected)
    )


def _value(answer: Any) -> Any:
    return answer.get(_PREDICTION) if isinstance(answer, dict) else answer


def _same(found: Any, expected: Any) -> bool:
    numbers = (int, float)
    if isinstance(found, numbers) and isinstance(expected, numbers):
        return math.isclose(found, expected, rel_tol=_SAME, abs_tol=_SAME)
    return bool(str(found) == str(expected))
