"""How much history a refit learns from."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression

from retraining.kinds.classification import CLASSIFICATION
from retraining.kinds.regression import REGRESSION
from retraining.strategies.choose_window import DatedRows, WindowChoice, choose_window

FIRST_DAY = 15_706  # 2013-01-01


def history(days: int, changes_on: int | None = None, rows_a_day: int = 10):
    """Features, label and day of each row: y is 2 x, and -2 x from day changes_on (counted from 0) on."""
    day = np.repeat(np.arange(days), rows_a_day)
    x = np.random.default_rng(1).uniform(-1, 1, len(day))
    slope = np.where(day >= (days if changes_on is None else changes_on), -2.0, 2.0)
    return pd.DataFrame({"x": x}), pd.Series(slope * x), FIRST_DAY + day


def choose(frame, windows, judged_days=6) -> WindowChoice:
    return choose_window(LinearRegression(), DatedRows(*frame), windows, judged_days, REGRESSION)


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
    assert choose_window("no estimator", DatedRows(*history(days)), windows, 6, REGRESSION) == WindowChoice(None, ())


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

    choose_window(estimator, DatedRows(*history(40)), (10,), 6, REGRESSION)

    assert not hasattr(estimator, "coef_")


def classes(days: int, label) -> DatedRows:
    features, _, day = history(days)
    return DatedRows(features, pd.Series(label(day - FIRST_DAY), dtype=object), day)


def test_classes_are_judged_by_the_share_of_wrong_ones():
    rows = classes(40, lambda day: np.where((day >= 20) & (day != 38), "late", "early"))

    choice = choose_window(DummyClassifier(), rows, (15,), 6, CLASSIFICATION)

    assert choice == WindowChoice(15, ((None, 5 / 6), (15, 1 / 6)))


def test_a_window_of_one_class_is_left_out_with_the_reason():
    rows = classes(40, lambda day: np.where((day < 20) & (day % 2 == 0), "late", "early"))

    choice = choose_window(LogisticRegression(), rows, (10,), 6, CLASSIFICATION)

    assert [length for length, _ in choice.errors] == [None]
    why = "all 100 rows have the same class, and a classifier needs rows of at least 2"
    assert (choice.days, choice.left_out) == (None, ((10, why),))


def test_a_window_that_would_have_one_class_on_the_newest_days_is_left_out():
    rows = classes(40, lambda day: np.where(day < 29, np.where(day % 2 == 0, "late", "early"), "early"))

    choice = choose_window(LogisticRegression(), rows, (10,), 6, CLASSIFICATION)

    assert [length for length, _ in choice.errors] == [None]
    assert [length for length, _ in choice.left_out] == [10]


def test_where_every_window_has_one_class_all_of_the_history_is_kept():
    rows = classes(40, lambda day: np.where(day == 39, "late", "early"))

    choice = choose_window(LogisticRegression(), rows, (10,), 6, CLASSIFICATION)

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
    choice = choose_window(Broken(), DatedRows(*history(60, changes_on=40)), (10, 20), 6, REGRESSION)

    assert choice.days == 20
    assert choice.left_out == ((10, "its error on the days that judge is not a finite number"),)
