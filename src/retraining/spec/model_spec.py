"""One model, as its YAML file describes it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PrivateAttr, WrapValidator, model_validator

from retraining.kinds.find_kind import KINDS, kind_of
from retraining.spec.columns_section import ColumnsSection
from retraining.spec.document.faults import did_you_mean
from retraining.spec.drift_section import DriftSection
from retraining.spec.forecast_section import FORECAST_KIND, WHOLE_DAYS, ForecastSection
from retraining.spec.gate_section import GateSection
from retraining.spec.kind_of_sections import (
    NOT_GIVEN,
    forecast_of_kind,
    recipe_of_kind,
    with_defaults_of_kind,
    wrong_for_kind,
)
from retraining.spec.params import Params, frozen, plain
from retraining.spec.policy_section import PolicySection
from retraining.spec.quality_section import QualitySection
from retraining.spec.recipe_function import Form, Recipes, is_recipe
from retraining.spec.search_section import TrialsSection, wrong_search
from retraining.spec.section import Name, Section
from retraining.spec.serving_section import AlertsSection, ServingSection
from retraining.spec.source_section import SourceSection
from retraining.spec.strategy_section import StrategySection


def _known_kind(name: str) -> str:
    if name not in KINDS:
        raise ValueError(
            f"{name!r} is not a kind of model; expected one of {', '.join(KINDS)}.{did_you_mean(name, KINDS)}"
        )
    return name


KindName = Annotated[str, AfterValidator(_known_kind), Field(json_schema_extra={"enum": list(KINDS)})]
"""The name of a kind that `retraining.kinds` has."""

PERIOD_DAYS = {"daily": 1, "weekly": 7, "monthly": 31}


class ModelSpec(Section):
    """What a model is, where its rows come from, when it is retrained and how it is judged."""

    model: Name
    """The model's name, equal to the file's name without `.yml`."""
    kind: KindName
    """What a prediction is, and so how models are measured."""
    source: SourceSection
    """Where rows come from. A name instead of a section: the file of that name in specs/sources."""
    columns: ColumnsSection
    """What the model learns from, and what it predicts."""
    forecast: Annotated[ForecastSection | None, WrapValidator(forecast_of_kind)] = Field(
        default_factory=lambda: NOT_GIVEN, validate_default=True
    )
    """The series of a model of kind forecast, and how they are forecast."""
    quality: QualitySection = Field(default_factory=QualitySection)
    """Which rows and batches are fit for use."""
    recipe: Annotated[Recipes, WrapValidator(recipe_of_kind)] = Field(
        default_factory=lambda: NOT_GIVEN, validate_default=True
    )
    """The function that builds the unfitted estimator, or a list of functions among which `search` chooses; a forecast
    has none."""
    params: Params = Field(default_factory=dict, validate_default=True)
    """Arguments of that function, or of each: values, lists and sections."""
    search: TrialsSection | None = None
    """How recipe and arguments are chosen. Without it they are as `params` says."""
    strategy: StrategySection = StrategySection()
    """How the model is kept up to date."""
    drift: DriftSection = Field(default_factory=DriftSection)
    """When a batch differs from the training rows."""
    policy: PolicySection = PolicySection()
    """When to retrain, and who may move the alias."""
    gate: GateSection = Field(default_factory=GateSection)
    """How a candidate is judged."""
    serving: ServingSection = ServingSection()
    """Limits of the version that goes live."""
    alerts: AlertsSection = AlertsSection()
    """Who is notified of incidents."""
    schedule: Literal["daily", "weekly", "monthly"]
    """How often new rows are expected; sets the default maximum age of a champion."""
    _source_file: str | None = PrivateAttr(None)
    _used_by_others: tuple[str, ...] = PrivateAttr(())

    def model_post_init(self, context: Any, /) -> None:
        """Remembers the file of a shared source: it is not part of what the spec says, nor of its hash."""
        if context is not None:
            self._source_file = context["source_file"]

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_kind(cls, value: Any) -> Any:
        return with_defaults_of_kind(value)

    @model_validator(mode="after")
    def _sections_fit_together(self) -> "ModelSpec":
        """All that is wrong between sections, a line for each: who corrects one thing wants to know the next."""
        wrong = [
            *wrong_for_kind(self),
            *self._wrong_holdout(),
            *self._wrong_metrics(),
            *self._not_features("gate.may_explain_label", self.gate.may_explain_label),
            *self._not_features("gate.golden_rows", [name for row in self.gate.golden_rows for name in row.features]),
            *self._not_features("drift.weights", self.drift.weights),
            *self._not_features("strategy", self.strategy.features),
            *self._texts_of_strategy(),
            *self._wrong_golden_rows(),
            *wrong_search(self),
        ]
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    def _wrong_holdout(self) -> list[str]:
        if self.source.mode != "change_feed" or self.gate.holdout == "reserved":
            return []
        return ["source.mode: change_feed has versions instead of days. Say gate: { holdout: reserved }"]

    def _wrong_metrics(self) -> list[str]:
        kind = kind_of(self)
        named = [name for name in self.gate.metrics if not is_recipe(name)]
        wrong = [(name, why) for name in named if (why := kind.why_no_metric(name))]
        return [f"gate: {why}.{did_you_mean(name, kind.metrics)}" for name, why in wrong]

    def _wrong_golden_rows(self) -> list[str]:
        kind = kind_of(self)
        if all((row.is_class is None) == kind.is_numeric for row in self.gate.golden_rows):
            return []
        return [
            "gate.golden_rows: for a number write at_least and at_most, for a class is_class; "
            f"a {kind.name} predicts {'numbers' if kind.is_numeric else 'classes'}"
        ]

    def _not_features(self, key: str, names: Iterable[str]) -> list[str]:
        features = self.columns.features
        unknown = sorted(set(names) - set(features))
        near = "".join(did_you_mean(name, features) for name in unknown)
        return [f"{key} names columns that are not features: {', '.join(unknown)}{'.' if near else ''}{near}"] * bool(
            unknown
        )

    def _texts_of_strategy(self) -> list[str]:
        texts = sorted(set(self.strategy.numbers) & set(self.columns.categorical))
        named = ", ".join(texts)
        return [f"strategy reads columns of texts as numbers: {named}. Move them to columns.numeric"] * bool(texts)

    @model_validator(mode="after")
    def _labels_name_the_same_entities(self) -> "ModelSpec":
        if self.columns.labels is not None:
            self.columns.labels.check_keys(self.source.keys, "columns.labels")
        return self

    @property
    def source_name(self) -> str:
        """Key of the source's watermark and observations."""
        return self.source.name or self.model

    @property
    def source_is_shared(self) -> bool:
        """Whether the source has its own file, which other models may name too."""
        return self._source_file is not None

    @property
    def source_file(self) -> str:
        """The YAML file that describes the source, its quality and its labels, for people."""
        return self._source_file or f"specs/{self.model}.yml"

    @property
    def used_by_others(self) -> tuple[str, ...]:
        """Columns of the source that other models of it name. Not part of what the spec says, nor of its hash."""
        return self._used_by_others

    def share_with(self, other: "ModelSpec") -> None:
        """Remembers the columns of another model of the same source, so that ingestion keeps them as they are."""
        theirs = (*other.columns.features, *other.columns.slices, other.columns.label, *other.series_columns)
        self._used_by_others = (*self._used_by_others, *theirs)

    @property
    def blocks_called(self) -> str:
        """What a hold-out of the newest time is counted in."""
        return self.forecast.blocks_called if self.forecast else WHOLE_DAYS

    @property
    def is_forecast(self) -> bool:
        """Whether the model is a panel of series."""
        return self.kind == FORECAST_KIND

    @property
    def series_columns(self) -> tuple[str, ...]:
        """Columns that a forecast needs beside its label; none of any other kind."""
        return self.forecast.named_columns if self.forecast else ()

    @property
    def period_days(self) -> int:
        """How many days a batch usually spans."""
        return PERIOD_DAYS[self.schedule]

    @property
    def max_age_days(self) -> int:
        """Data time, in days, after which a champion is too old."""
        return self.policy.max_age_days or 6 * self.period_days

    @property
    def hash(self) -> str:
        """Sha256 of the complete spec, whatever the order of its keys; stored with every decision and version."""
        return _sha256(self._content())

    @property
    def learning_hash(self) -> str:
        """Sha256 of what a version is made by: a champion with another one was made by another recipe, from other
        columns, or with other parameters, or by a search in another space."""
        content = self._content()
        columns = {name: content["columns"][name] for name in ("label", "numeric", "categorical")}
        keys = ("kind", "recipe", "params", "strategy")
        made_by = {name: content[name] for name in keys}
        also = {name: content[name] for name in ("forecast", "search") if content.get(name) is not None}
        return _sha256({**made_by, **also, "columns": columns, "prepare": content["source"]["prepare"]})

    def _content(self) -> dict[str, Any]:
        """What the spec says. A search that it does not have is left out, so that the key changes no hash."""
        content = self.model_dump(mode="json")
        return {name: value for name, value in content.items() if name != "search" or value is not None}

    @property
    def recipes(self) -> tuple[str, ...]:
        """The recipes that the spec names; none of a forecast."""
        return self.recipe if isinstance(self.recipe, tuple) else (self.recipe,) * bool(self.recipe)

    @property
    def is_searched(self) -> bool:
        """Whether recipe or arguments are chosen among several."""
        return self.search is not None or len(self.recipes) > 1

    @property
    def searched_by(self) -> TrialsSection:
        """How they are chosen; the defaults where the spec only lists recipes."""
        return self.search or TrialsSection()

    @property
    def form(self) -> Form:
        """The form of a spec without a search; of a spec with one the first recipe, with `params` alone."""
        return Form(self.recipes[0], self.params)

    def in_form(self, form: Form) -> "ModelSpec":
        """The same model, made in one form: what the spec would say if it named this recipe and these arguments."""
        params = dict(form.params)
        made = self.model_copy(update={"recipe": form.recipe, "search": None})
        return made if plain(params) == plain(self.params) else made.model_copy(update={"params": frozen(params)})


def _sha256(content: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
