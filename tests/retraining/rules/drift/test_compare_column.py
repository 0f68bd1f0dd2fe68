"""A column against its reference: clean, dirty and degenerate batches."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retraining.rules.drift.compare_column import DriftEvaluation, compare_column
from retraining.rules.drift.judge_column import severity

from .columns import AIRPORTS, NORMAL, RUN, categorical, compared, days, drift_spec, floor_of, numeric, profiled

SAME = np.random.default_rng(8).normal(10.0, 2.0, 1000)
DISTANCES = (
    *("population_stability_index", "kl_divergence", "jensen_shannon", "kolmogorov_smirnov", "wasserstein"),
    *("total_variation", "l_infinity", "chi_squared", "unseen_share", "noise_floor", "threshold"),
)


def test_another_sample_of_the_same_thing_is_stable():
    metric = compared(numeric(NORMAL), SAME)

    assert (metric.verdict, metric.measure) == ("stable", "wasserstein")
    assert metric.distance == metric.wasserstein < metric.threshold == metric.noise_floor
    assert metric.reason == (
        f"The Wasserstein distance in standard deviations {metric.wasserstein:.3g} is not above "
        f"{metric.threshold:.3g} (the noise floor; the floor assumes independent rows)."
    )


def test_a_shift_is_measured_in_standard_deviations_of_the_reference():
    metric = compared(numeric(NORMAL), NORMAL + 2 * NORMAL.std())

    assert (metric.verdict, metric.wasserstein) == ("drifted", pytest.approx(2))
    assert (metric.mean - metric.reference_mean) / metric.reference_deviation == pytest.approx(2)


def test_a_large_batch_is_held_to_the_threshold_of_the_spec():
    metric = compared(numeric(np.tile(NORMAL, 10)), np.tile(NORMAL + 0.4, 10))

    assert (metric.verdict, metric.threshold, metric.wasserstein) == (
        "drifted",
        0.1,
        pytest.approx(0.4 / NORMAL.std(), abs=0.01),
    )
    assert metric.reason.endswith("is above 0.1 (the spec's threshold).")


def test_a_column_that_went_null_has_drifted_although_its_values_look_as_before():
    metric = compared(numeric(NORMAL), [*SAME[:50], *[math.nan] * 950])

    assert (metric.verdict, metric.null_share, metric.reference_null_share) == ("drifted", 0.95, 0)
    assert metric.wasserstein < metric.threshold
    assert metric.reason == "95.0% of the rows have no value, 0.0% in the reference; a change of 10% passes."


def test_a_column_that_was_null_before_may_be_so_again():
    reference = numeric([*NORMAL, *[math.nan] * 1000])

    assert compared(reference, [*SAME, *[math.nan] * 1200]).verdict == "stable"
    assert compared(reference, [*SAME, *[math.nan] * 2000]).verdict == "drifted"


def test_a_column_that_gained_values_has_changed_too():
    assert compared(numeric([*NORMAL, *[math.nan] * 500]), SAME).verdict == "drifted"


def test_nan_is_told_apart_from_null():
    metric = compared(numeric(NORMAL), [*SAME[:900], *[math.nan] * 100])

    assert (metric.nan_share, metric.null_share) == (0.1, 0.1)


def test_a_column_in_another_unit_has_drifted_far():
    metric = compared(numeric(NORMAL), NORMAL * 1000)

    assert (metric.verdict, metric.kolmogorov_smirnov) == ("drifted", pytest.approx(0.99, abs=0.01))
    assert metric.wasserstein == pytest.approx(999 * NORMAL.mean() / NORMAL.std())


def test_a_frozen_sensor_has_drifted():
    metric = compared(numeric(NORMAL), [10.0] * 1000)

    assert (metric.verdict, metric.population_stability_index > 5) == ("drifted", True)
    assert (metric.standard_deviation, metric.mean) == (0, 10)


@pytest.mark.parametrize(("value", "verdict"), [(3.0, "stable"), (3.0001, "drifted"), (math.inf, "drifted")])
def test_a_constant_is_compared_with_its_value(value, verdict):
    metric = compared(numeric([3.0] * 500), [value] * 500)

    assert (metric.verdict, metric.measure, metric.wasserstein) == (verdict, "jensen_shannon", None)


def test_a_new_category_has_drifted():
    metric = compared(categorical(AIRPORTS), [*AIRPORTS, *["SWF"] * 100])

    assert (metric.verdict, metric.unseen_share) == ("drifted", pytest.approx(1 / 11))
    assert metric.reason == "9.1% of the values are categories that no training row had; 5% may be."


def test_new_categories_are_named():
    reference, batch = categorical(AIRPORTS), [*AIRPORTS, *["SWF"] * 100]
    named = replace(profiled(reference, batch), unseen=(("SWF", 100),))
    metric = compare_column(drift_spec(), reference, named, DriftEvaluation("e", 2, 1, 2), RUN)

    assert metric.unseen == ("SWF",)
    assert "no training row had (SWF);" in metric.reason


def test_few_rows_of_a_new_category_are_no_drift():
    metric = compared(categorical(AIRPORTS), [*AIRPORTS, *["SWF"] * 15])

    assert (metric.verdict, metric.unseen_share) == ("stable", pytest.approx(15 / 1015))


def test_only_unseen_categories_have_drifted():
    metric = compared(categorical(AIRPORTS), ["SWF"] * 300)

    assert (metric.verdict, metric.unseen_share, metric.jensen_shannon) == ("drifted", 1, 1)
    assert (metric.kolmogorov_smirnov, metric.wasserstein) == (None, None)


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


def test_a_column_with_few_values_before_cannot_be_compared():
    metric = compared(numeric([*NORMAL[:50], *[None] * 950]), [*SAME[:300], *[None] * 3000])

    assert (metric.verdict, metric.reason) == ("not_enough_data", "50 values in the reference; a verdict needs 200.")


def test_an_infinity_is_a_value_at_an_infinite_distance():
    metric = compared(numeric(NORMAL), [*SAME, math.inf])

    assert (metric.verdict, metric.null_share, metric.wasserstein) == ("not_enough_data", 0, None)
    assert metric.reason.endswith("cannot be taken: a value is not finite.")
    assert compared(numeric(NORMAL), [*SAME, math.inf], numeric={"measure": "jensen_shannon"}).verdict == "stable"


def test_a_distance_beyond_the_largest_number_is_none():
    assert compared(numeric(NORMAL * 1e-6), [*SAME * 1e-6, 1e308]).wasserstein is None


def test_a_few_values_need_more_than_many_to_be_told_from_noise():
    few, many = (compared(numeric(NORMAL), SAME[:rows]) for rows in (200, 1000))

    assert few.noise_floor > many.noise_floor > 0


def test_more_columns_raise_the_floor_because_one_of_them_may_be_above_it_by_chance():
    reference, batch = numeric(NORMAL), profiled(numeric(NORMAL), SAME)
    one, many = (
        compare_column(drift_spec(), reference, batch, DriftEvaluation("e", 2, 1, columns), RUN) for columns in (1, 200)
    )

    assert many.noise_floor > one.noise_floor


def test_what_the_training_rows_did_among_themselves_is_no_drift():
    seasons = np.concatenate([NORMAL[:500], NORMAL[:500] + 2])
    known, unknown = numeric(seasons, days=days(70, 20)[:1000], batch_days=10), numeric(seasons)
    summer = SAME + 2

    assert compared(unknown, summer).verdict == "drifted"
    metric = compared(known, summer)
    assert (metric.verdict, metric.threshold) == ("stable", floor_of(known, "wasserstein"))
    assert metric.reason.endswith("(the noise floor).")


def test_the_batch_before_is_compared_in_the_same_bins():
    metric = compared(numeric(NORMAL), SAME + 4, before=NORMAL + 4)

    assert (metric.against, metric.verdict, metric.reference_rows) == ("previous_batch", "stable", 1000)
    assert compared(numeric(NORMAL), SAME, before=NORMAL + 4).verdict == "drifted"


def test_a_batch_before_that_was_short_is_named():
    metric = compared(numeric(NORMAL), SAME, before=NORMAL[:50])

    assert metric.reason == "50 rows in the previous batch; a verdict needs 200."


VALUES = st.lists(st.floats() | st.none(), max_size=30)


@given(VALUES, VALUES)
@settings(max_examples=60, deadline=None)
def test_whatever_the_values_no_number_is_nan_or_infinite(reference, batch):
    metric = compared(numeric(reference or [None]), batch, min_rows=1)
    numbers = [getattr(metric, name) for name in (*DISTANCES, "null_share", "reference_null_share")]

    assert all(number is None or math.isfinite(number) for number in numbers)
    assert metric.mean is None or math.isfinite(metric.mean)
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


@pytest.mark.parametrize("measure", ["wasserstein", "population_stability_index", "kolmogorov_smirnov"])
def test_measure_and_threshold_are_those_of_the_spec(measure):
    metrics = [
        compared(numeric(NORMAL), SAME + 2, numeric={"measure": measure, "threshold": threshold})
        for threshold in (0.3, 9.0)
    ]

    assert [(each.measure, each.threshold, each.verdict) for each in metrics] == [
        (measure, 0.3, "drifted"),
        (measure, 9.0, "stable"),
    ]


def test_a_categorical_column_has_a_measure_of_its_own():
    metric = compared(categorical(AIRPORTS), AIRPORTS, categorical={"measure": "l_infinity", "threshold": 0.5})

    assert (metric.measure, metric.threshold, metric.distance) == ("l_infinity", 0.5, 0)
