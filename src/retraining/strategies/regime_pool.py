"""Regime pool: one model a regime, and a choice between them (the white paper's "detect and choose")."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from retraining.errors import SpecError
from retraining.strategies.profiles import distance_of_profiles, profile_of
from retraining.strategies.rows import OldRows, Rows, predicts_classes
from retraining.strategies.sample_weights import fit_arguments
from retraining.strategies.strategy import CanUpdate, Strategy
from served_model.pooled import ANY, Always, ByColumn, Member, PooledClassifier, PooledRegressor

LEAST_ROWS = 30
"""Of a regime that gets a separate model."""
NEW_REGIME = 0.5
"""A batch further than this from every regime is a new one: half a standard deviation, or half of the categories
elsewhere, in the mean of the columns."""


class RegimePool(Strategy):
    """By `column`, each row is answered by the model of its regime. By `profile` or `loss`, the newest rows decide
    which regime it is now, a new one included, and its model answers until the next update: a regime that comes back
    finds the model that knows it."""

    name: ClassVar[str] = "regime_pool"

    def __init__(
        self,
        estimator: Any,
        choose: Literal["column", "profile", "loss"] = "loss",
        column: str | None = None,
        edges: Sequence[float] = (),
        most_members: int = 5,
    ) -> None:
        """choose: how the regime is found. column, edges: for `column`. most_members: for the others; beyond it, the
        one that was chosen longest ago leaves."""
        super().__init__(estimator)
        self.choose = choose
        self.column = column
        self.edges = edges
        self.most_members = most_members

    @property
    def updates(self) -> bool:
        """Regimes of a column are fitted again, each on its history; those of batches are added."""
        return self.choose != "column"

    def can_update(self, model: Any, label: Any = None) -> CanUpdate:
        """Where the regimes are those of batches."""
        if self.updates:
            return CanUpdate(True)
        return CanUpdate(
            False,
            f"strategy {self.name}: the regimes of a column are fitted again, each on all of its history. Call fit, or "
            f"say choose: loss.",
        )

    def _fit(self, rows: Rows) -> Any:
        if self.choose != "column":
            return self._pool(rows, {ANY: Member(self._fitted(rows), self._profile(rows))}, ANY)

        chooser = ByColumn(self._known_column(rows), tuple(self.edges))
        regimes = chooser.regimes(rows.features)
        members = {ANY: Member(self._fitted(rows))}
        for regime in sorted(set(regimes) - {ANY}):
            own = rows.take(regimes == regime)
            if len(own) >= LEAST_ROWS and self._can_learn(own):
                members[regime] = Member(self._fitted(own))
        return self._pooled(rows)(members, chooser)

    def _known_column(self, rows: Rows) -> str:
        if self.column is None or self.column not in getattr(rows.features, "columns", ()):
            raise SpecError(
                f"strategy {self.name}: choose: column reads {self.column!r}, and the rows have no such column. Name a "
                f"feature in strategy.column."
            )
        return self.column

    def _update(self, rows: Rows, old: OldRows | None) -> Any:
        members: dict[str, Member] = dict(getattr(self.model_, "members", {})) or {ANY: Member(self.model_)}
        regime = self._nearest(rows, members) if self.choose == "profile" else self._least_loss(rows, members)
        if regime is None:
            regime = f"regime {1 + max((int(each.split()[-1]) for each in members if each != ANY), default=0)}"
            members[regime] = Member(self._fitted(rows), self._profile(rows))
        return self._pool(rows, members, regime)

    def _nearest(self, rows: Rows, members: Mapping[str, Member]) -> str | None:
        """The regime whose rows looked most like these; None for a new regime."""
        profile = self._profile(rows)
        distances = {name: distance_of_profiles(each.profile, profile) for name, each in members.items()}
        nearest = min(distances, key=lambda name: distances[name])
        return nearest if distances[nearest] <= NEW_REGIME or not self._can_learn(rows) else None

    def _least_loss(self, rows: Rows, members: Mapping[str, Member]) -> str | None:
        """The regime whose model errs least on the newer half of the rows; None where one that has learned the older
        half clearly errs less."""
        order = np.arange(len(rows)) if rows.time is None else np.argsort(rows.time, kind="stable")
        older = rows.take(order[: len(rows) // 2])
        newer = rows.take(order[len(rows) // 2 :])
        losses = {name: self._losses(each.model, newer) for name, each in members.items()}
        best = min(losses, key=lambda name: float(losses[name].mean()))
        if len(older) < LEAST_ROWS or not (self._can_learn(older) and self._can_learn(rows)):
            return best
        return None if _clearly_less(self._losses(self._fitted(older), newer), losses[best]) else best

    def _losses(self, model: Any, rows: Rows) -> NDArray[np.float64]:
        predicted = np.asarray(model.predict(rows.features))
        label = np.asarray(rows.label)
        if predicts_classes(self.estimator, rows.label):
            return np.asarray(predicted != label, dtype=np.float64)
        return np.asarray((predicted - label) ** 2, dtype=np.float64)

    def _pool(self, rows: Rows, members: Mapping[str, Member], regime: str) -> Any:
        """The chosen member last; the first ones leave where there are too many."""
        others = {name: each for name, each in members.items() if name != regime}
        kept = list({**others, regime: members[regime]}.items())[-self.most_members :]
        return self._pooled(rows)(dict(kept), Always(regime))

    def _pooled(self, rows: Rows) -> type[PooledClassifier] | type[PooledRegressor]:
        return PooledClassifier if predicts_classes(self.estimator, rows.label) else PooledRegressor

    def _can_learn(self, rows: Rows) -> bool:
        return not predicts_classes(self.estimator, rows.label) or len(np.unique(np.asarray(rows.label))) > 1

    def _fitted(self, rows: Rows) -> Any:
        return clone(self.estimator).fit(rows.features, rows.label, **fit_arguments(self, rows.weight))

    def _profile(self, rows: Rows) -> dict[str, NDArray[np.float64] | dict[str, float]]:
        return profile_of(rows.features) if self.choose == "profile" else {}


def _clearly_less(some: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
    """Whether the losses of one model are smaller than those of another on the same rows, beyond two standard
    errors."""
    apart = others - some
    return float(apart.mean()) > 2 * float(apart.std()) / math.sqrt(len(apart))
