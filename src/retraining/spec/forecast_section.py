"""Many series that are forecast: what one of them is, how it counts time, and which models it may get."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from retraining.spec.document.faults import did_you_mean
from retraining.spec.params import Params
from retraining.spec.recipe_function import is_recipe
from retraining.spec.section import ColumnName, Section

FORECAST_KIND = "forecast"
FORECASTERS = ("SeasonalNaive", "Naive", "AutoETS", "AutoTheta", "AutoARIMA", "MSTL", "CrostonSBA", "TSB")
"""Models that a spec may name."""
TAKE_KNOWN = frozenset({"AutoARIMA"})
"""Those that learn from columns known ahead; a user's own may as well."""

Frequency = Literal["hourly", "daily", "weekdays", "weekly", "monthly", "quarterly", "yearly"]
Missing = Literal["error", "gap", "zero"]
Weighting = Literal["equal", "volume"]

SEASONS: Mapping[str, int] = {
    "hourly": 24,
    "daily": 7,
    "weekdays": 5,
    "weekly": 52,
    "monthly": 12,
    "quarterly": 4,
    "yearly": 1,
}
"""The usual season of a frequency, in steps."""

WHOLE_DAYS = "whole days"
_BLOCKS: Mapping[str, str] = {"weekly": "weeks", "monthly": "months", "quarterly": "quarters", "yearly": "years"}


def _is_a_model(name: str) -> str:
    if name not in FORECASTERS and not is_recipe(name):
        raise ValueError(
            f"{name!r} is not a model of series; expected one of {', '.join(FORECASTERS)}, "
            f"recipes.<file>.<function>.{did_you_mean(name, FORECASTERS)}"
        )
    return name


class ForecastModel(Section):
    """A model that a series may get. A name instead of a section is a model with its defaults."""

    model: Annotated[str, AfterValidator(_is_a_model), Field(json_schema_extra={"examples": list(FORECASTERS)})]
    """SeasonalNaive, Naive, AutoETS, AutoTheta, AutoARIMA, MSTL, CrostonSBA or TSB; or your own, as
    `recipes.<file>.<function>`: a function of season_length and options that returns a Forecaster."""
    name: Annotated[str, Field(min_length=1, max_length=64)] = ""
    """How tables call it, where a model is listed with several options. Default: the model's name."""
    options: Params = Field(default_factory=dict, validate_default=True)
    """Arguments of the library's model, such as `damped: true` of AutoETS."""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"model": value} if isinstance(value, str) else value

    @property
    def called(self) -> str:
        """The name that tables have."""
        return self.name or self.model.rpartition(".")[2]


def _usual_models() -> tuple[ForecastModel, ...]:
    return tuple(ForecastModel(model=name) for name in ("AutoETS", "AutoTheta", "CrostonSBA"))


class ForecastSection(Section):
    """The series of a model of kind forecast. Each one gets the model that was best at its past origins; a series that
    none may learn has a seasonal naive forecast, and a reason."""

    series: tuple[ColumnName, ...] = ()
    """Columns whose values name a series. Empty: the table is one series."""
    time: ColumnName
    """The column that says when a value is of: a timestamp or a date."""
    frequency: Frequency
    """Steps between values."""
    horizon: int = Field(ge=1, le=1000)
    """Steps that are forecast from every origin."""
    season_length: int | None = Field(default=None, ge=1, le=10_000)
    """Steps of a season; 1 where there is none. Default: that of the frequency, such as 7 for daily and 12 for
    monthly."""
    models: tuple[ForecastModel, ...] = Field(default_factory=_usual_models, min_length=1)
    """What a series may get. Default: AutoETS, AutoTheta and CrostonSBA. The seasonal naive forecast is always a
    candidate."""
    intervals: tuple[Annotated[int, Field(ge=50, le=99)], ...] = Field(default=(80, 95), min_length=1)
    """Levels of the intervals around forecasts, in per cent."""
    missing: Missing = "error"
    """A step without a row: error, and the series falls back until the row is there; gap, its value is not known; zero,
    its value is 0."""
    weights: Weighting = "equal"
    """What a series counts in the gate: equal, or volume, the sum of its values' sizes."""
    exogenous_known_ahead: tuple[ColumnName, ...] = ()
    """Columns that are known before their time comes, such as holidays and price plans. Rows of the future hold them,
    with an empty label."""

    @property
    def season(self) -> int:
        """Steps of a season."""
        return self.season_length or SEASONS[self.frequency]

    @property
    def blocks_called(self) -> str:
        """What a hold-out is counted in: whole days, or steps where those are longer."""
        return _BLOCKS.get(self.frequency, WHOLE_DAYS)

    @property
    def named_columns(self) -> tuple[str, ...]:
        """Columns that the section needs."""
        return (*self.series, self.time, *self.exogenous_known_ahead)

    @model_validator(mode="after")
    def _fits_together(self) -> "ForecastSection":
        wrong = [*self._named_twice(), *self._wrong_levels(), *self._takes_nothing_known()]
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    def _named_twice(self) -> list[str]:
        columns = [name.lower() for name in self.named_columns]
        models = [each.called for each in self.models]
        twice = sorted({name for name in self.named_columns if columns.count(name.lower()) > 1})
        same = sorted({name for name in models if models.count(name) > 1})
        return [
            *([f"series, time and exogenous_known_ahead name columns twice: {', '.join(twice)}"] if twice else []),
            *([f"models are called the same: {', '.join(same)}. Give each a `name`"] if same else []),
        ]

    def _wrong_levels(self) -> list[str]:
        if list(self.intervals) == sorted(set(self.intervals)):
            return []
        return [f"intervals {list(self.intervals)}: expected different levels, the smallest first"]

    def _takes_nothing_known(self) -> list[str]:
        models = [each.model for each in self.models]
        if not self.exogenous_known_ahead or any(each in TAKE_KNOWN or is_recipe(each) for each in models):
            return []
        return [
            f"exogenous_known_ahead: none of the models learns from it. Add {' or '.join(sorted(TAKE_KNOWN))} to "
            f"models, or remove the key"
        ]
