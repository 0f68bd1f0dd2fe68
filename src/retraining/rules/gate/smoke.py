"""Does a version answer where it will be called, as it did here, fast enough and small enough?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retraining.records.version import FreshAnswers
from retraining.spec.serving_section import ServingSection

_SAME = 1e-6
"""Relative difference up to which two answers are one: another process may add up in another order."""


@dataclass(frozen=True)
class Smoke:
    """Whether a version may go live, and what was found."""

    passes: bool
    sentence: str


def smoke(version: str, answers: FreshAnswers, expected: Sequence[float | str], limits: ServingSection) -> Smoke:
    """expected: what the same version says of the same requests in this process."""
    where = f"Version {version} {answers.where}"
    if answers.problem:
        return Smoke(False, f"{where} failed: {answers.problem}.")
    wrong = _wrong(answers, expected, limits)
    if wrong:
        return Smoke(False, f"{where} must not go live: {'; '.join(wrong)}.")
    took = f", 95 % of them within {_p95(answers):.3g} ms" if answers.milliseconds else ""
    return Smoke(
        True, f"{where} answers {len(expected)} of the newest requests as here{took}; {answers.megabytes:.2g} MB."
    )


def _wrong(answers: FreshAnswers, expected: Sequence[float | str], limits: ServingSection) -> list[str]:
    found = []
    if len(answers.predictions) != len(expected):
        found.append(f"{len(answers.predictions)} answers to {len(expected)} requests")
    differing = sum(not _same(*pair) for pair in zip(answers.predictions, expected, strict=False))
    if differing:
        found.append(f"{differing} of {len(expected)} answers are not what it says here")
    most = limits.max_p95_milliseconds
    p95 = _p95(answers)
    if most is not None and p95 is not None and p95 > most:
        found.append(f"95 % of requests take up to {p95:.3g} ms, serving.max_p95_milliseconds allows {most:g}")
    size = limits.max_megabytes
    if size is not None and answers.megabytes > size:
        found.append(f"its files have {answers.megabytes:.3g} MB, serving.max_megabytes allows {size:g}")
    return found


def _same(here: float | str, there: float | str) -> bool:
    if isinstance(here, str) or isinstance(there, str):
        return here == there
    return math.isclose(here, there, rel_tol=_SAME, abs_tol=_SAME)


def _p95(answers: FreshAnswers) -> float | None:
    return float(np.percentile(answers.milliseconds, 95)) if answers.milliseconds else None
