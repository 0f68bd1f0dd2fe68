"""Rows on which a metric has no value: no candidate passes because of them, and no part of the rows fails."""

from dataclasses import replace

import numpy as np
import pytest

from retraining.kinds.classification import CLASSIFICATION
from retraining.kinds.metric import Metric, Predictions
from retraining.records.gate import Check
from retraining.rules.gate.correlation import INDEPENDENT
from retraining.rules.gate.evaluation import Evaluation, GateTerms, Sanity, paired_sums
from retraining.rules.gate.jackknife import PairedSums
from retraining.rules.gate.judge import judge
from retraining.rules.gate.metrics import find_metric

DAYS = np.repeat(np.arange(6), 20)
AUC = find_metric("auc", "classification")
F1 = find_metric("f1", "classification")


def answers(label: np.ndarray, noise: float, seed: int) -> Predictions:
    """Scores of the class yes, more or less around the truth."""
    truth = (label == "yes").astype(float)
    score = np.clip(0.5 + (truth - 0.5) / 2 + np.random.default_rng(seed).normal(0, noise, len(label)), 0.01, 0.99)
    predicted = np.where(score > 0.5, "yes", "no").astype(object)
    return Predictions(label, predicted, np.column_stack([1 - score, score]), ("no", "yes"))


def sums(metric: Metric, label: np.ndarray) -> PairedSums:
    """Of a candidate that is clearly better than the champion."""
    return paired_sums(metric, answers(label, 0.1, 1), answers(label, 0.5, 2), DAYS)


MIXED = np.where(np.arange(120) % 4 == 0, "yes", "no").astype(object)
ONE_CLASS = np.full(120, "no", dtype=object)
ONE_DAY = np.where(DAYS == 3, MIXED, "no").astype(object)


def evaluation(label: np.ndarray, metric: Metric = AUC) -> Evaluation:
    return Evaluation((metric,), (sums(metric, label),), True, INDEPENDENT)


def checks(found: Evaluation, **asked) -> dict[str, Check]:
    return {check.name: check for check in judge(GateTerms("refresh", **asked), found)}


def test_a_slice_of_one_class_is_unknown_with_the_reason():
    slices = {"mixed": sums(AUC, MIXED), "one class": sums(AUC, ONE_CLASS), "one day": sums(AUC, ONE_DAY)}
    found = checks(replace(evaluation(MIXED), slices=slices))

    assert {name: found[f"slice {name}"].verdict for name in slices} == {
        "mixed": "passed",
        "one class": "unknown",
        "one day": "unknown",
    }
    assert found["slice one class"].sentence == (
        "Slice one class: AUC has no value on these rows: it needs rows of more than one class."
    )
    assert found["slice one day"].sentence == (
        "Slice one day: AUC has no bounds: all that shows a gain is in one day or bucket."
    )


def test_a_slice_in_which_one_model_has_no_value_is_unknown():
    rows = np.full(6, 20.0)
    values = np.column_stack([rows, rows])
    broken = PairedSums(rows, values * np.nan, values)
    found = checks(
        replace(
            evaluation(MIXED, F1),
            metrics=(find_metric("error_rate", "classification"),),
            sums=(PairedSums(rows, values, values),),
            slices={"broken": broken},
        )
    )

    assert found["slice broken"].verdict == "unknown"


@pytest.mark.parametrize("label", [ONE_CLASS, ONE_DAY], ids=["one class", "one day"])
@pytest.mark.parametrize("question", ["first", "refresh", "change"])
def test_a_hold_out_without_a_value_is_not_enough_evidence(question, label):
    gain = next(each for each in judge(GateTerms(question), evaluation(label)) if each.name == "gain")

    assert gain.verdict == "not_enough_evidence"


def test_guards_and_floors_without_a_value_are_not_enough_evidence():
    rate = find_metric("error_rate", "classification")
    both = Evaluation((rate, AUC), (sums(rate, ONE_CLASS), sums(AUC, ONE_CLASS)), True, INDEPENDENT)
    found = checks(both, guards=("auc",), floors={"auc": 0.8})

    assert (found["gain"].verdict, found["guard_auc"].verdict) == ("passed", "not_enough_evidence")
    assert (found["floor_auc"].verdict, found["floor_auc"].value) == ("not_enough_evidence", None)
    assert found["floor_auc"].sentence == (
        "gate.floors: AUC has no value on these rows: it needs rows of more than one class."
    )


def test_a_first_period_without_a_value_is_unknown_also_where_it_counts():
    old = replace(evaluation(MIXED), first_period=sums(AUC, ONE_CLASS))

    assert checks(old, keeps_first_population=True)["forgetting"].verdict == "unknown"


def test_a_rare_class_has_a_first_champion_by_its_area_although_it_is_never_predicted():
    random = np.random.default_rng(3)
    label = np.where(random.uniform(size=2_400) < 0.025, "yes", "no").astype(object)
    days = np.repeat(np.arange(12), 200)
    score = np.clip(0.02 + 0.06 * (label == "yes") + random.normal(0, 0.02, len(label)), 0.001, 0.4)
    candidate = Predictions(
        label, np.full(len(label), "no", dtype=object), np.column_stack([1 - score, score]), ("no", "yes")
    )
    trivial = CLASSIFICATION.trivial_answers('{"no": 0.975, "yes": 0.025}', label)

    metrics = tuple(find_metric(name, "classification") for name in ("auc", "error_rate", "log_loss"))
    summed = tuple(paired_sums(metric, candidate, trivial, days) for metric in metrics)
    found = Evaluation(metrics, summed, True, INDEPENDENT, Sanity())
    by_name = {each.name: each for each in judge(GateTerms("first", floors={"auc": 0.85}), found)}

    assert by_name["gain"].verdict == "passed"
    assert (by_name["gain"].metric, by_name["gain"].baseline_error) == ("auc", 0.5)
    assert by_name["gain"].candidate_error > 0.9
    assert by_name["reported_error_rate"].value == 0.0
    assert by_name["reported_log_loss"].value > 0
