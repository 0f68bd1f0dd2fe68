"""A panel is judged by the gate that every model is judged by: daily sums over series, paired."""

import numpy as np
import pandas as pd
import pytest

from retraining.kinds.forecast import MASE, RMSSE
from retraining.kinds.metric import Predictions
from retraining.rules.gate.correlation import INDEPENDENT
from retraining.rules.gate.evaluation import Evaluation, GateTerms, Sanity, paired_sums
from retraining.rules.gate.judge import judge
from retraining.rules.panel.mix_panels import series_losses, series_to_keep
from retraining.rules.panel.panel_checks import Kept, Roster, coverage_holds, fallbacks_hold, none_lost, stability_holds
from retraining.rules.panel.panel_losses import (
    answered_by_both,
    interval_sums,
    origin_sums,
    paired_by_origin,
    revision_sums,
    series_spread,
    slices_of,
    volume_slices,
    weights_of,
)

ORIGINS = range(100, 120)
HORIZON = 3


def panel(errors, series="abcd", weights=None):
    """Rows of `at_origins`: errors by series, in scales, times noise that all panels share."""
    random = np.random.default_rng(4)
    rows = [
        {
            "series": key,
            "origin": origin,
            "step": step,
            "target": origin + step,
            "actual": 100.0,
            "forecast": 100.0 + 5 * errors.get(key, 1.0) * random.choice([-1, 1]) * random.uniform(0.5, 1.5),
            "scale": 5.0,
            "weight": (weights or {}).get(key, 1.0),
            "slices": ["odd"] if key in "ac" else ["even"],
        }
        for origin in ORIGINS
        for key in series
        for step in range(1, HORIZON + 1)
    ]
    return pd.DataFrame(rows)


def verdicts(candidate, champion, question="refresh", metric=MASE, broken=0, **terms):
    ours, theirs = (origin_sums(each, metric.name) for each in (candidate, champion))
    evaluation = Evaluation(
        (metric,),
        (paired_by_origin(ours, theirs),),
        blocks_are_days=True,
        correlation=INDEPENDENT,
        sanity=Sanity(broken=broken),
        slices={name: paired_by_origin(ours, theirs, name) for name in slices_of(ours)},
    )
    return {check.name: check for check in judge(GateTerms(question, **terms), evaluation)}


@pytest.mark.parametrize("metric", [MASE, RMSSE], ids=["mase", "rmsse"])
@pytest.mark.parametrize(
    ("better", "question", "verdict"),
    [
        (0.7, "change", "passed"),
        (1.0, "change", "failed"),
        (1.0, "refresh", "passed"),
        (1.3, "refresh", "failed"),
    ],
)
def test_the_gate_judges_a_panel_by_its_origins(metric, better, question, verdict):
    found = verdicts(panel(dict.fromkeys("abcd", better)), panel({}), question, metric)

    assert found["gain"].verdict == verdict
    assert f"{len(ORIGINS)} days" in found["gain"].sentence


def test_a_first_panel_that_is_as_good_as_the_seasonal_naive_forecast_goes_live_and_a_worse_one_does_not():
    equal, worse = panel({}), panel(dict.fromkeys("abcd", 1.3))

    assert verdicts(equal, panel({}), "first")["gain"].verdict == "failed"
    assert verdicts(equal, panel({}), "first", first_may_equal=True)["gain"].verdict == "passed"
    assert verdicts(worse, panel({}), "first", first_may_equal=True)["gain"].verdict == "failed"


def test_harm_to_a_slice_of_series_is_found():
    found = verdicts(panel({"a": 1.5, "c": 1.5, "b": 0.3, "d": 0.3}), panel({}), "change")

    assert found["gain"].verdict == "passed"
    assert found["slice odd"].verdict == "failed"
    assert found["slice even"].verdict == "passed"


def test_a_series_counts_by_its_weight():
    heavy = {"a": 9.0}
    found = verdicts(panel({"a": 0.5, "b": 1.4, "c": 1.4, "d": 1.4}, weights=heavy), panel({}, weights=heavy))

    assert found["gain"].verdict == "passed"
    assert verdicts(panel({"a": 0.5, "b": 1.4, "c": 1.4, "d": 1.4}), panel({}))["gain"].verdict == "failed"


def test_sums_of_buckets_of_series_are_those_of_the_panel():
    rows = panel({})
    buckets = [origin_sums(rows[rows["series"].isin(list(part))], "mase") for part in ("ab", "cd")]

    whole = origin_sums(rows, "mase")
    together = pd.concat(buckets).groupby(["origin", "slice"], as_index=False).sum()

    pd.testing.assert_frame_equal(together, whole)


@pytest.mark.parametrize("metric", [MASE, RMSSE], ids=["mase", "rmsse"])
def test_sums_are_those_of_the_kinds_metric(metric):
    rows = panel({"a": 2.0})
    scaled = Predictions((rows["actual"] / rows["scale"]).to_numpy(), (rows["forecast"] / rows["scale"]).to_numpy())
    expected = paired_sums(metric, scaled, scaled, rows["origin"].to_numpy())

    sums = origin_sums(rows, metric.name)

    np.testing.assert_allclose(paired_by_origin(sums, sums).candidate, expected.candidate)


def test_a_panel_that_was_asked_less_cannot_be_compared():
    rows = panel({})
    with pytest.raises(ValueError, match="must forecast the same rows"):
        paired_by_origin(origin_sums(rows[5:], "mase"), origin_sums(rows, "mase"))


def test_a_row_that_only_the_candidate_leaves_open_fails_it():
    candidate = panel({})
    champion = panel({})
    candidate.loc[[3, 7], "forecast"] = np.nan
    champion.loc[7, "forecast"] = np.nan

    found = answered_by_both(candidate, champion)

    assert found.broken == 1
    assert len(found.candidate) == len(found.baseline) == len(candidate) - 2
    assert verdicts(found.candidate, found.baseline, broken=found.broken)["finite_predictions"].verdict == "failed"


def test_panels_that_were_asked_other_rows_are_not_compared():
    with pytest.raises(ValueError, match="forecast 239 and 240 rows"):
        answered_by_both(panel({})[1:], panel({}))


def coverage(rows):
    return coverage_holds(80, interval_sums(rows, 80), series_spread(rows, 80))


def with_intervals(share, origins=20, rows=50):
    inside = np.random.default_rng(1).random((origins, rows)) < share
    return pd.DataFrame(
        {
            "series": np.tile(np.arange(rows) // 5, origins),
            "origin": np.repeat(range(origins), rows),
            "actual": np.where(inside.ravel(), 0.0, 2.0),
            "lower_80": -1.0,
            "upper_80": 1.0,
        }
    )


@pytest.mark.parametrize(("share", "verdict"), [(0.8, "passed"), (0.77, "passed"), (0.6, "failed"), (0.95, "unknown")])
def test_coverage_is_within_five_points(share, verdict):
    check = coverage(with_intervals(share))

    assert check.verdict == verdict
    assert check.lower < check.value < check.upper


def test_coverage_of_few_origins_or_rows_stops_nobody():
    assert coverage(with_intervals(0.2, origins=9)).verdict == "unknown"
    assert coverage(with_intervals(0.7, origins=10, rows=10)).verdict != "failed"


def test_series_whose_intervals_are_all_wrong_in_their_own_way_are_few():
    narrow = with_intervals(0.5, rows=5).assign(series="narrow")
    right = with_intervals(0.8, rows=5).assign(series="right")

    assert coverage(narrow).verdict == "unknown"
    assert coverage(pd.concat([narrow, right])).verdict == "unknown"
    assert coverage(pd.concat([narrow.assign(series=f"narrow {each}") for each in range(8)])).verdict == "failed"


def test_an_interval_of_a_series_that_never_changed_says_nothing():
    constant = with_intervals(1.0, rows=5).assign(series="constant", lower_80=0.0, upper_80=0.0)
    rows = with_intervals(0.8)

    assert coverage(pd.concat([rows, constant])) == coverage(rows)


def test_intervals_that_are_not_known_are_no_misses():
    rows = with_intervals(0.8)
    rows.loc[rows["actual"] > 0, "upper_80"] = np.nan

    assert coverage(rows).value == 1.0


def test_revisions_are_changes_of_one_date_between_origins():
    rows = pd.DataFrame(
        {
            "series": ["a"] * 4 + ["b"] * 2,
            "origin": [1, 1, 2, 2, 1, 2],
            "target": [2, 3, 3, 4, 3, 3],
            "forecast": [10.0, 10.0, 14.0, 10.0, 7.0, 7.0],
            "scale": [2.0] * 6,
        }
    )

    assert revision_sums(rows) == (2.0, 2)


@pytest.mark.parametrize(("changes", "verdict"), [(1.0, "passed"), (1.05, "passed"), (1.1, "failed")])
def test_forecasts_may_not_jump_more_than_those_of_the_reference(changes, verdict):
    assert stability_holds((changes * 10, 10), (20.0, 20), "models fitted at every origin").verdict == verdict


def test_without_two_origins_stability_is_not_known():
    assert stability_holds((0.0, 0), (1.0, 1), "the champion").verdict == "unknown"


def test_not_many_more_series_may_fall_back():
    champion = Roster(100, 3)

    assert fallbacks_hold(Roster(100, 5), champion).verdict == "passed"
    assert fallbacks_hold(Roster(100, 6), champion).verdict == "failed"
    assert fallbacks_hold(Roster(100, 60), None).verdict == "passed"


@pytest.mark.parametrize(
    ("kept", "verdict"),
    [
        (Kept(3, 0, 0, 0), "passed"),
        (Kept(3, 1, 0, 0), "failed"),
        (Kept(3, 0, 1, 0), "failed"),
        (Kept(3, 0, 0, 1), "failed"),
    ],
)
def test_no_series_may_be_lost(kept, verdict):
    assert none_lost(kept).verdict == verdict


def kept(candidate, champion):
    return [each.series for each in series_to_keep(series_losses(candidate), series_losses(champion))]


def test_a_series_that_is_worse_beyond_hysteresis_keeps_its_champion():
    assert kept(panel({"a": 1.5, "b": 1.05, "c": 0.5}), panel({})) == ["a"]


def test_one_bad_day_does_not_decide():
    candidate = panel({"a": 0.9})
    candidate.loc[(candidate["series"] == "a") & (candidate["origin"] == 110), "forecast"] = 400.0

    assert kept(candidate, panel({})) == []


def test_a_series_without_an_answer_keeps_its_champion():
    candidate = panel({})
    candidate.loc[(candidate["series"] == "b") & (candidate["origin"] == 110), "forecast"] = np.nan

    assert kept(candidate, panel({})) == ["b"]


def test_few_origins_keep_nothing():
    few = panel({"a": 9.0})
    assert kept(few[few["origin"] < 105], panel({})) == []


def test_weights_keep_the_unit_of_the_loss():
    volumes = pd.Series({"a": 10.0, "b": 30.0, "c": 0.0})

    assert weights_of(volumes, "volume").tolist() == pytest.approx([0.75, 2.25, 0.0])
    assert weights_of(volumes, "equal").tolist() == [1, 1, 1]
    assert weights_of(volumes * 0, "volume").tolist() == [1, 1, 1]


def test_slices_by_volume_hold_as_many_series():
    found = volume_slices(pd.Series({"a": 5.0, "b": 1.0, "c": 9.0, "d": 2.0, "e": 7.0, "f": 3.0}))

    assert found.to_dict() == {
        "a": "volume middle",
        "b": "volume small",
        "c": "volume large",
        "d": "volume small",
        "e": "volume large",
        "f": "volume middle",
    }
