"""A golden row is read as a row of the source: a gap is a gap, and a category is its text."""

import pandas as pd
import pytest
from tests.loop import toy_spec

from recipes.ridge import pipeline
from retraining.steps.dataset.answered_by_spark import FittedVersion
from retraining.steps.gate.judge_candidate import golden_answers
from served_model.column_values import Feature

FEATURES = (Feature("x", "double", True), Feature("month", "int", False))
ROWS = pd.DataFrame({"x": [0.0] * 6, "month": ["1", "1", "2", "2", None, None]})
LABEL = [0.0, 0.0, 50.0, 50.0, 100.0, 100.0]


@pytest.mark.parametrize(("month", "expected"), [({"month": 1}, 0.0), ({"month": None}, 100.0), ({}, 100.0)])
def test_a_golden_row_is_answered_as_the_same_row_of_the_source(month, expected):
    golden = {"features": {"x": 0.0, **month}, "at_least": expected - 1, "at_most": expected + 1}
    spec = toy_spec(columns={"label": "y", "numeric": ["x"], "categorical": ["month"]}, gate={"golden_rows": [golden]})
    fitted = pipeline(["x"], ["month"], {"alpha": 1e-6}).fit(ROWS, LABEL)

    assert golden_answers(spec, FittedVersion(fitted, FEATURES)) == [pytest.approx(expected, abs=1)]
