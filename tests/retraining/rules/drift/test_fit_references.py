"""A reference says what a version was trained on, in counts and sums."""

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retraining.records.drift_reference import PREDICTION
from retraining.rules.drift.fit_references import fit_references, kinds_of_columns
from retraining.spec.model_spec import ModelSpec

from .columns import AIRPORTS, NORMAL, RUN, categorical, days, drift_spec, numeric, references


def test_there_is_one_reference_per_feature_and_one_for_the_prediction():
    made = references(NORMAL, AIRPORTS)

    assert [(each.column_name, each.kind) for each in made] == [
        ("x", "numeric"),
        ("c", "categorical"),
        (PREDICTION, "numeric"),
    ]
    assert {(each.model, each.version, each.seq, each.run_id, each.at) for each in made} == {
        ("toy", "4", 1, RUN.run_id, RUN.started_at)
    }


def test_the_prediction_of_a_classification_is_a_category():
    spec = ModelSpec.model_validate({**drift_spec().model_dump(), "kind": "classification"})
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], "c": ["a", "a", "b"]})
    made = fit_references(spec, frame, np.array(["yes", "no", "yes"]), None, 7, "4", 1, RUN)[-1]

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
    made = numeric([math.inf, -math.inf, math.nan, 1e308, 1e308, -1e308])

    assert not any(math.isnan(value) for value in (*made.edges, *made.sums, made.standard_deviation, made.noise_floor))


def test_the_floor_knows_the_weeks_of_the_training_rows():
    winter_and_summer = np.concatenate([NORMAL[:500], NORMAL[:500] + 1])
    by_week = numeric(winter_and_summer, days=days(50, 20), min_rows=100)

    assert by_week.noise_floor > 0.2
    assert numeric(winter_and_summer, min_rows=100).noise_floor == 0


def test_rows_without_a_value_or_a_day_take_no_part_in_the_floor():
    values, dates = list(NORMAL[:400]), days(20, 20)
    plain = numeric(values, days=dates, min_rows=20).noise_floor

    assert plain > 0
    assert numeric([*values, math.nan], days=[*dates, date(2013, 1, 1)], min_rows=20).noise_floor == plain
    assert numeric([*values, *values], days=[*dates, *[None] * 400], min_rows=20).noise_floor == plain


def test_every_column_has_a_floor_of_its_own():
    x, c, prediction = references(NORMAL, sorted(AIRPORTS), days=days(50, 20), min_rows=100)

    assert c.noise_floor > 1 > x.noise_floor > 0
    assert prediction.noise_floor == pytest.approx(x.noise_floor)
