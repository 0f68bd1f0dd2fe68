"""Age-weighted refit: all of the window, the newest rows most (the white paper's "weight data")."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from retraining.errors import SpecError
from retraining.strategies.rows import Rows
from retraining.strategies.sample_weights import check_weights, fit_arguments
from retraining.strategies.strategy import Strategy


class AgeWeightedRefit(Strategy):
    """A row of age a, in days before the newest one, weighs 1 / (1 + a); with a half-life it weighs half as much for
    each half-life of its age."""

    name: ClassVar[str] = "age_weighted_refit"

    def __init__(self, estimator: Any, half_life_days: float | None = None) -> None:
        """half_life_days: None for 1 / (1 + age)."""
        super().__init__(estimator)
        self.half_life_days = half_life_days

    def check(self) -> None:
        """The learner must take weights."""
        check_weights(self)

    def weights(self, time: NDArray[np.float64]) -> NDArray[np.float64]:
        """The weight of each row, by its time in days: 1 for the newest."""
        age = np.max(time) - time
        if self.half_life_days is None:
            return np.asarray(1 / (1 + age))
        return np.asarray(0.5 ** (age / self.half_life_days))

    def _fit(self, rows: Rows) -> Any:
        if rows.time is None:
            raise SpecError(
                f"strategy {self.name}: the rows have no time, so they have no age. Name a ledger column of dates or "
                f"times, or choose strategy: full_refit."
            )

        weight = self.weights(rows.time)
        if rows.weight is not None:
            weight = weight * rows.weight
        return clone(self.estimator).fit(rows.features, rows.label, **fit_arguments(self, weight))
