"""What a version that was made elsewhere needs before it can be used."""

import pytest
from tests.loop import toy_spec

from retraining.errors import ParameterError
from retraining.spec.read_spec import parse_spec
from retraining.steps.imported.check_made_elsewhere import check_has_one_model

FORECAST = """
model: toy
kind: forecast
source: { table: toy_source, keys: [place, day] }
columns: { label: y }
forecast: { series: [place], time: day, frequency: daily, horizon: 7 }
schedule: weekly
"""


def test_a_panel_is_neither_adopted_nor_copied():
    with pytest.raises(ParameterError, match=r"toy is a forecast: .* Run the job retraining"):
        check_has_one_model(parse_spec(FORECAST, "specs/toy.yml"))


def test_a_model_of_rows_may_be():
    check_has_one_model(toy_spec())
