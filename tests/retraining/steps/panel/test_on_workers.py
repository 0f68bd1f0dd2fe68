"""What a worker computes travels by value: its process has no `src`, and makes the fits in a child of its own."""

import subprocess
import sys

import numpy as np
import pandas as pd
from pyspark import cloudpickle

import recipes
import retraining
import served_model
from retraining.forecasting.buckets import Bucket, act_on_bucket, follow_bucket, forecast_bucket
from retraining.forecasting.find_forecaster import Candidate, load_forecasters
from retraining.forecasting.isolated import MOST_SECONDS
from retraining.forecasting.panel_plan import PanelPlan
from retraining.rules.panel.regular import Calendar
from retraining.rules.panel.steps import steps_of
from retraining.steps.panel.at_origins import _sums_of_bucket

FIRST = int(steps_of(pd.DatetimeIndex(["2013-01-01"]), "daily")[0])
PLAN = PanelPlan(7, 7, (80, 95), (Candidate("AutoETS", "AutoETS"),))
BEFORE = Bucket(PLAN, Calendar("daily", 7), FIRST + 99)
AFTER = Bucket(PLAN, Calendar("daily", 7), FIRST + 119)
ORIGINS = list(range(FIRST + 99, FIRST + 118))

IN_ANOTHER_PROCESS = """
import pickle, sys
import pandas as pd

work, rows = pickle.loads(sys.stdin.buffer.read())
pickle.dump(work(rows), sys.stdout.buffer)
assert "retraining.forecasting.ets" not in sys.modules
"""


def work(rows):
    """A panel of two series: fitted before the hold-out, followed through it, forecast and judged on it."""
    actions = {"north": "respecify", "south": "respecify", "empty": "fallback"}
    early = rows[rows["time"] < "2013-04-11"]
    fitted = act_on_bucket(early, pd.DataFrame(columns=["series"]), actions, BEFORE, MOST_SECONDS)
    followed = follow_bucket(rows, fitted, AFTER)
    ahead = forecast_bucket(rows, followed.drop(columns="evidence"), AFTER)
    state = fitted.assign(_who="candidate", _scale=fitted["scale"], weight=1.0, _slices="[]")
    sums = _sums_of_bucket(rows, state, ORIGINS, AFTER, ("mase",))
    losses = sums[sums["what"] == "mase"].groupby("who")["second"].sum()
    return [
        dict(zip(fitted["series"], fitted["forecaster"], strict=True)),
        dict(zip(followed["series"], followed["updated_until"], strict=True)),
        ahead.groupby("series")["forecast"].count().to_dict(),
        float(losses["candidate"]) < float(losses["baseline"]),
    ]


def rows_of_two_series():
    noise = np.random.default_rng(1)
    frames = [
        pd.DataFrame(
            {
                "series": key,
                "time": pd.date_range("2013-01-01", periods=120),
                "value": 60 + np.resize([0, 4, 5, 6, 9, -12, -12], 120) + noise.normal(0, 1.5, 120),
            }
        )
        for key in ("north", "south")
    ]
    return pd.concat(frames, ignore_index=True)


def test_a_panel_is_fitted_followed_forecast_and_judged_in_a_process_without_this_code():
    for package in (recipes, retraining, served_model):
        cloudpickle.register_pickle_by_value(package)
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    load_forecasters()

    sent = cloudpickle.dumps((work, rows_of_two_series()))
    done = subprocess.run(
        [sys.executable, "-I", "-c", IN_ANOTHER_PROCESS], input=sent, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr.decode()[-2000:]
    models, until, ahead, beats_naive = cloudpickle.loads(done.stdout)
    assert [key for key, name in models.items() if name == "fallback"] == ["empty"]
    assert models["north"] == "AutoETS"
    assert until == {"north": FIRST + 119, "south": FIRST + 119, "empty": -1}
    assert ahead == {"north": 7, "south": 7, "empty": 0}
    assert beats_naive
