"""A column against its reference: clean, dirty and degenerate batches."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retraining.rules.drift.judge_column import severity

from .columns import AIRPORTS, NORMAL, categorical, compared, days, drift_spec, numeric

SAME = np.random.default_rng(8).normal(10.0, 2.0, 1000)
DISTANCES = (
    *("population_stability_index", "kl_divergence", "js_distance", "ks_statistic", "wasserstein_distance"),
    *("unseen_share", "noise_floor", "threshold"),
)


def test_another_sample_of_the_same_thing_is_stable():
    metric = compared(numeric(NORMAL), SAME)

    assert (metric.verdict, metric.threshold) == ("stable", 0.2)
    assert metric.wasserstein_distance < 0.1
    assert metric.reason == (
        f"The population stability index {metric.population_stability_index:.3g} is not above 0.2 (drift.max_psi)."
    )


def test_a_shift_is_measured_in_standard_deviations_of_the_reference():
    metric = compared(numeric(NORMAL), NORMAL + 2 * NORMAL.std())

    assert (metric.verdict, metric.wasserstein_distance) == ("drifted", pytest.approx(2))
    assert metric.reason.endswith("is above 0.2 (drift.max_psi).")


def test_a_column_that_went_null_has_drifted_although_its_values_look_as_before():
    metric = compared(numeric(NORMAL), [*SAME[:50], *[math.nan] * 950])

    assert (metric.verdict, metric.null_share, metric.reference_null_share) == ("drifted", 0.95, 0)
    assert metric.population_stability_index < metric.threshold
    assert metric.reason == "95.0% of the rows have no value, 0.0% in the reference; a rise of 10% passes."


def test_a_column_that_was_null_before_may_be_so_again():
    reference = numeric([*NORMAL, *[math.nan] * 1000])

    assert compared(reference, [*SAME, *[math.nan] * 1200]).verdict == "stable"
    assert compared(reference, [*SAME, *[math.nan] * 2000]).verdict == "drifted"


def test_a_column_in_another_unit_has_drifted_far():
    metric = compared(numeric(NORMAL), NORMAL * 1000)

    assert (metric.verdict, metric.ks_statistic) == ("drifted", pytest.approx(0.9, abs=0.01))
    assert metric.wasserstein_distance == pytest.approx(999 * NORMAL.mean() / NORMAL.std())


def test_a_frozen_sensor_has_drifted():
    metric = compared(numeric(NORMAL), [10.0] * 1000)

    assert (metric.verdict, metric.population_stability_index > 5) == ("drifted", True)


@pytest.mark.parametrize(("value", "verdict"), [(3.0, "stable"), (3.0001, "drifted"), (math.inf, "drifted")])
def test_a_constant_is_compared_with_its_value(value, verdict):
    metric = compared(numeric([3.0] * 500), [value] * 500)

    assert (metric.verdict, metric.wasserstein_distance) == (verdict, None)


def test_a_new_category_has_drifted():
    metric = compared(categorical(AIRPORTS), [*AIRPORTS, *["SWF"] * 100])

    assert (metric.verdict, metric.unseen_share) == ("drifted", pytest.approx(1 / 11))
    assert metric.reason == "9.1% of the values are categories that no training row had; 5% may be."


def test_few_rows_of_a_new_category_are_no_drift():
    metric = compared(categorical(AIRPORTS), [*AIRPORTS, *["SWF"] * 30])

    assert (metric.verdict, metric.unseen_share) == ("stable", pytest.approx(30 / 1030))


def test_only_unseen_categories_have_drifted():
    metric = compared(categorical(AIRPORTS), ["SWF"] * 300)

    assert (metric.verdict, metric.unseen_share, metric.js_distance) == ("drifted", 1, 1)
    assert (metric.ks_statistic, metric.wasserstein_distance) == (None, None)


def test_categories_that_changed_places_have_drifted():
    assert compared(categorical(AIRPORTS), ["EWR"] * 200 + ["JFK"] * 300 + ["LGA"] * 500).verdict == "drifted"


def test_a_reference_that_forgot_its_rare_categories_has_no_unseen_share():
    metric = compared(categorical([f"k{number}" for number in range(1200)]), ["new"] * 300)

    assert (metric.verdict, metric.unseen_share) == ("stable", None)


@pytest.mark.parametrize("rows", [0, 1, 10, 199])
def test_few_rows_are_not_enough_data_whatever_they_show(rows):
    metric = compared(numeric(NORMAL), [1e9] * rows)

    assert (metric.verdict, metric.rows) == ("not_enough_data", rows)
    assert metric.reason == f"{rows} rows in the batch; a verdict needs 200."


def test_the_fewest_rows_are_a_setting():
    assert compared(numeric(NORMAL), [1e9] * 10, min_rows=10).verdict == "drifted"


def test_a_short_reference_is_not_enough_data():
    metric = compared(numeric(NORMAL[:199]), SAME)

    assert (metric.verdict, metric.reason) == ("not_enough_data", "199 rows in the reference; a verdict needs 200.")


@pytest.mark.parametrize("values", [[], [math.nan] * 500], ids=["empty", "all missing"])
def test_nothing_to_compare_has_no_distance(values):
    metric = compared(numeric(NORMAL), values)

    assert [getattr(metric, name) for name in DISTANCES] == [None] * len(DISTANCES)
    assert metric.verdict == ("drifted" if values else "not_enough_data")


@pytest.mark.parametrize("fit", [numeric, categorical])
def test_a_column_that_never_had_a_value_is_not_judged(fit):
    metric = compared(fit([None] * 500), [None] * 500)

    assert (metric.verdict, metric.reason) == ("not_enough_data", "0 values in the batch; a verdict needs 200.")


def test_few_values_among_many_rows_are_not_enough_data():
    metric = compared(numeric([*NORMAL, *[math.nan] * 9000]), [*NORMAL[:50] + 9, *[math.nan] * 450])

    assert (metric.verdict, metric.reason) == ("not_enough_data", "50 values in the batch; a verdict needs 200.")


def test_a_column_that_gained_values_cannot_be_compared():
    metric = compared(numeric([None] * 500), SAME)

    assert (metric.verdict, metric.reason) == ("not_enough_data", "0 values in the reference; a verdict needs 200.")


def test_an_infinity_counts_as_a_value_and_has_no_distance():
    metric = compared(numeric(NORMAL), [*SAME, math.inf])

    assert (metric.verdict, metric.null_share, metric.wasserstein_distance) == ("stable", 0, None)


def test_a_distance_beyond_the_largest_number_is_none():
    metric = compared(numeric(NORMAL * 1e-6), [*SAME * 1e-6, 1e308])

    assert (metric.verdict, metric.wasserstein_distance) == ("stable", None)


def test_a_few_values_need_more_than_many_to_be_told_from_noise():
    metric = compared(numeric(NORMAL), SAME[:200])

    assert metric.noise_floor == pytest.approx(27.877 * (1 / 1000 + 1 / 200), rel=1e-4)
    assert metric.threshold == 0.2
    assert compared(numeric(NORMAL), SAME[:200], max_psi=0.1).threshold == metric.noise_floor


def test_what_the_training_rows_did_among_themselves_is_no_drift():
    seasons = np.concatenate([NORMAL[:500], NORMAL[:500] + 2])
    known, unknown = numeric(seasons, days=days(50, 20), batch_days=14), numeric(seasons)
    summer = SAME + 2

    assert compared(unknown, summer).verdict == "drifted"
    metric = compared(known, summer)
    assert (metric.verdict, metric.threshold) == ("stable", known.noise_floor)
    assert metric.reason.endswith("(the noise floor).")


VALUES = st.lists(st.floats() | st.none(), max_size=30)


@given(VALUES, VALUES)
@settings(max_examples=200)
def test_whatever_the_values_no_number_is_nan_or_infinite(reference, batch):
    metric = compared(numeric(reference or [None]), batch, min_rows=1)
    numbers = [getattr(metric, name) for name in (*DISTANCES, "null_share", "reference_null_share")]

    assert all(number is None or math.isfinite(number) for number in numbers)
    assert metric.reason.endswith(".")


@pytest.mark.parametrize(
    ("batch", "expected"),
    [([*SAME[:800], *[math.nan] * 200], 2), ([math.nan] * 500, 10)],
    ids=["a fifth missing", "all missing"],
)
def test_the_severity_of_nulls_is_their_rise_over_what_passes(batch, expected):
    assert severity(compared(numeric(NORMAL), batch)) == pytest.approx(expected)


def test_severity_is_above_one_exactly_when_a_column_drifted():
    batches = [SAME + shift for shift in np.linspace(0, 3, 40)]
    metrics = [compared(numeric(NORMAL), batch) for batch in batches]

    assert {metric.verdict for metric in metrics} == {"stable", "drifted"}
    assert all((severity(metric) > 1) == (metric.verdict == "drifted") for metric in metrics)


def test_the_policy_is_that_of_the_spec():
    assert compared(numeric(NORMAL), SAME + 0.7).verdict == "stable"
    assert compared(numeric(NORMAL), SAME + 0.7, max_psi=0.1).verdict == "drifted"
    assert drift_spec().drift.max_psi == 0.2
