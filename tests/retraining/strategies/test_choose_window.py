"""How much history a refit learns from."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression

from retraining.kinds.classification import CLASSIFICATION
from retraining.kinds.regression import REGRESSION
from retraining.strategies.backtest import DatedRows, Judging
from retraining.strategies.choose_window import WindowChoice
from retraining.strategies.choose_window import choose_window as choose_window_of
from retraining.strategies.full_refit import FullRefit

FIRST_DAY = 15_706  # 2013-01-01
BY_RMSE = Judging(6, REGRESSION, REGRESSION.followed)
BY_ERROR_RATE = Judging(6, CLASSIFICATION, CLASSIFICATION.followed)


def choose_window(estimator, rows, windows, judging):
    return choose_window_of(FullRefit(estimator), rows, windows, judging)


def history(days: int, changes_on: int | None = None, rows_a_day: int = 10):
    """Features, label and day of each row: y is 2 x, and -2 x from day changes_on (counted from 0) on."""
    day = np.repeat(np.arange(days), rows_a_day)
    x = np.random.default_rng(1).uniform(-1, 1, len(day))
    slope = np.where(day >= (days if changes_on is None else changes_on), -2.0, 2.0)
    return pd.DataFrame({"x": x}), pd.Series(slope * x), FIRST_DAY + day


def choose(frame, windows, judged_days=6) -> WindowChoice:
    return choose_window(
        LinearRegression(), DatedRows(*frame), windows, Judging(judged_days, REGRESSION, REGRESSION.followed)
    )


def test_a_window_is_chosen_that_lies_after_the_change_of_the_concept():
    choice = choose(history(60, changes_on=40), (10, 40))

    assert choice.days == 10
    assert dict(choice.errors)[10] == pytest.approx(0.0, abs=1e-9)
    assert dict(choice.errors)[None] > dict(choice.errors)[40] > 0.5


def test_all_of_the_history_is_kept_when_no_window_does_better():
    features, label, days = history(60)
    noise = pd.Series(np.random.default_rng(2).normal(0, 1, len(label)))

    assert choose((features, label + noise, days), (1, 2)).days is None


def test_windows_that_the_history_does_not_fill_are_not_tried():
    choice = choose(history(30), (7, 24, 91))  # 24 days come before the 6 that judge, so 24 is all of them

    assert [length for length, _ in choice.errors] == [None, 7]


@pytest.mark.parametrize(("days", "windows"), [(30, (28, 91)), (30, ()), (6, (1,)), (3, (1,))])
def test_without_a_window_to_try_nothing_is_fitted(days, windows):
    assert choose_window("no estimator", DatedRows(*history(days)), windows, BY_RMSE) == WindowChoice(None, ())


def test_the_days_that_judge_play_no_part_in_the_fits():
    features, label, days = history(40, changes_on=34)  # the concept changes with the first of the 6 judging days

    errors = dict(choose((features, label, days), (10,)).errors)

    assert errors[None] == pytest.approx(errors[10])
    assert errors[None] > 1


def test_a_window_ends_where_the_judging_days_start():
    features, label, days = history(40, changes_on=24)

    assert dict(choose((features, label, days), (10, 11)).errors)[10] == pytest.approx(0.0, abs=1e-9)
    assert dict(choose((features, label, days), (10, 11)).errors)[11] > 0.01


def test_the_estimator_passed_in_stays_unfitted():
    estimator = LinearRegression()

    choose_window(estimator, DatedRows(*history(40)), (10,), BY_RMSE)

    assert not hasattr(estimator, "coef_")


def classes(days: int, label) -> DatedRows:
    features, _, day = history(days)
    return DatedRows(features, pd.Series(label(day - FIRST_DAY), dtype=object), day)


def test_classes_are_judged_by_the_share_of_wrong_ones():
    rows = classes(40, lambda day: np.where((day >= 20) & (day != 38), "late", "early"))

    choice = choose_window(DummyClassifier(), rows, (15,), BY_ERROR_RATE)

    assert choice == WindowChoice(15, ((None, 5 / 6), (15, 1 / 6)))


def test_a_window_of_one_class_is_left_out_with_the_reason():
    rows = classes(40, lambda day: np.where((day < 20) & (day % 2 == 0), "late", "early"))

    choice = choose_window(LogisticRegression(), rows, (10,), BY_ERROR_RATE)

    assert [length for length, _ in choice.errors] == [None]
    why = "all 100 rows have the same class, and a classifier needs rows of at least 2"
    assert (choice.days, choice.left_out) == (None, ((10, why),))


def test_a_window_that_would_have_one_class_on_the_newest_days_is_left_out():
    rows = classes(40, lambda day: np.where(day < 29, np.where(day % 2 == 0, "late", "early"), "early"))

    choice = choose_window(LogisticRegression(), rows, (10,), BY_ERROR_RATE)

    assert [length for length, _ in choice.errors] == [None]
    assert [length for length, _ in choice.left_out] == [10]


def test_where_every_window_has_one_class_all_of_the_history_is_kept():
    rows = classes(40, lambda day: np.where(day == 39, "late", "early"))

    choice = choose_window(LogisticRegression(), rows, (10,), BY_ERROR_RATE)

    assert (choice.days, choice.errors) == (None, ())
    assert [length for length, _ in choice.left_out] == [None, 10]


class Broken(LinearRegression):
    """Predicts NaN where it was fitted on few rows."""

    def fit(self, features, label):
        self.few_ = len(label) < 150
        return super().fit(features, label)

    def predict(self, features):
        return super().predict(features) * (np.nan if self.few_ else 1.0)


def test_a_window_without_a_finite_error_is_never_chosen():
    choice = choose_window(Broken(), DatedRows(*history(60, changes_on=40)), (10, 20), BY_RMSE)

    assert choice.days == 20
    assert choice.left_out == ((10, "its rmse on the days that judge is not a finite number"),)


def test_a_regression_is_judged_by_the_metric_of_the_gate():
    label = np.where(np.arange(400) // 10 < 20, 0.0, np.where(np.arange(400) % 10 == 0, 30.0, 1.0))
    features, _, day = history(40)
    rows = DatedRows(features, pd.Series(label), day)
    by_mae = Judging(6, REGRESSION, REGRESSION.metrics["mae"])

    # The new days are mostly 1 and sometimes 30: their mean, 3.9, has the smaller RMSE, a smaller mean the smaller MAE.
    chosen = [choose_window(DummyRegressor(), rows, (14,), each).days for each in (BY_RMSE, by_mae)]

    assert chosen == [14, None]


def rare(metric: str, model: object = None) -> WindowChoice:
    """One row of ten is late. Since day 20 the rows that are late are those with a small x, not a large one; they are
    so few that no model says of a row that it is late."""
    features, _, day = history(60)
    x = np.tile(np.linspace(-0.1, 0.1, 10), 60)
    late = np.where(day - FIRST_DAY >= 20, x < -0.09, x > 0.09)
    rows = DatedRows(features.assign(x=x), pd.Series(np.where(late, "late", "early"), dtype=object), day)
    judging = Judging(6, CLASSIFICATION, CLASSIFICATION.metrics[metric])
    return choose_window(model or LogisticRegression(), rows, (14, 40), judging)


def test_the_error_rate_of_a_rare_class_ties_and_its_auc_does_not():
    assert rare("error_rate").errors == ((None, 0.1), (14, 0.1), (40, 0.1))
    assert dict(rare("auc", LogisticRegression(C=1e3)).errors)[14] == pytest.approx(0.0, abs=1e-3)


def test_a_loss_of_probabilities_tells_windows_apart_that_name_the_same_classes():
    errors = dict(rare("log_loss").errors)

    assert errors[40] < errors[14] < errors[None]


@pytest.mark.parametrize("metric", ["auc", "f1", "log_loss", "accuracy"])
def test_windows_that_know_different_classes_are_measured_over_all_of_them(metric):
    rows = classes(40, lambda day: np.where(day < 15, "gone", np.where(np.arange(len(day)) % 2 == 0, "late", "early")))

    choice = choose_window(
        LogisticRegression(), rows, (10, 20), Judging(6, CLASSIFICATION, CLASSIFICATION.metrics[metric])
    )

    assert [length for length, error in choice.errors if np.isfinite(error)] == [None, 10, 20]


@pytest.mark.parametrize("metric", ["auc", "f1"])
def test_days_that_judge_with_one_class_only_leave_all_of_the_history_or_a_finite_error(metric):
    rows = classes(40, lambda day: np.where(day >= 34, "early", np.where(np.arange(len(day)) % 2, "late", "early")))

    choice = choose_window(
        LogisticRegression(), rows, (10,), Judging(6, CLASSIFICATION, CLASSIFICATION.metrics[metric])
    )

    assert choice.days is None or dict(choice.errors)[choice.days] >= 0
    assert len(choice.errors) + len(choice.left_out) == 2


def test_no_row_leaves_all_of_the_history():
    nothing = DatedRows(pd.DataFrame({"x": []}), pd.Series([], dtype=float), np.array([], dtype=np.int64))

    assert choose_window(LinearRegression(), nothing, (10,), BY_RMSE) == WindowChoice(None, ())
