"""Sources that are wrong in ways of their own: a defined answer for every series, and none lost."""

import faulthandler
import os
import sys
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from tests.retraining.forecasting.series import air_passengers, daily

from retraining.forecasting.buckets import Bucket, act_on_bucket, forecast_bucket
from retraining.forecasting.find_forecaster import Candidate
from retraining.forecasting.panel_plan import PanelPlan
from retraining.forecasting.seasonal_naive import Naive
from retraining.rules.panel.regular import Calendar
from retraining.rules.panel.steps import steps_of

CANDIDATES = (Candidate("AutoETS", "AutoETS"),)
MANY = 10_000
OF_BUCKET = 500


def bucket_at(last, frequency="daily", season=7, missing="error", candidates=CANDIDATES):
    origin = int(steps_of(pd.DatetimeIndex([last]), frequency)[0])
    return Bucket(PanelPlan(7, season, (80, 95), candidates), Calendar(frequency, season, missing), origin)


def specified(times, values, bucket):
    rows = pd.DataFrame({"series": "a", "time": pd.DatetimeIndex(times), "value": values})
    models = act_on_bucket(rows, pd.DataFrame(), {"a": "respecify"}, bucket)
    return models.iloc[0], forecast_bucket(rows, models, bucket)


def monthly():
    return pd.date_range("1949-01-31", periods=144, freq="ME")


@pytest.mark.parametrize(
    ("missing", "forecaster", "reason"),
    [
        ("error", "fallback", "1 step without a row and 0 rows without a value; forecast.missing says"),
        ("gap", "AutoETS", "past origins"),
        ("zero", "AutoETS", "past origins"),
    ],
)
def test_a_missing_month_is_what_the_spec_says(missing, forecaster, reason):
    there = np.arange(144) != 60
    bucket = bucket_at("1960-12-31", "monthly", 12, missing)

    model, ahead = specified(monthly()[there], air_passengers()[there], bucket)

    assert model["forecaster"] == forecaster
    assert reason in model["reason"]
    assert np.isfinite(ahead["forecast"]).all()
    assert ahead["time"].iloc[0] == pd.Timestamp("1961-01-31")


def test_days_at_any_hour_and_with_holes_are_steps_with_gaps():
    hours = np.random.default_rng(3).integers(0, 24, 120)
    times = pd.date_range("2013-01-01", periods=120) + pd.to_timedelta(hours, unit="h")
    there = np.ones(120, dtype=bool)
    there[[20, 21, 22, 50]] = False

    model, ahead = specified(times[there], daily(120)[there], bucket_at("2013-04-30", missing="gap"))

    assert model["forecaster"] != "fallback"
    assert model["points"] == 120 - 51  # the newest stretch without a gap
    assert np.isfinite(ahead["forecast"]).all()


def test_two_values_of_one_day_are_a_conflict_that_is_counted():
    times = pd.date_range("2013-01-01", periods=60)
    twice = times.append(times[[30]] + pd.Timedelta(hours=5))

    model, ahead = specified(twice, np.append(daily(60), 999.0), bucket_at("2013-03-01"))

    assert model["forecaster"] == "fallback"
    assert "1 step with rows of different values" in model["reason"]
    assert np.isfinite(ahead["forecast"]).all()


def test_days_of_a_zone_whose_clock_changes_are_consecutive():
    local = pd.date_range("2013-02-01", periods=90, tz="Europe/Berlin").tz_convert("UTC").tz_localize(None)

    model, ahead = specified(local, daily(90), bucket_at("2013-05-01"))

    assert model["forecaster"] == "AutoETS"
    assert (ahead["time"].dt.hour == 22).all()  # midnight in Berlin's summer


class Aborting(Naive):
    """A library whose C++ code ends the process at one series."""

    def fit(self, points, form=None):
        if points.values[0] == -1.0:
            faulthandler.disable()
            os.abort()
        return super().fit(points, form)


@pytest.mark.slow
def test_of_ten_thousand_series_one_that_ends_the_process_costs_only_itself(monkeypatch):
    module = ModuleType("recipes.own_models")
    module.aborting = Aborting
    monkeypatch.setitem(sys.modules, "recipes.own_models", module)
    bucket = bucket_at("2013-01-12", candidates=(Candidate("own", "recipes.own_models.aborting"),))
    values = np.random.default_rng(1).normal(60, 5, (MANY, 12))
    values[7_777, 0] = -1.0
    times = pd.date_range("2013-01-01", periods=12)

    found = []
    for first in range(0, MANY, OF_BUCKET):
        keys = [f"{number:05}" for number in range(first, first + OF_BUCKET)]
        rows = pd.DataFrame(
            {
                "series": np.repeat(keys, 12),
                "time": np.tile(times.to_numpy(), OF_BUCKET),
                "value": values[first : first + OF_BUCKET].ravel(),
            }
        )
        found.append(act_on_bucket(rows, pd.DataFrame(), dict.fromkeys(keys, "respecify"), bucket, 60.0))
    models = pd.concat(found, ignore_index=True)

    assert sorted(models["series"]) == [f"{number:05}" for number in range(MANY)]
    fallbacks = models[models["forecaster"] == "fallback"]
    assert fallbacks["series"].tolist() == ["07777"]
    assert fallbacks["reason"].iloc[0] == "The process that fitted it ended with code -6."
