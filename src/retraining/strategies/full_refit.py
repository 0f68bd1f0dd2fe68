"""Full refit: the recipe from scratch on all training rows (the white paper's full retraining)."""

from typing import Any, ClassVar

import pandas as pd
from sklearn.base import clone

from retraining.errors import SpecError
from retraining.strategies.strategy import Strategy


class FullRefit(Strategy):
    """Every model starts from nothing, so it forgets what left the window, and any estimator will do."""

    name: ClassVar[str] = "full_refit"
    can_update: ClassVar[bool] = False

    def check(self) -> None:
        """Every estimator can be fitted."""

    def fit(self, features: pd.DataFrame, label: "pd.Series[Any]") -> Any:
        """A fitted clone."""
        return clone(self.estimator).fit(features, label)

    def update(self, features: pd.DataFrame, label: "pd.Series[Any]") -> Any:
        """Always raises SpecError."""
        raise SpecError(
            "strategy full_refit: a model is never updated, only fitted from scratch. Choose strategy: "
            "incremental_update, whose champion learns the new rows only."
        )

    def cost(self, rows: int, new_rows: int) -> int:
        """All rows."""
        return rows
