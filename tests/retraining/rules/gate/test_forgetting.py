"""What a candidate has forgotten of the first training's period."""

from dataclasses import replace

import numpy as np
import pytest

from retraining.rules.gate.correlation import INDEPENDENT
from retraining.rules.gate.evaluation import Evaluation, GateTerms
from retraining.rules.gate.guards import first_period_kept
from retraining.rules.gate.jackknife import PairedSums
from retraining.rules.gate.metrics import find_metric


def sums(blocks: int, rows: int, candidate: float, champion: float) -> PairedSums:
    """Blocks of that many rows each, with that many wrong answers of each, give or take one."""
    wrong = np.arange(blocks) % 2
    counts = np.full(blocks, float(rows))
    return PairedSums(
        counts, np.column_stack([counts, candidate + wrong]), np.column_stack([counts, champion + 1 - wrong])
    )


TODAY = Evaluation((find_metric("error_rate", "classification"),), (sums(10, 50, 5, 10),), True, INDEPENDENT)


def kept(question: str, required: bool, **period: float):
    evaluation = replace(TODAY, first_period=sums(**period)) if period else TODAY
    return first_period_kept(GateTerms(question, keeps_first_population=required), evaluation)


@pytest.mark.parametrize(
    ("required", "candidate", "verdict"),
    [(False, 40, "passed"), (True, 40, "failed"), (True, 10, "passed"), (True, 2, "passed")],
    ids=["reported", "forgotten", "as good", "better"],
)
def test_what_is_forgotten_counts_where_that_population_is_still_served(required, candidate, verdict):
    (check,) = kept("refresh", required, blocks=10, rows=50, candidate=candidate, champion=10)

    assert (check.name, check.verdict, check.value < 0) == ("forgetting", verdict, candidate == 40)
    assert ("reported only" in check.sentence, check.threshold is None) == (not required, not required)


@pytest.mark.parametrize("period", [{}, {"blocks": 5, "rows": 50}, {"blocks": 7, "rows": 4}], ids=str)
def test_too_few_rows_show_nothing_and_stop_nobody(period):
    (check,) = kept("change", True, **{**period, "candidate": 4, "champion": 0} if period else {})

    assert (check.verdict, check.value) == ("unknown", None)
    assert "too few" in check.sentence


def test_a_first_model_has_nothing_to_forget():
    assert kept("first", True, blocks=10, rows=50, candidate=40, champion=10) == ()
