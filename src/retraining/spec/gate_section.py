"""How a challenger is judged."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainSerializer, model_validator

from retraining.spec.section import ColumnName, Person, Section
from retraining.spec.serving_section import ConsumerSection
from retraining.spec.strategy_section import Exclusion

Features = Annotated[Mapping[ColumnName, float | str | None], AfterValidator(MappingProxyType), PlainSerializer(dict)]


class GoldenRow(Section):
    """Features and the prediction that a sane model makes: within bounds, or exactly one class."""

    features: Features
    """A value for each feature; one that is left out is missing for the model as well."""
    at_least: float | None = None
    """Smallest prediction that is right."""
    at_most: float | None = None
    """Greatest prediction that is right."""
    is_class: str | None = None
    """The class that is right."""

    @model_validator(mode="after")
    def _expects_something(self) -> "GoldenRow":
        bounds = [each for each in (self.at_least, self.at_most) if each is not None]
        if bool(bounds) == (self.is_class is not None):
            raise ValueError("say at_least and at_most of a number, or is_class of a class")
        if bounds != sorted(bounds):
            raise ValueError(f"at_least {self.at_least:g} is above at_most {self.at_most:g}")
        return self


Floors = Annotated[Mapping[str, float], AfterValidator(MappingProxyType), PlainSerializer(dict)]


class GateSection(Section):
    """Hold-out, questions and deployment of the gate."""

    holdout: Literal["newest", "reserved"] = "newest"
    """newest: whole days after everything champion and candidate were trained on. reserved: a quarter of the keys,
    never trained on; only for rows without a time order."""
    deploy: Literal["refit", "candidate"] = "candidate"
    """candidate: the judged version itself goes live. refit: the gated recipe is fitted again including the hold-out,
    and goes live unless the days that it added made it worse on those before them; only with holdout: newest."""
    kind: Literal["refresh", "change"] | None = None
    """refresh: at least as good as the champion. change: shown to be better. Without it: a change where the champion
    learned from other columns, by another recipe, with other parameters or another strategy; else a refresh."""
    metric: str | None = None
    """The metric that decides; default: rmse or error_rate. `recipes.<file>.<function>` is your own metric:
    a function of labels and predictions (arrays) that returns each row's loss; the smaller mean is better."""
    guards: tuple[str, ...] = ()
    """Metrics that must not get worse."""
    floors: Floors = Field(default_factory=dict, validate_default=True)
    """Metrics and the value that a candidate must reach, however good the champion is."""
    min_gain: float = Field(default=0.05, ge=0, lt=1)
    """What a change must gain: a share of the champion's loss, or for a metric that is best at 1 the difference."""
    false_promotions_per_year: float = Field(default=0.5, gt=0)
    """How often a year a change that gains nothing may be promoted by chance; sets the confidence of each verdict."""
    trust: tuple[Exclusion, ...] = ()
    """Periods whose rows are right although what was learned before does not hold on them: they are learned as all
    others. Without this, such days wait until their rows are corrected, or the days after show that a change stays."""
    keeps_first_population: bool = False
    """Whether those of the first training's period are still served: then a candidate must be at least as good as the
    champion on rows of that period that neither learned. Else that is reported only."""
    golden_rows: tuple[GoldenRow, ...] = ()
    """Rows whose answers are known: a candidate that gets one wrong is refused."""
    may_explain_label: tuple[ColumnName, ...] = ()
    """Features that may explain the label almost perfectly; any other that does counts as a leak."""
    may_change_signature: tuple[ColumnName, ...] = ()
    """Inputs (or `prediction`) that a new champion may drop, demand or retype, because its callers know; any other
    change that breaks them is refused."""
    consumers: tuple[ConsumerSection, ...] = ()
    """Who is notified of each new champion by the job on_champion_change, and, before it goes live, of one whose
    signature breaks callers."""
    approval: Literal["none", "required"] = "none"
    """required: a candidate that passes waits in `promotions` as PENDING until somebody runs the job approve."""
    approval_days: int = Field(default=7, ge=1)
    """Days of the calendar after which a candidate that still waits is refused, whatever `as_of` says."""
    authors: tuple[Person, ...] = ()
    """Everyone who wrote or changed this spec or its recipe, by their user name in the workspace. None of them may
    approve a candidate. Only with approval: required."""

    @model_validator(mode="after")
    def _reserved_rows_are_never_trained_on(self) -> "GateSection":
        if self.holdout == "reserved" and self.deploy == "refit":
            raise ValueError("holdout: reserved deploys the candidate itself; remove deploy: refit")
        return self

    @model_validator(mode="after")
    def _authors_are_kept_from_approving(self) -> "GateSection":
        if self.authors and self.approval == "none":
            raise ValueError("authors are kept from approving; add approval: required, or remove authors")
        return self

    @property
    def refits(self) -> bool:
        """Whether a passing candidate is fitted again with the hold-out before it goes live."""
        return self.deploy == "refit"

    @property
    def metrics(self) -> tuple[str, ...]:
        """Every metric that is named."""
        return (*((self.metric,) if self.metric else ()), *self.guards, *self.floors)
