"""What a spec says of all series of a panel."""

from retraining.errors import SpecError
from retraining.forecasting.find_forecaster import Candidate
from retraining.forecasting.panel_plan import PanelPlan
from retraining.kinds.find_kind import kind_of
from retraining.rules.panel.regular import Calendar
from retraining.spec.forecast_section import ForecastSection
from retraining.spec.model_spec import ModelSpec
from retraining.spec.params import plain


def plan_of(spec: ModelSpec) -> PanelPlan:
    """The plan of a forecast."""
    section = section_of(spec)
    candidates = tuple(Candidate(each.called, each.model, plain(each.options)) for each in section.models)
    return PanelPlan(section.horizon, section.season, section.intervals, candidates)


def calendar_of(spec: ModelSpec) -> Calendar:
    """How a forecast counts time."""
    section = section_of(spec)
    return Calendar(section.frequency, section.season, section.missing)


def section_of(spec: ModelSpec) -> ForecastSection:
    """The section of a forecast. Raises SpecError for a model of another kind."""
    if spec.forecast is None:
        raise SpecError(f"{spec.model} is a {kind_of(spec).name}; expected a forecast.")
    return spec.forecast


def wrong_models(spec: ModelSpec) -> list[tuple[str, str]]:
    """What keeps the models of a spec from being built, as key and sentence. Nothing is known where the library is not
    installed."""
    wrong = []
    plan = plan_of(spec)
    for candidate in plan.tried:
        try:
            candidate.build(plan.season_length).check()
        except SpecError as err:
            if not isinstance(err.__cause__, ModuleNotFoundError):
                wrong.append(("forecast.models", str(err)))
        except Exception as err:  # whatever a user's function or a library raises
            wrong.append(("forecast.models", f"`{candidate.name}` refuses its options: {err}."))
    return wrong
