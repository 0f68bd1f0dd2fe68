"""A spec's forecast as a plan, and what keeps its models from being built."""

from pathlib import Path

import pytest
from tests.loop import toy_spec

from retraining.check_specs import faults_of_spec
from retraining.errors import SpecError
from retraining.forecasting.plan_of_spec import calendar_of, plan_of, wrong_models
from retraining.rules.panel.decide_series import limits_of
from retraining.rules.panel.regular import Calendar
from retraining.spec.read_spec import parse_spec

SPEC = """\
model: routes
kind: forecast
source: { table: flights_per_route, keys: [route, day] }
columns: { label: flights }
forecast:
  series: [route]
  time: day
  frequency: daily
  horizon: 14
  missing: zero
  models: [MODELS]
schedule: daily
"""


def spec_of(models="AutoETS"):
    return parse_spec(SPEC.replace("MODELS", models), "specs/routes.yml")


def test_the_plan_is_what_the_spec_says_and_always_has_the_seasonal_naive_forecast():
    plan = plan_of(spec_of("AutoETS, { model: TSB, name: slow, options: { alpha_d: 0.05 } }"))

    assert (plan.horizon, plan.season_length, plan.levels) == (14, 7, (80, 95))
    assert [each.name for each in plan.tried] == ["AutoETS", "slow", "SeasonalNaive"]
    assert plan.candidate("slow").build(7).options == {"alpha_d": 0.05}
    assert [each.name for each in plan_of(spec_of("SeasonalNaive, Naive")).tried] == ["SeasonalNaive", "Naive"]


def test_the_calendar_is_what_the_spec_says():
    assert calendar_of(spec_of()) == Calendar("daily", 7, "zero")


def test_limits_come_from_the_policy():
    found = limits_of(spec_of())

    assert (found.max_refit_share, found.max_error_increase) == (0.3, 0.2)
    assert found.max_age_days == 6 + 28  # the longest hold-out, which what goes live has not learned


def test_a_model_of_another_kind_has_no_plan():
    with pytest.raises(SpecError, match="toy is a regression; expected a forecast"):
        plan_of(toy_spec())


@pytest.mark.parametrize(
    "models",
    [
        "SeasonalNaive, Naive, AutoETS, AutoTheta, AutoARIMA, MSTL, CrostonSBA, TSB",
        "{ model: AutoETS, options: { damped: true } }",
        "{ model: AutoARIMA, options: { max_p: 2 } }",
        "{ model: TSB, options: { alpha_d: 0.3, alpha_p: 0.1 } }",
    ],
)
def test_models_with_options_that_they_have_are_right(models):
    assert wrong_models(spec_of(models)) == []


@pytest.mark.parametrize(
    ("models", "why"),
    [
        ("{ model: AutoETS, options: { dumped: true } }", "unexpected keyword argument 'dumped'"),
        ("{ model: AutoTheta, options: { decomp: x } }", "unexpected keyword argument 'decomp'"),
        ("{ model: AutoARIMA, options: { p: 1 } }", "unexpected keyword argument 'p'"),
        ("{ model: TSB, options: { alpha_d: 2 } }", "alpha_d is 2; it has alpha_d and alpha_p"),
        ("{ model: Naive, options: { drift: true } }", "it has none, and drift is given"),
        ("{ model: CrostonSBA, options: { alpha: 0.1 } }", "it has none, and alpha is given"),
    ],
)
def test_an_option_that_a_model_does_not_have_is_named(models, why):
    ((key, sentence),) = wrong_models(spec_of(models))

    assert key == "forecast.models"
    assert sentence.startswith(f"`{models.split()[2].rstrip(',')}` refuses its options: ")
    assert why in sentence


def test_the_check_of_specs_names_the_line(tmp_path: Path):
    (tmp_path / "routes.yml").write_text(SPEC.replace("MODELS", "AutoETS, { model: TSB, options: { alpha_p: 0 } }"))

    (fault,) = faults_of_spec(tmp_path, "routes")

    assert fault.startswith("specs/routes.yml, line 11: `forecast.models`: `TSB` refuses its options: alpha_p is 0")


def test_the_check_of_specs_finds_nothing_in_a_right_forecast(tmp_path: Path):
    (tmp_path / "routes.yml").write_text(SPEC.replace("MODELS", "AutoETS, MSTL"))

    assert faults_of_spec(tmp_path, "routes") == []
