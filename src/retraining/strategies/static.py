"""Static: the first champion stays (the white paper's "do nothing"): what every other strategy is compared with."""

from typing import Any, ClassVar

from sklearn.base import clone

from retraining.strategies.rows import OldRows, Rows
from retraining.strategies.sample_weights import fit_arguments
from retraining.strategies.strategy import CanUpdate, Strategy


class Static(Strategy):
    """One model, developed once. Its error over time shows whether anything else is worth its cost."""

    name: ClassVar[str] = "static"
    fits_on_spark: ClassVar[bool] = True
    retrains: ClassVar[bool] = False

    def can_update(self, model: Any, label: Any = None) -> CanUpdate:
        """An update is possible, and changes nothing."""
        return CanUpdate(True)

    def cost(self, rows: int, new_rows: int) -> int:
        """No row."""
        return 0

    def _fit(self, rows: Rows) -> Any:
        return clone(self.estimator).fit(rows.features, rows.label, **fit_arguments(self, rows.weight))

    def _update(self, rows: Rows, old: OldRows | None) -> Any:
        return self.model_
