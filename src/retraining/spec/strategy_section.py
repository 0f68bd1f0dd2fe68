"""How a model is kept up to date."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from retraining.spec.section import VERSION_PATTERN, ColumnName, Name, Section


class Exclusion(Section):
    """Days that a spec names: [start, end), in UTC, and why."""

    start: date
    """First day of the period."""
    end: date
    """First day after them."""
    reason: str = Field(min_length=1)
    """Why, in a sentence."""

    @model_validator(mode="after")
    def _is_not_empty(self) -> "Exclusion":
        if self.start >= self.end:
            raise ValueError(f"start {self.start} is not before end {self.end}")
        return self


class Start(Section):
    """A registered version that learning starts from."""

    model: Name
    """Name of the model, without the schema."""
    version: str = Field(pattern=VERSION_PATTERN)
    """Its version, in quotes: an alias would make two runs start from different models."""


StrategyName = Literal[
    "full_refit",
    "incremental_update",
    "age_weighted_refit",
    "correction_ensemble",
    "regime_pool",
    "differenced_target",
    "fine_tune",
    "transfer_head",
    "static",
]

KEYS: dict[str, tuple[str, ...]] = {
    "full_refit": (),
    "incremental_update": ("passes", "rehearse", "transformers", "classes"),
    "age_weighted_refit": ("half_life_days",),
    "correction_ensemble": ("corrections",),
    "regime_pool": ("choose", "column", "edges", "most_members"),
    "differenced_target": ("subtract", "time_column", "trend", "season_days"),
    "fine_tune": ("start", "step", "passes"),
    "transfer_head": ("start",),
    "static": (),
}
"""The keys of each strategy, beside those that every one has."""


class StrategySection(Section):
    """The update strategy. `strategy: incremental_update` is short for `strategy: {name: incremental_update}`. A key
    below `above_max_rows` belongs to the strategies that its meaning names; with any other it is refused."""

    name: StrategyName = "full_refit"
    """full_refit: the recipe from scratch. incremental_update: the champion learns the new rows only, by
    `partial_fit`; it is refitted after two refused updates in a row. age_weighted_refit: from scratch, the newest rows
    count most. correction_ensemble: the base stays, and linear corrections are added. regime_pool: one model a regime,
    and a choice. differenced_target: from scratch, on a label without its trend and season. fine_tune: a registered
    version goes on learning with small steps. transfer_head: a registered version encodes the rows for a new learner.
    static: the first champion stays."""
    windows: tuple[int, ...] = (28, 91)
    """Lengths in days of training history that a refit tries beside all of it, newest rows first; a backtest on days
    before the hold-out chooses. Empty: always all."""
    exclude: tuple[Exclusion, ...] = ()
    """Periods that are never trained on."""
    above_max_rows: Literal["sample", "stop", "stream"] | None = None
    """What is learned where there are more training rows than `policy.max_rows`. sample, the default: a keyed sample of
    that size. stop: nothing; the run stops. stream, of incremental_update: every row, block by block, with one block in
    memory. A recipe that Spark fits learns every row anyway."""
    half_life_days: float | None = Field(default=None, gt=0)
    """Of age_weighted_refit: the age at which a row weighs half as much as the newest. By default a row of age a, in
    days, weighs 1 / (1 + a)."""
    passes: int | None = Field(default=None, ge=1, le=100)
    """Of incremental_update: how often each new row is shown, by default once. Of fine_tune: at most how often, by
    default 20; the newest rows choose."""
    rehearse: float | None = Field(default=None, gt=0, le=10)
    """Of incremental_update: how many old rows are shown again for each new one, against forgetting. None by
    default."""
    transformers: Literal["frozen", "update"] | None = None
    """Of incremental_update: whether scalers of the recipe stay as the first fit made them (`frozen`, the default), or
    go on learning before the learner does."""
    classes: tuple[str, ...] | None = None
    """Of incremental_update: all classes that may come. By default those of the first fit; another one leads to a
    refit."""
    corrections: int | None = Field(default=None, ge=1, le=20)
    """Of correction_ensemble: how many corrections there may be before the base is fitted again. By default 3."""
    choose: Literal["column", "profile", "loss"] | None = None
    """Of regime_pool, required: what tells regimes apart. column: a feature of each row. profile: the regime whose rows
    looked most like the newest batch. loss: the one whose model errs least on it."""
    column: ColumnName | None = None
    """Of regime_pool with `choose: column`: the feature."""
    edges: tuple[float, ...] | None = None
    """Of regime_pool with `choose: column`: where regimes of a numeric feature begin and end. By default each value is
    a regime."""
    most_members: int | None = Field(default=None, ge=2, le=50)
    """Of regime_pool: how many models it keeps. By default 5; the one that was chosen longest ago leaves."""
    subtract: ColumnName | None = None
    """Of differenced_target: a feature that holds an earlier value of the label."""
    time_column: ColumnName | None = None
    """Of differenced_target: a numeric feature with the moment of a row: a timestamp, or seconds since 1970."""
    trend: bool | None = None
    """Of differenced_target: whether a linear trend over `time_column` is taken out."""
    season_days: float | None = Field(default=None, gt=0)
    """Of differenced_target: the length of a season, whose mean for each day is taken out; for each hour where it is
    shorter than two days."""
    start: Start | None = None
    """Of fine_tune and transfer_head, required: the version that learning starts from."""
    step: float | None = Field(default=None, gt=0, le=1)
    """Of fine_tune: the share of the recipe's own step. By default 0.1."""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _windows_are_lengths(self) -> "StrategySection":
        if any(each < 1 for each in self.windows) or len(set(self.windows)) < len(self.windows):
            raise ValueError(f"windows {list(self.windows)}: expected different lengths of at least 1 day")
        return self

    @model_validator(mode="after")
    def _keys_fit(self) -> "StrategySection":
        """All that does not fit, a line for each."""
        wrong = [*self._foreign(), *self._missing()]
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    def _foreign(self) -> Iterator[str]:
        own = KEYS[self.name]
        for key in self._set_keys():
            if key not in own:
                others = " or ".join(name for name, keys in KEYS.items() if key in keys)
                every = "name, windows, exclude and above_max_rows"
                allowed = f"its own keys are {', '.join(own)}" if own else f"it has none beside {every}"
                yield f"{key} is a key of {others}. The strategy is {self.name}: {allowed}"

    def _missing(self) -> Iterator[str]:
        """What a strategy cannot do without. A key that changes nothing is refused too."""
        if self.above_max_rows == "stream" and self.name != "incremental_update":
            yield f"above_max_rows: stream needs incremental_update; {self.name} needs all rows at once"
        if self.name in ("fine_tune", "transfer_head") and self.start is None:
            yield f"{self.name} needs start, which names the version to start from"
        if self.name == "regime_pool" and self.choose is None:
            yield "regime_pool needs choose: column, profile or loss"
        if self.choose == "column" and self.column is None:
            yield "choose: column needs column, the feature that tells regimes apart"
        if self.choose in ("profile", "loss") and (self.column is not None or self.edges is not None):
            yield f"column and edges belong to choose: column. Remove them, or the choice {self.choose}"
        if self.choose == "column" and self.most_members is not None:
            yield "most_members changes nothing with choose: column, where every regime keeps its model"
        if self.edges is not None and sorted(set(self.edges)) != list(self.edges):
            yield f"edges {list(self.edges)}: expected different numbers, in order"
        if self.name == "differenced_target":
            yield from self._missing_difference()
        if self.classes is not None and len(set(self.classes)) < max(2, len(self.classes)):
            yield f"classes {list(self.classes)}: expected at least 2 different ones"

    def _missing_difference(self) -> Iterator[str]:
        timed = self.trend or self.season_days is not None
        if self.subtract is None and not timed:
            yield "differenced_target needs subtract, trend or season_days: what it takes out of the label"
        if timed and self.time_column is None:
            yield "trend and season_days need time_column, the feature with the moment of a row"
        if self.time_column is not None and not timed:
            yield "time_column changes nothing without trend or season_days"

    def _set_keys(self) -> list[str]:
        options = sorted({key for keys in KEYS.values() for key in keys})
        return [key for key in options if getattr(self, key) is not None]

    @property
    def options(self) -> dict[str, Any]:
        """The keys of the strategy that the spec sets, beside `start`, which names a version."""
        return {key: getattr(self, key) for key in self._set_keys() if key != "start"}

    @property
    def features(self) -> list[str]:
        """The features that the strategy reads by name."""
        return [name for name in (self.column, self.subtract, self.time_column) if name is not None]

    @property
    def numbers(self) -> list[str]:
        """Those of them that must be numbers."""
        cut = self.column if self.edges is not None else None
        return [name for name in (cut, self.subtract, self.time_column) if name is not None]

    @model_serializer(mode="wrap")
    def _without_unset(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What is not set is left out of what the spec says, so a new key changes no hash."""
        return {key: value for key, value in written(self).items() if value is not None}
