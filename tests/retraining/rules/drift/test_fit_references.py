"""A reference says what a version was trained on, in counts and sums."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retraining.records.drift import LABEL, PREDICTION
from retraining.rules.drift.fit_references import TrainingRows, fit_references, kinds_of_columns
from retraining.spec.model_spec import ModelSpec

from .columns import AIRPORTS, NORMAL, RUN, categorical, days, drift_spec, floor_of, numeric, references


def test_there_is_one_reference_per_feature_one_for_the_prediction_and_one_for_the_label():
    made = references(NORMAL, AIRPORTS)

    assert [(each.column_name, each.kind) for each in made] == [
        ("x", "numeric"),
        ("c", "categorical"),
        (PREDICTION, "numeric"),
        (LABEL, "numeric"),
    ]
    assert {(each.model, each.version, each.seq, each.run_id, each.at) for each in made} == {
        ("toy", "4", 1, RUN.run_id, RUN.started_at)
    }


def test_the_prediction_of_a_classification_is_a_category():
    spec = ModelSpec.model_validate({**drift_spec().model_dump(), "kind": "classification"})
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], "c": ["a", "a", "b"]})
    classes = np.array(["yes", "no", "yes"])
    made = fit_references(spec, TrainingRows(frame, classes, classes, None), 7, "4", 1, RUN)[-2]

    assert kinds_of_columns(spec)[PREDICTION] == "categorical"
    assert (made.categories, made.counts) == (("yes", "no"), (2, 1, 0, 0))


def test_nulls_and_nan_are_counted_apart_from_the_bins():
    number, text = numeric([1.0, math.nan, 2.0, None]), categorical(["a", None, math.nan, "b", "a"])

    assert (sum(number.counts), number.nulls, number.rows) == (2, 2, 4)
    assert (text.counts, text.nulls, text.rows) == ((2, 1, 0, 0), 2, 5)


@given(st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), min_size=1))
@settings(max_examples=50)
def test_every_row_is_counted_and_every_value_summed(values):
    made, known = numeric(values), [value for value in values if not math.isnan(value)]

    assert sum(made.counts) + made.nulls == made.rows == len(values)
    assert sum(made.sums) == pytest.approx(sum(known), abs=1e-4)
    assert len(made.counts) == len(made.sums) == len(made.edges) + 1


def test_the_standard_deviation_is_that_of_the_finite_values():
    assert numeric([1.0, 3.0, math.inf, math.nan]).standard_deviation == 1


@pytest.mark.parametrize("values", [[0.1] * 3, [math.nan] * 3, [math.inf] * 3, [5.0]])
def test_what_does_not_vary_has_no_standard_deviation(values):
    assert numeric(values).standard_deviation == 0


def test_no_number_of_a_reference_is_nan():
    made = numeric([math.inf, -math.inf, math.nan, 1e308, 1e308, -1e308], days=days(6, 1), min_rows=1)
    floors = [each.distance for each in made.run_floors]

    assert not any(math.isnan(value) for value in (*made.edges, *made.sums, made.standard_deviation, *floors))


def test_the_floor_knows_the_weeks_of_the_training_rows():
    winter_and_summer = np.concatenate([NORMAL[:500], NORMAL[:500] + 1])
    by_week = numeric(winter_and_summer, days=days(50, 20), min_rows=100)

    assert floor_of(by_week, "wasserstein") > 0.2
    assert (by_week.runs, numeric(winter_and_summer).runs, numeric(winter_and_summer).run_floors) == (7, 0, ())


def test_rows_without_a_value_take_no_part_in_the_floor_of_a_distance_and_have_their_own():
    values, dates = list(NORMAL[:400]), days(20, 20)
    plain = numeric(values, days=dates, min_rows=20)
    missing = numeric([*values, math.nan], days=np.append(dates, 0), min_rows=20)

    assert floor_of(missing, "wasserstein") == floor_of(plain, "wasserstein") > 0
    assert (floor_of(plain, "null_share"), floor_of(missing, "null_share")) == (0, pytest.approx(1 / 141))


def test_a_reference_knows_how_often_its_values_were():
    number, text = numeric([1.0, 1.0, 1.0, 2.5, math.nan]), categorical(["a", "b", "a", None])

    assert (sum(number.most_alike), max(number.most_alike)) == (4, 3)
    assert (number.minimum, number.maximum) == (1.0, 2.5)
    assert (text.categories, text.category_rows) == (("a", "b"), (2, 1))


def test_every_column_has_a_floor_of_its_own():
    x, c, prediction, _ = references(NORMAL, sorted(AIRPORTS), days=days(50, 20), min_rows=100)

    assert floor_of(c, "jensen_shannon") > 0.5 > floor_of(x, "jensen_shannon") > 0
    assert floor_of(prediction, "wasserstein") == pytest.approx(floor_of(x, "wasserstein"))


def test_a_constant_has_no_floor_in_a_unit_that_it_lacks():
    assert "wasserstein" not in {each.measure for each in numeric([3.0] * 400, days=days(20, 20)).run_floors}
