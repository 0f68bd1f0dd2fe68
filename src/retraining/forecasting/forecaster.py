"""What a model of one series must answer. A new model is a file with a class of this protocol, and a line in
find_forecaster.py.

Three kinds of work are kept apart, because they cost very different amounts: to specify (search over forms), to
reestimate (the same form, new parameters), and to carry on (the same parameters, new points).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
State = Mapping[str, Any]
"""A fitted model as JSON holds it: numbers, texts, lists and mappings of them. Never a pickle, which runs code when it
is read."""


@dataclass(frozen=True)
class Points:
    """Consecutive points of one series. values: (steps,), finite; known: (steps, columns) of what is known ahead, such
    as holidays, None where the spec names no such column."""

    values: FloatArray
    known: FloatArray | None = None

    def __len__(self) -> int:
        """Steps."""
        return len(self.values)

    def __getitem__(self, part: slice) -> "Points":
        """Some of the steps."""
        return Points(self.values[part], None if self.known is None else self.known[part])

    def followed_by(self, new: "Points") -> "Points":
        """These points and the new ones after them."""
        known = None if self.known is None or new.known is None else np.vstack([self.known, new.known])
        return Points(np.append(self.values, new.values), known)


@dataclass(frozen=True)
class Filtered:
    """A model that has seen some points. one_step: what it forecast of each of them one step before, NaN where it knew
    too little to forecast."""

    state: State
    one_step: FloatArray


@dataclass(frozen=True)
class Forecaster(ABC):
    """A model of one series: stateless itself, all that it learns is in the state that it returns."""

    needs_history: ClassVar[bool] = False
    """Whether carrying on needs the points from the first one on, because the state does not hold all that they say."""
    takes_known: ClassVar[bool] = False
    """Whether the model learns from what is known ahead."""

    season_length: int = 1
    """Steps of a season; 1 without one."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of the library's model."""

    def why_not(self, points: Points) -> str | None:
        """Why such a series has no model of this kind, as a sentence; None where it has."""
        return None

    def check(self) -> None:
        """Raises what the library raises for options that it does not have. Asked before any series is read."""
        if self.options:
            raise ValueError(f"it has none, and {', '.join(self.options)} is given")

    @abstractmethod
    def fit(self, points: Points, form: Any = None) -> Filtered:
        """Learns a series. Without a form the model searches for one; with the form of a state it estimates the
        parameters of that form only."""

    @abstractmethod
    def carry_on(self, state: State, new: Points, before: Points) -> Filtered:
        """The same parameters after new points. before: the points from the first one on, where `needs_history`; else
        it may be empty."""

    @abstractmethod
    def forecast(self, state: State, horizon: int, known: FloatArray | None = None) -> FloatArray:
        """The next steps after the last point, shape (horizon,). known: (horizon, columns), for a model that takes
        it."""

    def form_of(self, state: State) -> Any:
        """What a state was searched for, and a new estimation keeps."""
        return state.get("form")


def plain(values: Any) -> Any:
    """Arrays and numbers as JSON writes them: NaN becomes None."""
    if isinstance(values, np.ndarray):
        return [plain(each) for each in values.tolist()]
    if isinstance(values, float | np.floating):
        return float(values) if np.isfinite(values) else None
    return values


def numbers(values: Any) -> FloatArray:
    """A list of a state as an array: None becomes NaN."""
    return np.array([np.nan if each is None else each for each in values], dtype=np.float64)


EMPTY = Points(np.empty(0))
