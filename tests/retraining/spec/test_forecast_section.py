"""A forecast has series, a calendar and models; no recipe and no features."""

import pytest
from pydantic import ValidationError

from retraining.forecasting.find_forecaster import FORECASTERS as BUILT
from retraining.spec.feed import rows_feed
from retraining.spec.forecast_section import FORECASTERS
from retraining.spec.read_spec import parse_spec

SMALLEST = """\
model: routes
kind: forecast
source: { table: flights_per_route, keys: [route, day] }
columns: { label: flights }
forecast:
  series: [route]
  time: day
  frequency: daily
  horizon: 14
schedule: monthly
"""


def parsed(*changes):
    text = SMALLEST
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_spec(text, "specs/routes.yml")


def test_the_smallest_forecast_has_ten_lines():
    assert len(SMALLEST.splitlines()) == 10
    assert parsed().is_forecast


def test_the_ledger_is_the_time_unless_the_source_says_otherwise():
    assert parsed().source.ledger_column == "day"
    assert parsed(("keys: [route, day]", "keys: [route, day], ledger_column: loaded_at")).source.ledger_column == (
        "loaded_at"
    )


@pytest.mark.parametrize(
    ("frequency", "season"),
    [("hourly", 24), ("daily", 7), ("weekdays", 5), ("weekly", 52), ("monthly", 12), ("quarterly", 4), ("yearly", 1)],
)
def test_a_season_is_that_of_the_frequency(frequency, season):
    assert parsed(("frequency: daily", f"frequency: {frequency}")).forecast.season == season


def test_a_season_may_be_said():
    assert parsed(("  horizon: 14", "  horizon: 14\n  season_length: 30")).forecast.season == 30


def test_models_are_names_or_have_options():
    models = "models: [TSB, { model: AutoETS, name: damped, options: { damped: true } }]"
    found = parsed(("  horizon: 14", f"  horizon: 14\n  {models}")).forecast.models

    assert [(each.called, each.model, dict(each.options)) for each in found] == [
        ("TSB", "TSB", {}),
        ("damped", "AutoETS", {"damped": True}),
    ]


def test_one_table_may_be_one_series():
    spec = parsed(("  series: [route]\n", ""), ("keys: [route, day]", "keys: [day]"))

    assert spec.forecast.series == ()


def test_names_may_be_of_other_scripts_and_have_spaces():
    spec = parsed(
        ("series: [route]", "series: [航线, von nach]"), ("keys: [route, day]", "keys: [航线, von nach, day]")
    )

    assert spec.forecast.series == ("航线", "von nach")


def test_ingestion_knows_all_columns_of_a_forecast():
    known = "models: [AutoARIMA]\n  exogenous_known_ahead: [holiday]"
    feed = rows_feed(parsed(("  horizon: 14", f"  horizon: 14\n  {known}")))

    assert set(feed.named_columns) == {"day", "route", "flights", "holiday"}


def test_a_forecast_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        parsed().forecast.horizon = 3


@pytest.mark.parametrize(
    "change",
    [
        ("horizon: 14", "horizon: 7"),
        ("frequency: daily", "frequency: weekly"),
        ("horizon: 14", "horizon: 14\n  missing: zero"),
        ("horizon: 14", "horizon: 14\n  models: [AutoETS]"),
    ],
)
def test_a_panel_that_is_forecast_in_another_way_is_another_one(change):
    assert parsed(change).learning_hash != parsed().learning_hash


def test_defaults_that_are_written_out_change_nothing():
    written = "horizon: 14\n  season_length: null\n  models: [AutoETS, AutoTheta, CrostonSBA]\n  intervals: [80, 95]"
    assert parsed(("horizon: 14", written.replace("  season_length: null\n", ""))).hash == parsed().hash


def test_every_model_that_a_spec_may_name_can_be_built():
    assert FORECASTERS == BUILT
