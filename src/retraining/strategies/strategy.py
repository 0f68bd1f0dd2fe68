"""What a strategy must answer. A new strategy is a file with a class of this protocol, and a line in find_strategy.py.

As in scikit-learn, a strategy takes an estimator as its parameter, and features and labels to learn from. Unlike there,
nothing is changed in place: `fit` and `update` return the model, which is then registered without the strategy.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd


@dataclass(frozen=True)
class Strategy(ABC):
    """How a model is kept up to date."""

    name: ClassVar[str]
    """`strategy.name` in the spec."""
    can_update: ClassVar[bool]
    """Whether a champion can learn new rows only. Else every model is fitted from scratch."""

    estimator: Any
    """What learning starts from: an unfitted estimator for `fit`, a fitted one for `update`. It stays as it is."""

    @abstractmethod
    def check(self) -> None:
        """Raises SpecError, with the cure, for an estimator that the strategy cannot use. Asked before any row is
        read."""

    @abstractmethod
    def fit(self, features: pd.DataFrame, label: "pd.Series[Any]") -> Any:
        """A copy of the estimator, fitted from scratch. features: (rows, columns); label: (rows,)."""

    def why_not_update(self, label: "pd.Series[Any]") -> str | None:
        """Why the fitted estimator cannot learn rows of these labels, as a sentence; None where it can."""
        return None

    @abstractmethod
    def update(self, features: pd.DataFrame, label: "pd.Series[Any]") -> Any:
        """A copy of the fitted estimator that has learned these new rows too. Raises SpecError where the strategy
        cannot update."""

    @abstractmethod
    def cost(self, rows: int, new_rows: int) -> int:
        """Rows that bringing a model up to date reads, of a history of `rows`, of which the model has not seen
        `new_rows`."""
