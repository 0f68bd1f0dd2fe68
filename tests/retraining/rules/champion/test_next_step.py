"""The refusal of a first candidate says what to do."""

from dataclasses import fields

import pytest

from retraining.records.gate import GateResult
from retraining.rules.champion.next_step import next_step


def check(name: str, verdict: str, metric: str | None = None) -> GateResult:
    unknown = dict.fromkeys(each.name for each in fields(GateResult))
    return GateResult(**{**unknown, "check": name, "verdict": verdict, "metric": metric})


@pytest.mark.parametrize(
    ("checks", "cure"),
    [
        ([check("gain", "not_enough_evidence")], "Wait for more days of labelled rows."),
        ([check("gain", "failed"), check("smoke", "passed")], "add columns that say more about the label"),
        ([check("gain", "passed"), check("finite_predictions", "failed")], "Correct what fails in finite_predictions"),
    ],
)
def test_the_cure_follows_from_the_check_that_failed(checks, cure):
    assert cure in next_step(checks)
    assert "retrain=true and a reason" in next_step(checks)


@pytest.mark.parametrize(("metric", "names_auc"), [("error_rate", True), ("auc", False), ("rmse", False)])
def test_where_right_or_wrong_says_too_little_a_metric_of_probabilities_is_named(metric, names_auc):
    told = next_step([check("gain", "not_enough_evidence", metric)])

    assert ("`gate.metric: auc`" in told) == names_auc
