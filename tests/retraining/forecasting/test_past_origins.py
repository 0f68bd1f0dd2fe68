"""What a gate is shown: forecasts of origins that the models have not seen, the state carried on between them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.retraining.forecasting.series import daily, intermittent

from retraining.forecasting.buckets import Bucket, act_on_bucket, forecast_bucket
from retraining.forecasting.find_forecaster import Candidate
from retraining.forecasting.panel_plan import PanelPlan
from retraining.forecasting.past_origins import origins_of_bucket
from retraining.rules.panel.accuracy import measured
from retraining.rules.panel.mix_panels import series_losses
from retraining.rules.panel.panel_losses import answered_by_both, origin_sums, paired_by_origin
from retraining.rules.panel.regular import Calendar
from retraining.rules.panel.steps import steps_of

START = "2013-01-01"
SERIES = {"a": daily(160, 1), "b": daily(160, 2), "sparse": intermittent(160), "zero": np.zeros(160)}
FIRST = int(steps_of(pd.DatetimeIndex([START]), "daily")[0])
ORIGINS = range(FIRST + 130, FIRST + 146)


def rows():
    frames = [
        pd.DataFrame({"series": key, "time": pd.date_range(START, periods=160), "value": values})
        for key, values in SERIES.items()
    ]
    return pd.concat(frames, ignore_index=True)


def bucket(*models):
    plan = PanelPlan(7, 7, (80, 95), tuple(Candidate(name, name) for name in models))
    return Bucket(plan, Calendar("daily", 7), FIRST + 130)


def panel(*models):
    own = bucket(*models)
    return act_on_bucket(rows(), pd.DataFrame(), dict.fromkeys(SERIES, "respecify"), own), own


def scales_of(models):
    return models.set_index("series")["scale"].to_dict()


def at_origins(models, own, scales=None):
    newest = replace(own, origin=FIRST + 159)
    return origins_of_bucket(rows(), models, scales or scales_of(models), ORIGINS, newest)


def test_every_series_origin_and_step_has_a_row_with_its_actual():
    found = at_origins(*panel("AutoETS"))

    assert len(found) == len(SERIES) * len(ORIGINS) * 7
    assert found["target"].equals(found["origin"] + found["step"])
    row = found[(found["series"] == "a") & (found["origin"] == FIRST + 133) & (found["step"] == 2)].iloc[0]
    assert row["actual"] == SERIES["a"][135]


def test_the_forecast_of_an_origin_is_that_of_a_model_that_was_updated_to_it():
    models, own = panel("AutoETS")
    later = replace(own, origin=ORIGINS[5])
    live = act_on_bucket(rows(), models, dict.fromkeys(SERIES, "update_state"), later)
    expected = forecast_bucket(rows(), live, later).sort_values(["series", "step"])["forecast"]

    found = at_origins(models, own)

    of_origin = found[found["origin"] == ORIGINS[5]].sort_values(["series", "step"])["forecast"]
    np.testing.assert_allclose(of_origin, expected, rtol=1e-9)


def test_what_comes_after_an_origin_does_not_move_its_forecast():
    models, own = panel("AutoETS")
    changed = rows()
    changed.loc[changed["time"] > "2013-05-20", "value"] *= 3
    scales = scales_of(models)

    one = at_origins(models, own)
    other = origins_of_bucket(changed, models, scales, ORIGINS, replace(own, origin=FIRST + 159))

    before = one["origin"] <= int(steps_of(pd.DatetimeIndex(["2013-05-20"]), "daily")[0])
    assert other.loc[before, "forecast"].equals(one.loc[before, "forecast"])


def test_a_model_that_has_seen_an_origin_is_not_judged_there():
    models, own = panel("AutoETS")
    seen = act_on_bucket(rows(), models, {"a": "update_state"}, replace(own, origin=FIRST + 140))

    with pytest.raises(ValueError, match="1 of 4 models have seen points after the first origin"):
        at_origins(seen, own)


def test_two_panels_are_compared_origin_by_origin():
    ours, own = panel("AutoETS")
    theirs, naive = panel("Naive")
    scales = scales_of(ours)
    both = answered_by_both(at_origins(ours, own, scales), at_origins(theirs, naive, scales))
    sums = [
        origin_sums(each.assign(weight=1.0, slices=[[]] * len(each)), "mase")
        for each in (both.candidate, both.baseline)
    ]

    paired = paired_by_origin(*sums)

    assert len(paired.rows) == len(ORIGINS)
    assert paired.candidate[:, 1].sum() < paired.baseline[:, 1].sum()
    assert series_losses(both.candidate)["series"].nunique() == len(SERIES)


def test_intervals_cover_what_they_promise():
    found = at_origins(*panel("AutoETS"))
    dense = measured(found[found["series"].isin(["a", "b"])], (80, 95)).iloc[0]

    assert dense["coverage_80"] == pytest.approx(0.80, abs=0.15)
    assert dense["coverage_95"] == pytest.approx(0.95, abs=0.10)


def test_steps_that_have_not_come_yet_are_not_zeros():
    models, own = panel("CrostonSBA")
    newest = replace(own, origin=FIRST + 147, calendar=Calendar("daily", 7, "zero"))
    early = rows()
    early = early[early["time"] < "2013-05-29"]

    found = origins_of_bucket(early, models, scales_of(models), ORIGINS, newest)

    assert found["target"].max() == FIRST + 147
