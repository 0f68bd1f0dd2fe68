"""Rows of `series_models` and `panel_actions`, and what an action of a series is decided by."""

from dataclasses import dataclass
from typing import Literal

from retraining.records.run import Stamped

Made = Literal["fitted", "followed"]
"""How a row of `series_models` was made. fitted: by a training, as it was before the hold-out. followed: the same model
after the points of later batches."""

SeriesAction = Literal["keep", "update_state", "reestimate", "respecify", "fallback", "retire"]
"""keep: nothing new. update_state: the same parameters take in the new points. reestimate: the same form, new
parameters. respecify: a new search over the models. fallback: seasonal naive. retire: the series has ended."""

REFITS: frozenset[SeriesAction] = frozenset({"reestimate", "respecify"})
"""Actions that fit something."""


@dataclass(frozen=True)
class ErrorBlock:
    """One-step errors of some consecutive points, in units of the error that was expected of the model. A point counts
    for at most a few units, so that one spike is not a block of errors."""

    points: int
    """Points of the block."""
    loss: float
    """Sum of the sizes of the model's errors."""
    naive_loss: float
    """The same of the seasonal naive forecast, at the same points."""


@dataclass(frozen=True, kw_only=True)
class SeriesEvidence:
    """Everything that the action of one series may look at."""

    series: str
    """Key of the series."""
    forecaster: str | None
    """Name of the live model; None for a series that has none yet."""
    why_fallback: str | None
    """Why no model may learn the series now; None where one may."""
    new_points: int
    """Points that the live model has not seen."""
    corrected_points: int
    """Points that the live model had taken in before they were corrected or came late."""
    was_fallback: bool
    """Whether the series had the fallback until now."""
    ended: bool
    """Whether no point has come for so long that the series counts as ended."""
    age_days: float | None
    """Data time since the points that the live model's parameters were estimated on; None without one."""
    usual_loss: float
    """Mean size of a one-step error that was expected, in its own units, with large ones cut off as in blocks."""
    usual_spread: float
    """Standard deviation of these sizes."""
    usual_points: int
    """How many errors both were measured on."""
    blocks: tuple[ErrorBlock, ...]
    """Blocks since the last fit, oldest first."""
    reestimated: bool
    """Whether errors have already led to new parameters since the form was searched for."""
    weight: float
    """What the series counts in the panel's loss."""
    expected_share: float
    """The expected one-step error in units of the series' scale."""


@dataclass(frozen=True)
class SeriesLimits:
    """What the decision compares evidence with."""

    max_error_increase: float
    """policy.max_error_increase."""
    max_age_days: int
    """Data time after which parameters are estimated again."""
    max_refit_share: float
    """policy.max_refit_share."""
    search_all: str | None = None
    """Why every series is searched for a model again, such as a person's wish; None where each one is looked at."""


@dataclass(frozen=True)
class Wanted:
    """What one series needs, before the panel's budget is looked at."""

    action: SeriesAction
    """What the series needs."""
    reason: str
    """Why, in a sentence."""
    urgency: float = 0.0
    """Loss above the expected one, weighted; the largest goes first. Age alone has none."""
    counts: bool = False
    """Whether it is paid from the budget: a refit of a series that has a model."""


@dataclass(frozen=True)
class SeriesCount:
    """How many series of a panel have one action, for the panel's one decision."""

    action: SeriesAction
    """What is done with them."""
    series: int
    """How many they are."""


@dataclass(frozen=True)
class PanelAction(Stamped):
    """One row a series and run: what was done with it, and why."""

    model: str
    """Name of the panel's model."""
    evaluation_id: str
    """The evaluation that decided it: that of the panel's decision."""
    batch_seq: int
    """The newest committed batch."""
    series: str
    """Key of the series."""
    action: SeriesAction
    """What is done."""
    wanted: SeriesAction
    """What the series needed; differs from action where the budget was spent."""
    reason: str
    """Why, in sentences."""
    urgency: float
    """What decided who goes first."""
    rank: int | None
    """Place among the refits that were needed, from 1; None for other actions."""
    budget: int
    """How many refits the run had."""
    evidence: str
    """SeriesEvidence as JSON: the rule gives the same answer for it."""
    limits: str
    """SeriesLimits as JSON."""


@dataclass(frozen=True)
class SeriesModel(Stamped):
    """The live model of one series in one version of a panel, small enough for a table and safe to read."""

    model: str
    """Name of the panel's model."""
    panel_version: int
    """Version of the panel that the row belongs to."""
    made: Made
    """fitted or followed. A version of the panel has each series once as it was fitted, and once a batch as it was
    followed."""
    batch_seq: int
    """The newest batch that was known."""
    bucket: int
    """The bucket of series that a worker computed it in."""
    series: str
    """Key of the series: its columns' values as a JSON list."""
    forecaster: str
    """Name of the model, as forecast.models names it; fallback where none may learn the series."""
    made_by: str
    """The model behind the name and its options, as JSON: the spec may name others by now."""
    state: str
    """Parameters and newest state as JSON: numbers, texts and lists, never code."""
    library: str
    """Library and version that fitted it; empty for models of this product."""
    season_length: int
    """Steps of a season that the model was fitted with."""
    trained_from: int
    """First step that the parameters were estimated on."""
    trained_until: int
    """Last step that they were estimated on."""
    updated_until: int
    """Last step that the state has seen."""
    points: int
    """Points that the state has seen."""
    last_row: int | None
    """Step of the newest row, by which a series is seen to have ended; None without a row."""
    volume: float
    """Sum of the sizes of the values that were seen: what the series weighs."""
    scale: float
    """What errors of the series are divided by."""
    expected_error: float | None
    """Mean size of its one-step errors at past origins; None where none is known."""
    expected_points: int
    """How many errors that was measured on."""
    usual_loss: float
    """The same in units of expected_error, with large errors cut off; 1 where none was."""
    usual_spread: float
    """Standard deviation of these."""
    radii: str
    """Half the width of each level's interval by step, as JSON."""
    widths: str
    """A factor for each level that follows what the intervals missed, as JSON."""
    blocks: str
    """One-step errors since the last fit in blocks, as JSON."""
    reestimated: bool
    """Whether errors have led to new parameters since the form was searched for."""
    action: SeriesAction
    """What was done last."""
    reason: str
    """Why."""
    evidence: str | None = None
    """SeriesEvidence as JSON, of a row that was followed."""


@dataclass(frozen=True)
class PanelReference(Stamped):
    """What the live panel was worth on one batch: its errors beside those of a panel that is fitted again in full each
    time, and of the seasonal naive forecast, from the same origin."""

    model: str
    """Name of the panel's model."""
    batch_seq: int
    """The batch with the actuals."""
    origin_batch: int
    """The batch after which all three were forecast."""
    model_version: str
    """The version that was live then."""
    series: int
    """Series with an actual and all three forecasts."""
    forecasts: int
    """Forecasts of each of the three that met an actual."""
    live_loss: float
    """Sum of the live panel's errors, each divided by its series' scale."""
    naive_loss: float
    """The same of the seasonal naive forecast."""
    refit_loss: float
    """The same of a search over the models of every series."""
    refit_seconds: float
    """How long these searches and their forecasts took."""
