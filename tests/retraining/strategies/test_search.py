"""Trials of a search, and which of them is chosen."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression

from retraining.errors import SpecError
from retraining.kinds.classification import CLASSIFICATION
from retraining.kinds.regression import REGRESSION
from retraining.strategies.backtest import DatedRows, Judging
from retraining.strategies.choose_form import choose_form
from retraining.strategies.full_refit import FullRefit
from retraining.strategies.trials import Outcome, blocks_of, try_strategy, what_it_says

FIRST_DAY = 15_706  # 2013-01-01
BY_RMSE = Judging(6, REGRESSION, REGRESSION.followed)
RMSE = REGRESSION.followed
AUC = CLASSIFICATION.metrics["auc"]


def rows(days: int, rows_a_day: int = 4, has_time: bool = True) -> DatedRows:
    day = np.repeat(np.arange(days), rows_a_day)
    x = np.random.default_rng(1).uniform(-1, 1, len(day))
    return DatedRows(pd.DataFrame({"x": x}), pd.Series(2 * x), FIRST_DAY + day, has_time)


def days_of(block, of: DatedRows):
    return [sorted(set((of.days[which] - FIRST_DAY).tolist())) for which in (block.learned, block.judged)]


def test_blocks_are_as_long_as_the_holdout_and_learn_only_what_is_older():
    of = rows(20)

    assert [days_of(block, of) for block in blocks_of(of, BY_RMSE, 3)] == [
        [list(range(14)), list(range(14, 20))],
        [list(range(8)), list(range(8, 14))],
        [list(range(2)), list(range(2, 8))],
    ]


def test_a_block_before_which_there_is_nothing_is_left_out():
    assert len(blocks_of(rows(12), BY_RMSE, 20)) == 1
    assert blocks_of(rows(6), BY_RMSE, 3) == ()
    assert blocks_of(rows(0), BY_RMSE, 3) == ()


def test_a_block_whose_older_rows_have_one_class_is_left_out():
    of = rows(20)
    label = pd.Series(np.where(of.days - FIRST_DAY < 9, "early", np.where(of.features["x"] > 0, "late", "early")))
    judging = Judging(6, CLASSIFICATION, CLASSIFICATION.followed)

    assert len(blocks_of(DatedRows(of.features, label, of.days), judging, 3)) == 1


def test_where_keys_judge_every_row_judges_once_and_never_what_it_taught():
    of = rows(5, has_time=False)

    blocks = blocks_of(of, Judging(0, REGRESSION, RMSE), 3)

    assert sum(block.judged.astype(int) for block in blocks).tolist() == [1] * 20
    assert not any((block.judged & block.learned).any() for block in blocks)
    assert len(blocks_of(of, Judging(0, REGRESSION, RMSE), 1)) == 2


def test_a_trial_adds_up_its_days():
    of = rows(20)

    outcome = try_strategy(FullRefit(LinearRegression()), of, blocks_of(of, BY_RMSE, 3), BY_RMSE)

    assert outcome.problem is None
    assert outcome.totals.shape[0] == 18
    assert outcome.totals[:, 0].tolist() == [4.0] * 18
    assert float(RMSE.value(outcome.totals.sum(axis=0))) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("metric", ["auc", "f1", "log_loss", "accuracy", "error_rate"])
def test_trials_of_classes_can_be_added_up_over_blocks_that_know_different_ones(metric):
    of = rows(20)
    label = pd.Series(np.select([of.days - FIRST_DAY > 15, of.features["x"] > 0], ["new", "late"], "early"))
    judging = Judging(6, CLASSIFICATION, CLASSIFICATION.metrics[metric])
    dated = DatedRows(of.features, label, of.days)

    outcome = try_strategy(FullRefit(LogisticRegression()), dated, blocks_of(dated, judging, 3), judging)

    assert outcome.problem is None
    assert outcome.totals.shape[0] == 18


class Refuses(LinearRegression):
    def fit(self, features, label, sample_weight=None):
        raise ValueError("could not convert string to float: 'Anna Smith'")


def test_a_trial_that_fails_says_why_without_values_of_rows():
    of = rows(20)

    outcome = try_strategy(FullRefit(Refuses()), of, blocks_of(of, BY_RMSE, 1), BY_RMSE)

    assert (outcome.totals, outcome.problem) == (None, "ValueError: could not convert string to float: ...")
    assert what_it_says(SpecError("Ridge has no partial_fit.\nMore.")) == "Ridge has no partial_fit"


class Explodes(LinearRegression):
    def predict(self, features):
        return np.full(len(features), np.inf)


def test_a_trial_without_a_finite_error_failed():
    of = rows(20)

    outcome = try_strategy(FullRefit(Explodes()), of, blocks_of(of, BY_RMSE, 1), BY_RMSE)

    assert outcome.problem == "its rmse on the rows that judge is not a finite number"


def of_errors(*daily: list[float]) -> list[Outcome]:
    """Outcomes whose squared errors of ten days are given; each day has one row."""
    return [Outcome(np.column_stack([np.ones(len(each)), np.asarray(each)]), 1.0) for each in daily]


STEADY = [1.0] * 10


def test_without_a_champion_the_least_error_wins():
    choice = choose_form([*of_errors(STEADY, [0.5] * 10), Outcome(None, 0.0, "no")], None, RMSE, 0.05)

    assert choice.place == 1
    assert choice.because == "Trial 2 errs least of 2 that were finished. There is no champion whose form was tried."


def test_the_champions_form_goes_on_where_another_gains_too_little():
    choice = choose_form(of_errors(STEADY, [0.95] * 10), 0, RMSE, 0.05)

    assert choice.place == 0
    assert choice.because == (
        "Trial 2 gains 2.5% on the champion's form, give or take 0.0%: a change needs gate.min_gain (5.0%) and more "
        "than chance, so the champion's form goes on."
    )


def test_the_champions_form_goes_on_where_the_gain_may_be_chance():
    lucky = [0.01, *[1.1] * 9]

    assert choose_form(of_errors(STEADY, lucky), 0, RMSE, 0.0).place == 0
    assert choose_form(of_errors(STEADY, [0.8] * 10), 0, RMSE, 0.05).place == 1


def test_a_clear_gain_is_asked_as_a_change():
    choice = choose_form(of_errors(STEADY, [0.5, 0.6] * 5), 0, RMSE, 0.05)

    assert choice.place == 1
    assert choice.because.endswith("more than chance, so it goes to the gate as a change.")


def test_a_failed_form_of_the_champion_gives_way():
    assert choose_form([Outcome(None, 0.0, "no"), *of_errors(STEADY)], 0, RMSE, 0.05).place == 1
    assert choose_form([Outcome(None, 0.0, "no")] * 2, 0, RMSE, 0.05).place is None


def test_where_one_is_best_the_greatest_value_wins():
    of = rows(20)
    label = pd.Series(np.where(of.features["x"] > 0, "late", "early"))
    judging = Judging(6, CLASSIFICATION, AUC)
    dated = DatedRows(of.features, label, of.days)
    blocks = blocks_of(dated, judging, 2)

    tried = [
        try_strategy(FullRefit(each), dated, blocks, judging) for each in (DummyClassifier(), LogisticRegression())
    ]

    assert choose_form(tried, 0, AUC, 0.05).place == 1
