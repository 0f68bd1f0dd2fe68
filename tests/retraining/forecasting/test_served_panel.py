"""A panel answers requests from its files alone."""

import json
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
from tests.retraining.forecasting.series import daily

from retraining.forecasting.buckets import Bucket, act_on_bucket, forecast_bucket
from retraining.forecasting.find_forecaster import Candidate
from retraining.forecasting.panel_plan import PanelPlan
from retraining.forecasting.served_panel import ABOUT_FILE, MODELS_FILE, AboutPanel, _load_pyfunc
from retraining.rules.panel.regular import Calendar
from retraining.rules.panel.steps import steps_of

DAYS = pd.date_range("2013-01-01", periods=100)
ORIGIN = int(steps_of(DAYS, "daily")[-1])
BUCKET = Bucket(PanelPlan(7, 7, (80, 95), (Candidate("AutoETS", "AutoETS"),)), Calendar("daily", 7), ORIGIN)
ROWS = pd.concat(
    [
        pd.DataFrame({"series": '["north", "1"]', "time": DAYS, "value": daily(100)}),
        pd.DataFrame({"series": '["south", "1"]', "time": DAYS[:5], "value": 3.0}),
    ]
)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The folder of a version: one series with a model, and one that is too short for any."""
    folder = tmp_path_factory.mktemp("version")
    actions = {'["north", "1"]': "respecify", '["south", "1"]': "respecify"}
    models = act_on_bucket(ROWS, pd.DataFrame(columns=["series"]), actions, BUCKET)
    models.assign(last_time=[str(DAYS[-1]), str(DAYS[4])]).to_parquet(folder / MODELS_FILE, index=False)
    about = AboutPanel(("shop", "till"), 7, 7, (80, 95), "daily", ORIGIN, 1, 5)
    (folder / ABOUT_FILE).write_text(json.dumps(asdict(about)), "utf-8")
    return folder, models


def test_its_forecasts_are_those_of_the_loop(files):
    folder, models = files

    answers = _load_pyfunc(str(folder)).predict(pd.DataFrame({"shop": ["north"], "till": [1]}))

    of_loop = forecast_bucket(ROWS, models, BUCKET)
    north = of_loop[of_loop["series"] == '["north", "1"]']
    for ours, theirs in (("prediction", "forecast"), ("lower_80", "lower_80"), ("upper_95", "upper_95")):
        assert answers[ours].to_numpy() == pytest.approx(north[theirs].to_numpy(), rel=1e-12)
    assert answers["time"].tolist() == list(pd.date_range("2013-04-11", periods=7))
    assert set(answers["model"]) == {"AutoETS"}


def test_every_row_has_its_own_horizon(files):
    panel = _load_pyfunc(str(files[0]))

    answers = panel.predict(pd.DataFrame({"shop": ["north", "south"], "till": ["1", "1"], "horizon": [2, 10]}))

    assert answers.groupby("shop")["step"].max().to_dict() == {"north": 2, "south": 10}
    assert answers["prediction"].notna().all()
    short = answers[answers["shop"] == "south"]
    assert set(short["model"]) == {"fallback"}
    assert short["reason"].iloc[0].startswith("5 points; a model needs")


def test_a_series_that_the_panel_does_not_have_gets_a_reason(files):
    answers = _load_pyfunc(str(files[0])).predict(pd.DataFrame({"shop": ["nowhere"], "till": [1], "horizon": [3]}))

    assert np.isnan(answers["prediction"]).tolist() == [True] * 3
    assert set(answers["reason"]) == {"The panel has no such series."}


def test_a_request_without_a_column_or_with_a_horizon_of_zero_is_refused(files):
    panel = _load_pyfunc(str(files[0]))

    with pytest.raises(ValueError, match="columns till are missing"):
        panel.predict(pd.DataFrame({"shop": ["north"]}))
    with pytest.raises(ValueError, match=r"horizon 0: expected a whole number of at least 1"):
        panel.predict(pd.DataFrame({"shop": ["north"], "till": [1], "horizon": [0]}))
