"""Full refit: the recipe from scratch on all training rows (the white paper's full retraining)."""

from typing import Any, ClassVar

from sklearn.base import clone

from retraining.strategies.rows import Rows
from retraining.strategies.sample_weights import fit_arguments
from retraining.strategies.strategy import Strategy


class FullRefit(Strategy):
    """Every model starts from nothing, so it forgets what left the window, and any estimator will do."""

    name: ClassVar[str] = "full_refit"
    fits_on_spark: ClassVar[bool] = True

    def _fit(self, rows: Rows) -> Any:
        return clone(self.estimator).fit(rows.features, rows.label, **fit_arguments(self, rows.weight))
