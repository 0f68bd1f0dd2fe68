"""A bucket of series in, a row a series out, whatever the series are like."""

import json
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from tests.retraining.forecasting.series import air_passengers, daily, intermittent

from retraining.forecasting.buckets import (
    Bucket,
    act_on_bucket,
    follow_bucket,
    forecast_bucket,
    unknown_ahead,
    with_hits,
)
from retraining.forecasting.evidence import wanted_by_bucket
from retraining.forecasting.find_forecaster import Candidate
from retraining.forecasting.panel_plan import PanelPlan
from retraining.forecasting.series_key import series_key
from retraining.records.panel import SeriesLimits, SeriesModel
from retraining.rules.panel.regular import Calendar
from retraining.rules.panel.steps import steps_of

NAN = np.nan
START = "2013-01-01"
CANDIDATES = tuple(Candidate(name, name) for name in ("AutoETS", "CrostonSBA"))


def bucket_at(day, missing="error", horizon=7, candidates=CANDIDATES, season=7):
    origin = int(steps_of(pd.DatetimeIndex([START]), "daily")[0]) + day
    return Bucket(PanelPlan(horizon, season, (80, 95), candidates), Calendar("daily", season, missing), origin)


def rows_of(**series):
    frames = [
        pd.DataFrame({"series": key, "time": pd.date_range(START, periods=len(values)), "value": values})
        for key, values in series.items()
    ]
    return pd.concat(frames, ignore_index=True)


def specified(rows, bucket):
    return act_on_bucket(rows, pd.DataFrame(), dict.fromkeys(rows["series"].unique(), "respecify"), bucket)


def by_series(table):
    return {row["series"]: row for row in table.to_dict("records")}


def with_value(values, place, value):
    changed = values.copy()
    changed[place] = value
    return changed


ODD = {
    "one": [5.0],
    "two": [5.0, 6.0],
    "three": [5.0, 6.0, 7.0],
    "constant": [4.0] * 60,
    "zero": [0.0] * 60,
    "spike": list(with_value(daily(60), 30, 1e12)),
    "nan": list(with_value(daily(60), 30, NAN)),
    "infinite": list(with_value(daily(60), 30, np.inf)),
    "only_nan": [NAN] * 60,
    "negative": list(daily(60) - 60),
    "sparse": list(intermittent(60)),
    "good": list(daily(60)),
}


def test_every_odd_series_has_a_model_or_a_reason_and_a_forecast():
    rows = rows_of(**ODD)
    bucket = bucket_at(59)

    models = specified(rows, bucket)
    forecasts = forecast_bucket(rows, models, bucket)

    found = by_series(models)
    assert set(found) == set(ODD)
    fallen = {key for key, row in found.items() if row["forecaster"] == "fallback"}
    assert fallen == set(ODD) - {"negative", "sparse", "good"}
    assert all(row["reason"].endswith(".") for row in found.values())
    assert forecasts.groupby("series").size().to_dict() == dict.fromkeys(ODD, 7)
    answered = forecasts.groupby("series")["forecast"].apply(lambda each: bool(np.isfinite(each).all()))
    assert answered.to_dict() == {**dict.fromkeys(ODD, True), "only_nan": False}


def test_the_forecast_of_a_series_with_a_spike_is_not_the_spike():
    rows = rows_of(spike=ODD["spike"])
    bucket = bucket_at(59)

    forecasts = forecast_bucket(rows, specified(rows, bucket), bucket)

    assert forecasts["forecast"].max() < 1000


def test_the_library_answers_with_a_constant_for_one_nan_and_we_do_not_ask_it():
    from statsforecast.models import AutoARIMA

    values = with_value(air_passengers(), 5, NAN)
    with pytest.warns(UserWarning, match="seasonal unit root"):
        of_library = AutoARIMA(season_length=12).fit(values).predict(12)["mean"]
    assert len(set(of_library)) == 1

    bucket = bucket_at(143, candidates=(Candidate("AutoARIMA", "AutoARIMA"),), season=12)
    model = by_series(specified(rows_of(air=values), bucket))["air"]

    assert model["forecaster"] == "fallback"
    assert "1 row without a value" in model["reason"]


def test_a_horizon_longer_than_the_history_is_forecast():
    rows = rows_of(short=daily(12), tiny=[1.0, 2.0])
    bucket = bucket_at(11, horizon=40)

    forecasts = forecast_bucket(rows, specified(rows, bucket), bucket)

    assert len(forecasts) == 80
    assert np.isfinite(forecasts["forecast"]).all()


def test_a_season_longer_than_the_history_is_left_out():
    bucket = bucket_at(29, season=52)

    model = by_series(specified(rows_of(a=daily(30)), bucket))["a"]

    assert (model["season_length"], model["forecaster"]) == (1, "AutoETS")


def test_future_rows_are_not_learned():
    bucket = bucket_at(59)
    early = specified(rows_of(a=daily(60)), bucket)

    late = specified(rows_of(a=[*daily(60), 1e6, 1e6]), bucket)

    assert late.equals(early)


def test_intervals_surround_the_forecast_and_grow():
    rows = rows_of(a=daily(120))
    forecasts = forecast_bucket(rows, specified(rows, bucket_at(119)), bucket_at(119))

    width = (forecasts["upper_95"] - forecasts["lower_95"]).to_numpy()
    assert (forecasts["lower_95"] < forecasts["lower_80"]).all()
    assert (forecasts["lower_80"] < forecasts["forecast"]).all()
    assert (np.diff(width) > -1e-9).all()


def test_misses_make_the_intervals_of_their_series_wider():
    rows = rows_of(a=daily(60), b=daily(60, 2))
    bucket = bucket_at(59)
    models = specified(rows, bucket)
    hits = pd.DataFrame({"series": "a", "level": [80] * 8 + [95] * 8, "inside": [False] * 16})

    before = forecast_bucket(rows, models, bucket)
    after = forecast_bucket(rows, with_hits(models, hits), bucket)

    wider = (after["upper_80"] - after["forecast"]) / (before["upper_80"] - before["forecast"])
    assert wider.round(2).tolist() == [1.38] * 7 + [1.0] * 7


def test_a_fallback_that_has_to_wait_stays_a_fallback():
    rows = rows_of(a=daily(60))
    early = specified(rows, bucket_at(4))

    later = act_on_bucket(rows, early, {"a": "fallback"}, bucket_at(59))

    assert later["forecaster"].tolist() == ["fallback"]


def test_forecasts_are_stamped_with_the_next_times():
    rows = rows_of(a=daily(60))
    forecasts = forecast_bucket(rows, specified(rows, bucket_at(59)), bucket_at(59))

    assert forecasts["time"].tolist() == pd.date_range("2013-03-02", periods=7).tolist()


def updated(rows, models, bucket):
    return act_on_bucket(rows, models, dict.fromkeys(models["series"], "update_state"), bucket)


def test_day_by_day_or_all_at_once_is_the_same_model():
    rows = rows_of(a=daily(130), b=intermittent(130), c=[3.0] * 130)
    start = specified(rows, bucket_at(99))
    at_once = updated(rows, start, bucket_at(129))

    daily_models = start
    for day in range(100, 130):
        daily_models = updated(rows, daily_models, bucket_at(day))

    ours = forecast_bucket(rows, daily_models, bucket_at(129))
    theirs = forecast_bucket(rows, at_once, bucket_at(129))
    np.testing.assert_allclose(ours["forecast"], theirs["forecast"], rtol=1e-9)
    assert daily_models["updated_until"].tolist() == at_once["updated_until"].tolist()
    assert json.loads(daily_models["blocks"][0])[-1]["points"] == json.loads(at_once["blocks"][0])[-1]["points"]


def test_an_update_needs_only_the_newest_points():
    rows = rows_of(a=daily(130))
    start = specified(rows, bucket_at(119))
    newest = rows[rows["time"] >= "2013-04-15"]

    assert updated(newest, start, bucket_at(129)).equals(updated(rows, start, bucket_at(129)))


def test_an_update_twice_changes_nothing():
    rows = rows_of(a=daily(130))
    once = updated(rows, specified(rows, bucket_at(119)), bucket_at(129))

    twice = updated(rows, once, bucket_at(129))

    assert twice["state"].tolist() == once["state"].tolist()
    assert twice["action"].tolist() == ["keep"]


def test_a_gap_is_passed_by_the_models_own_forecast_where_the_spec_allows_gaps():
    values = daily(130)
    rows = rows_of(a=values)
    start = specified(rows, bucket_at(119))
    gap = rows.drop(index=[122, 123])

    after = by_series(updated(gap, start, bucket_at(129, "gap")))["a"]

    assert after["forecaster"] == start["forecaster"][0]
    assert after["points"] == 128
    forecast = forecast_bucket(gap, updated(gap, start, bucket_at(129, "gap")), bucket_at(129, "gap"))["forecast"]
    complete = forecast_bucket(rows, updated(rows, start, bucket_at(129)), bucket_at(129))["forecast"]
    assert np.max(np.abs(forecast - complete)) < 5


def test_a_series_that_is_behind_is_forecast_for_the_steps_of_the_panel():
    rows = rows_of(a=daily(60), late=daily(57))
    bucket = bucket_at(59)

    forecasts = forecast_bucket(rows, specified(rows, bucket), bucket)

    times = forecasts.groupby("series")["time"].apply(list)
    assert times["late"] == times["a"]


def test_missing_steps_are_zero_where_the_spec_says_so():
    rows = rows_of(a=intermittent(90))
    sold = rows[rows["value"] > 0]

    found = specified(sold, bucket_at(89, "zero"))

    assert found["forecaster"].tolist() != ["fallback"]
    first = int(sold.index[0])
    assert found["points"].tolist() == [90 - first]


def test_a_series_without_steps_enough_falls_back_and_is_specified_later():
    rows = rows_of(a=daily(60))
    early = specified(rows, bucket_at(4))
    assert early["forecaster"].tolist() == ["fallback"]

    later = act_on_bucket(rows, early, {"a": "respecify"}, bucket_at(59))

    assert later["forecaster"].tolist() != ["fallback"]


def test_new_parameters_keep_the_form():
    rows = rows_of(a=daily(130))
    start = specified(rows, bucket_at(99))

    again = act_on_bucket(rows, start, {"a": "reestimate"}, bucket_at(129))

    assert json.loads(again["state"][0])["form"] == json.loads(start["state"][0])["form"]
    assert again["trained_until"][0] == start["trained_until"][0] + 30
    assert bool(again["reestimated"][0])


def test_a_retired_series_has_no_row_and_what_has_no_action_is_carried_over():
    rows = rows_of(a=daily(60), b=daily(60, 2), c=daily(60, 3))
    models = specified(rows, bucket_at(59))

    after = act_on_bucket(rows, models, {"a": "retire", "b": "update_state"}, bucket_at(59))

    assert sorted(after["series"]) == ["b", "c"]
    assert by_series(after)["c"] == by_series(models)["c"]


def test_a_missing_row_is_an_error_until_it_is_there_where_the_spec_wants_all_rows():
    rows = rows_of(a=daily(140))
    live = specified(rows, bucket_at(119))
    gap = rows.drop(index=[122])

    without = follow_bucket(gap, live, bucket_at(125))
    later = follow_bucket(rows, without, bucket_at(126))

    assert without["forecaster"].tolist() == ["fallback"]
    assert "1 step without a row" in without["reason"][0]
    assert wanted(without) == {"a": "fallback"}
    assert wanted(later) == {"a": "respecify"}


def wanted(followed):
    limits = SeriesLimits(max_error_increase=0.2, max_age_days=60, max_refit_share=0.3)
    found = wanted_by_bucket(followed.assign(weight=1.0), limits)
    return dict(zip(found["series"], found["wanted"], strict=True))


def test_what_each_series_wants_after_new_points():
    random = np.random.default_rng(8)
    broken = daily(140)
    broken[112:] += random.normal(0, 15, 28)
    rows = rows_of(steady=daily(140, 2), broken=broken, short=[1.0, 2.0, 3.0], ended=daily(100, 4), new=[NAN] * 140)
    known = rows[(rows["series"] != "new") & (rows["time"] < "2013-04-20")]
    live = specified(known, bucket_at(108))
    rows.loc[rows["series"] == "new", "value"] = daily(140, 5)

    found = wanted(follow_bucket(rows, live, bucket_at(139)))

    assert found == {
        "steady": "update_state",
        "broken": "reestimate",
        "short": "retire",
        "ended": "retire",
        "new": "respecify",
    }


def test_a_new_series_is_forecast_before_it_has_a_model():
    rows = rows_of(new=daily(60))
    bucket = bucket_at(59)

    followed = follow_bucket(rows, pd.DataFrame(), bucket)

    assert followed["forecaster"].tolist() == ["fallback"]
    assert np.isfinite(forecast_bucket(rows, followed, bucket)["forecast"]).all()


def test_a_corrected_point_that_the_model_has_taken_in_leads_to_new_parameters():
    rows = rows_of(a=daily(130), b=daily(130, 2))
    live = specified(rows, bucket_at(119)).assign(corrected=[1, np.nan])

    assert wanted(follow_bucket(rows, live, bucket_at(129))) == {"a": "reestimate", "b": "update_state"}


def test_a_row_of_the_table_has_the_fields_of_its_record():
    row = specified(rows_of(a=daily(60)), bucket_at(59)).iloc[0].to_dict()
    written_by_the_step = {
        "model",
        "panel_version",
        "made",
        "batch_seq",
        "bucket",
        "evidence",
        "run_id",
        "attempt_id",
        "at",
    }

    assert set(row) | written_by_the_step == {each.name for each in fields(SeriesModel)}


def with_holidays(values, days_known):
    holiday = (np.arange(days_known) % 10 == 0).astype(float)
    filled = np.append(values + 30 * holiday[: len(values)], np.full(days_known - len(values), NAN))
    return rows_of(a=filled).assign(holiday=holiday)


def holiday_bucket(day):
    bucket = bucket_at(day, candidates=(Candidate("AutoARIMA", "AutoARIMA"),))
    return replace(bucket, known=("holiday",))


def test_what_is_known_ahead_moves_the_forecast():
    rows = with_holidays(daily(101), 130)
    bucket = holiday_bucket(100)

    models = specified(rows, bucket)
    forecasts = forecast_bucket(rows, models, bucket)
    later = updated(with_holidays(daily(117), 130), models, holiday_bucket(116))
    ahead = forecast_bucket(with_holidays(daily(117), 130), later, holiday_bucket(116))["forecast"]

    assert models["forecaster"].tolist() == ["AutoARIMA"]
    assert unknown_ahead(rows, bucket).empty
    assert ahead[3] > 15 + max(ahead[2], ahead[4])  # day 120 is a holiday
    assert np.isfinite(forecasts["forecast"]).all()


def test_what_is_not_known_ahead_is_named_with_series_and_time():
    rows = with_holidays(daily(101), 106)
    bucket = holiday_bucket(100)

    found = unknown_ahead(rows, bucket)

    assert found.to_dict("records") == [
        {"series": "a", "column": "holiday", "time": pd.Timestamp(day)} for day in ("2013-04-17", "2013-04-18")
    ]


def test_a_series_that_is_lost_is_an_error():
    rows = rows_of(a=daily(60))
    models = specified(rows, bucket_at(59))

    with pytest.raises(ValueError, match="0 of 1 series are lost and 1 are there twice"):
        forecast_bucket(rows, pd.concat([models, models]), bucket_at(59))


@pytest.fixture
def own_model(monkeypatch):
    """A user's file with models that go wrong."""
    import sys
    from types import ModuleType

    from retraining.forecasting.seasonal_naive import Naive

    class Crashing(Naive):
        def fit(self, points, form=None):
            raise ZeroDivisionError("no such\nluck")

    class Infinite(Naive):
        def forecast(self, state, horizon, known=None):
            return np.full(horizon, np.inf)

    class Fine(Naive):
        def forecast(self, state, horizon, known=None):
            return np.full(horizon, self.options.get("level", 60.0))

    module = ModuleType("recipes.own_models")
    module.crashing, module.infinite, module.fine = Crashing, Infinite, Fine
    monkeypatch.setitem(sys.modules, "recipes.own_models", module)


def test_a_model_of_the_users_own_is_a_candidate(own_model):
    flat = np.random.default_rng(1).normal(60, 5, 90)
    bucket = bucket_at(89, candidates=(Candidate("flat", "recipes.own_models.fine"),))

    model = by_series(specified(rows_of(a=flat), bucket))["a"]

    assert (model["forecaster"], json.loads(model["made_by"])["model"]) == ("flat", "recipes.own_models.fine")


@pytest.mark.parametrize(("level", "stays"), [(60.09, True), (75.0, False)])
def test_a_live_model_stays_unless_another_one_is_clearly_better(own_model, level, stays):
    flat = rows_of(a=np.resize([59.0, 60, 61], 90))
    best = Candidate("best", "recipes.own_models.fine")
    other = Candidate("other", "recipes.own_models.fine", {"level": level})
    live = specified(flat, bucket_at(70, candidates=(other,)))
    live.loc[0, "forecaster"] = "other"

    after = act_on_bucket(flat, live, {"a": "respecify"}, bucket_at(89, candidates=(best, other)))

    assert specified(flat, bucket_at(89, candidates=(best, other)))["forecaster"].tolist() == ["best"]
    assert after["forecaster"].tolist() == ["other" if stays else "best"]


@pytest.mark.parametrize("wrong", ["crashing", "infinite"])
def test_one_model_that_fails_costs_no_series(own_model, wrong):
    candidates = (Candidate("wrong", f"recipes.own_models.{wrong}"), Candidate("AutoETS", "AutoETS"))

    found = specified(rows_of(a=daily(60), b=daily(60, 2)), bucket_at(59, candidates=candidates))

    assert found["forecaster"].tolist() == ["AutoETS", "AutoETS"]


def test_a_live_model_that_cannot_follow_falls_back_with_its_reason(own_model):
    rows = rows_of(a=daily(60))
    live = specified(rows, bucket_at(49, candidates=(Candidate("AutoETS", "AutoETS"),)))
    live.loc[0, "state"] = json.dumps({"last": None})

    after = by_series(updated(rows, live, bucket_at(59)))["a"]

    assert after["forecaster"] == "fallback"
    assert after["reason"].startswith("AutoETS failed (")


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ([1, "LAX"], '["1", "LAX"]'),
        (["1", "LAX"], '["1", "LAX"]'),
        ([1.0, "LAX"], '["1", "LAX"]'),
        ([None, "Zürich HB"], '[null, "Zürich HB"]'),
        ([1.5], '["1.5"]'),
    ],
)
def test_the_key_of_a_series_does_not_depend_on_the_type_of_its_columns(values, key):
    assert series_key(values) == key
