"""Systematic change is taken out of the label, and put back."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LogisticRegression, Ridge

from recipes import ridge
from retraining.errors import SpecError
from retraining.strategies.differenced_target import DifferencedTarget
from retraining.strategies.rows import as_rows
from served_model.differenced import SECONDS_A_DAY

DAY = 15_706 + np.arange(400.0)  # from 2013-01-01
R = np.random.default_rng(2)
X = pd.DataFrame({"gelesen am": DAY * SECONDS_A_DAY, "x": R.normal(size=400), "week ago": np.arange(400.0) - 7})
WEEKLY = 10 * (np.arange(400) % 7 == 5)
LABEL = pd.Series(100 + 0.5 * np.arange(400) + WEEKLY + 2 * X["x"])
EVERY_WAY = (
    {"subtract": "week ago"},
    {"trend": True, "time_column": "gelesen am"},
    {"season_days": 7, "time_column": "gelesen am"},
    {"subtract": "week ago", "trend": True, "season_days": 7, "time_column": "gelesen am"},
)


@pytest.mark.parametrize("options", EVERY_WAY, ids=["difference", "trend", "season", "all"])
def test_what_was_taken_out_is_put_back(options):
    strategy = DifferencedTarget(ridge.pipeline(["x"], [], {}), **options)
    level = strategy.level_of(as_rows(X, LABEL, None, None)).of(X)

    model = strategy.fit(X, LABEL).model_

    assert np.allclose((LABEL - level) + level, LABEL, rtol=1e-13)
    assert np.array_equal(model.predict(X), model.model.predict(X) + level)


def test_a_trend_goes_on_where_a_plain_model_stops():
    known, later = slice(0, 300), slice(300, 400)
    options = {"trend": True, "season_days": 7, "time_column": "gelesen am"}

    def error(strategy):
        return np.abs(strategy.fit(X[known], LABEL[known]).predict(X[later]) - LABEL[later]).max()

    assert error(DifferencedTarget(ridge.pipeline(["x"], [], {}), **options)) < 1
    assert error(DifferencedTarget(ridge.pipeline(["x"], [], {}), subtract="week ago")) > 20


def test_seasons_shorter_than_two_days_have_a_mean_for_each_hour():
    hours = pd.DataFrame({"at": np.arange(240) * 3_600.0})
    label = pd.Series(np.arange(240) % 24, dtype=float)

    model = DifferencedTarget(DummyRegressor(), time_column="at", season_days=1).fit(hours, label).model_

    assert np.allclose(model.predict(hours), label)
    assert len(model.level.seasonal) == 24


def test_gaps_have_a_defined_answer():
    options = EVERY_WAY[3]
    gaps = X.assign(**{"gelesen am": np.nan, "week ago": np.nan})
    model = DifferencedTarget(ridge.pipeline(["x"], [], {}), **options).fit(X, LABEL).model_

    assert np.isfinite(model.predict(gaps)).all()
    assert np.isfinite(DifferencedTarget(ridge.pipeline(["x"], [], {}), **options).fit(gaps, LABEL).predict(X)).all()


@pytest.mark.parametrize("rows", [1, 2])
def test_one_row_and_rows_of_one_moment_have_no_trend(rows):
    same = pd.concat([X[:1]] * rows, ignore_index=True)

    strategy = DifferencedTarget(DummyRegressor(), trend=True, time_column="gelesen am").fit(same, LABEL[:rows])

    assert strategy.model_.level.slope == 0
    assert np.allclose(strategy.predict(same), LABEL[:rows].mean())


def test_classes_have_no_differences_and_a_missing_column_is_named():
    with pytest.raises(SpecError, match=r"LogisticRegression predicts classes, and only numbers have differences. Ch"):
        DifferencedTarget(LogisticRegression(), subtract="x").check()
    with pytest.raises(SpecError, match=r"it reads month ago, and the rows have no such column. Name features in"):
        DifferencedTarget(Ridge(), subtract="month ago").fit(X, LABEL)
