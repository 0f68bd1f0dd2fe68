"""How a model is kept up to date."""

from datetime import date
from typing import Any, Literal

from pydantic import Field, model_validator

from retraining.spec.section import Section


class Exclusion(Section):
    """Days that are never trained on: [start, end), in UTC, and why."""

    start: date
    """First day that is left out."""
    end: date
    """First day after them."""
    reason: str = Field(min_length=1)
    """Why, in a sentence."""

    @model_validator(mode="after")
    def _is_not_empty(self) -> "Exclusion":
        if self.start >= self.end:
            raise ValueError(f"start {self.start} is not before end {self.end}")
        return self


class StrategySection(Section):
    """The update strategy. `strategy: incremental_update` is short for `strategy: {name: incremental_update}`."""

    name: Literal["full_refit", "incremental_update"] = "full_refit"
    """full_refit: the recipe from scratch. incremental_update: the champion learns the new rows only, by
    `partial_fit`; it is refitted after two refused updates in a row."""
    windows: tuple[int, ...] = (28, 91)
    """Lengths in days of training history that a refit tries beside all of it, newest rows first; a backtest on days
    before the hold-out chooses. Empty: always all."""
    exclude: tuple[Exclusion, ...] = ()
    """Periods that are left out."""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _windows_are_lengths(self) -> "StrategySection":
        if any(each < 1 for each in self.windows) or len(set(self.windows)) < len(self.windows):
            raise ValueError(f"windows {list(self.windows)}: expected different lengths of at least 1 day")
        return self
