"""A model that takes in new points must be where its library's filter over the whole history is."""

import json

import numpy as np
import pytest
from statsforecast import models as library
from tests.retraining.forecasting.series import air_passengers, daily, intermittent, walk

from retraining.forecasting.arima import AutoARIMA
from retraining.forecasting.ets import AutoETS
from retraining.forecasting.forecaster import EMPTY, Points
from retraining.forecasting.intermittent import TSB, CrostonSBA
from retraining.forecasting.mstl import MSTL
from retraining.forecasting.seasonal_naive import Naive, SeasonalNaive
from retraining.forecasting.theta import AutoTheta

HORIZON = 14


def carried(model, values, cut, block):
    """The forecasts of a state that went through JSON after every block of new points, and its one-step forecasts."""
    state = model.fit(Points(values[:cut])).state
    one_step = []
    for start in range(cut, len(values), block):
        before = Points(values[:start]) if model.needs_history else EMPTY
        after = model.carry_on(json.loads(json.dumps(state)), Points(values[start : start + block]), before)
        state = after.state
        one_step += list(after.one_step)
    return model.forecast(json.loads(json.dumps(state)), HORIZON), np.array(one_step)


def of_library(fitted, values, cut):
    """The library's own filter: parameters of the first points, history from the first point on."""
    return fitted.fit(values[:cut]).forward(values, HORIZON)["mean"]


def assert_close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


SERIES = {
    "monthly": (air_passengers(), 12, 120),
    "daily": (daily(), 7, 200),
    "daily_and_negative": (daily() - 60.0, 7, 203),
    "without_a_season": (walk(), 1, 90),
}
EXACT = [pytest.param(AutoETS, library.AutoETS, name, id=f"AutoETS-{name}") for name in SERIES] + [
    pytest.param(AutoARIMA, library.AutoARIMA, name, id=f"AutoARIMA-{name}") for name in SERIES
]


@pytest.mark.parametrize("block", [1, 5, 24])
@pytest.mark.parametrize(("ours", "theirs", "series"), EXACT)
def test_a_carried_state_is_the_filter_over_the_whole_history(ours, theirs, series, block):
    values, season, cut = SERIES[series]

    found, _ = carried(ours(season), values, cut, block)

    assert_close(found, of_library(theirs(season_length=season), values, cut))


@pytest.mark.parametrize("form", ["STM", "OTM", "DSTM", "DOTM"])
@pytest.mark.parametrize("block", [1, 5])
def test_each_form_of_theta_is_the_filter_over_the_whole_history(form, block):
    values = walk()

    found, _ = carried(AutoTheta(1, {"model": form}), values, 90, block)

    assert_close(found, of_library(library.AutoTheta(season_length=1, model=form), values, 90))


@pytest.mark.parametrize("name", ["monthly", "daily", "daily_and_negative"])
def test_theta_keeps_the_pattern_of_the_season_that_it_was_fitted_with(name):
    values, season, cut = SERIES[name]
    model = AutoTheta(season)
    state = model.fit(Points(values[:cut])).state
    pattern = np.resize(state["pattern"], len(values) + HORIZON)
    assert len(state["pattern"]) == season

    found, _ = carried(model, values, cut, 1)

    apart = values - pattern[: len(values)] if state["additive"] else values / pattern[: len(values)]
    fitted = library.AutoTheta(season_length=1)
    fitted.model_ = {"m": 1, "modeltype": state["form"], "par": parameters(model, values[:cut], season)}
    rest = fitted.forward(apart, HORIZON)["mean"]
    ahead = pattern[len(values) :]
    assert_close(found, rest + ahead if state["additive"] else rest * ahead)


def parameters(model, values, season):
    return library.AutoTheta(season_length=season).fit(values).model_["par"]


@pytest.mark.parametrize("theirs", [library.AutoETS, library.AutoTheta], ids=["AutoETS", "AutoTheta"])
def test_the_filter_of_the_library_is_far_off_when_it_is_fed_new_points_only(theirs):
    values, season, cut = SERIES["monthly"]
    fitted = theirs(season_length=season).fit(values[:cut])

    of_all = fitted.forward(values[: cut + 6], HORIZON)["mean"]
    of_new_only = fitted.forward(values[cut : cut + 6], HORIZON)["mean"]

    assert np.max(np.abs(of_new_only / of_all - 1)) > 0.05


def test_the_filter_of_the_library_does_not_take_a_single_new_point():
    values, season, cut = SERIES["monthly"]
    fitted = library.AutoETS(season_length=season).fit(values[:cut])

    with pytest.raises(IndexError):
        fitted.forward(values[cut : cut + 1], 3)


@pytest.mark.parametrize("block", [1, 24])
def test_mstl_goes_over_the_whole_history(block):
    values, season, cut = SERIES["monthly"]

    found, _ = carried(MSTL(season), values, cut, block)

    assert_close(found, of_library(library.MSTL(season_length=season), values, cut))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (SeasonalNaive(7), library.SeasonalNaive(7)),
        (Naive(7), library.Naive()),
        (CrostonSBA(7), library.CrostonSBA()),
        (TSB(7), library.TSB(0.2, 0.2)),
        (TSB(7, {"alpha_d": 0.4, "alpha_p": 0.05}), library.TSB(0.4, 0.05)),
    ],
    ids=["SeasonalNaive", "Naive", "CrostonSBA", "TSB", "TSB with options"],
)
@pytest.mark.parametrize("block", [1, 5, 24])
def test_a_model_without_parameters_is_the_library_fitted_to_everything(ours, theirs, block):
    values = intermittent()

    found, _ = carried(ours, values, 40, block)

    assert_close(found, theirs.fit(values).predict(HORIZON)["mean"])


@pytest.mark.parametrize(
    "model",
    [AutoETS(12), AutoTheta(12), AutoARIMA(12), MSTL(12), SeasonalNaive(12), Naive(12), CrostonSBA(), TSB()],
    ids=lambda model: type(model).__name__,
)
def test_one_step_forecasts_are_those_that_were_made_before_each_point(model):
    values = air_passengers()
    state = model.fit(Points(values[:120])).state
    expected = []
    for place in range(120, 130):
        expected.append(model.forecast(state, 1)[0])
        state = model.carry_on(state, Points(values[place : place + 1]), Points(values[:place])).state

    _, one_step = carried(model, values[:130], 120, 10)

    assert_close(one_step, np.array(expected))


@pytest.mark.parametrize("model", [AutoETS(12), AutoTheta(12), AutoARIMA(12), MSTL(12)], ids=lambda m: type(m).__name__)
def test_a_new_estimation_of_the_same_form_keeps_the_form(model):
    values = air_passengers()
    form = model.form_of(model.fit(Points(values[:100])).state)

    again = model.fit(Points(values), json.loads(json.dumps(form))).state

    assert model.form_of(again) == form
    assert model.fit(Points(values), form).state == again


@pytest.mark.parametrize("name", SERIES)
def test_the_variance_of_errors_is_that_of_the_filter_over_the_whole_history(name):
    values, season, cut = SERIES[name]
    model = AutoETS(season)
    fitted = library.AutoETS(season_length=season).fit(values[:cut])
    from statsforecast.ets import forward_ets

    after = model.carry_on(model.fit(Points(values[:cut])).state, Points(values[cut:]), EMPTY).state

    assert after["sigma2"] == pytest.approx(forward_ets(fitted.model_, values)["sigma2"], rel=1e-9)


def test_columns_known_ahead_have_a_coefficient():
    values = walk()
    holiday = (np.arange(len(values) + HORIZON) % 10 == 0).astype(float)[:, None]
    lifted = values + 40 * holiday[: len(values), 0]
    model = AutoARIMA(1)

    state = model.fit(Points(lifted[:90], holiday[:90])).state
    state = model.carry_on(state, Points(lifted[90:], holiday[90 : len(values)]), EMPTY).state
    found = model.forecast(state, HORIZON, holiday[len(values) :])

    theirs = library.AutoARIMA(season_length=1).fit(lifted[:90], X=holiday[:90])
    ahead = theirs.forward(lifted, HORIZON, X=holiday[: len(values)], X_future=holiday[len(values) :])["mean"]
    assert_close(found, ahead)


@pytest.mark.parametrize("model", [AutoETS(12), AutoTheta(12), AutoARIMA(12)], ids=lambda m: type(m).__name__)
def test_a_state_is_small(model):
    state = model.fit(Points(air_passengers())).state

    assert len(json.dumps(state, allow_nan=False)) < 4000


@pytest.mark.parametrize("length", [1, 2, 3, 6, 7])
def test_seasonal_naive_answers_for_any_series_with_a_point(length):
    model = SeasonalNaive(7)

    state = model.fit(Points(np.arange(1.0, length + 1))).state

    assert np.all(np.isfinite(model.forecast(state, 10)))
