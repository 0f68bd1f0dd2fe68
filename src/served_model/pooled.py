"""Several models, of which each row is answered by one: that of its regime.

Names and attributes are part of every version's pickle: rename none of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

ANY = "any"
"""The regime whose model answers rows of no known regime."""


@dataclass(frozen=True)
class ByColumn:
    """The regime of a row is what one of its columns says."""

    column: str
    """Name of the column."""
    edges: tuple[float, ...] = ()
    """Of a numeric column: where one regime ends and the next begins. Empty: each value is a regime."""

    def regimes(self, features: Any) -> NDArray[Any]:
        """The name of each row's regime."""
        values = features[self.column]
        if not self.edges:
            named = [ANY if pd.isna(value) else f"{self.column} {value}" for value in values]
            return np.array(named, dtype=object)

        numbers = values.to_numpy(np.float64)
        places = np.digitize(numbers, self.edges)
        return np.array(
            [
                ANY if np.isnan(number) else f"{self.column} {place}"
                for number, place in zip(numbers, places, strict=True)
            ],
            dtype=object,
        )


@dataclass(frozen=True)
class Always:
    """One regime for all rows: the one that was found when the newest rows were learned."""

    regime: str
    """Its name."""

    def regimes(self, features: Any) -> NDArray[Any]:
        """The same for each row."""
        return np.full(len(features), self.regime, dtype=object)


@dataclass(frozen=True)
class Member:
    """A model of the pool."""

    model: Any
    """Fitted."""
    profile: Mapping[str, Any] = field(default_factory=dict)
    """What the rows looked like that it learned; empty where nothing compares them."""


class _Pooled(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    def __init__(self, members: Mapping[str, Member], chooser: Any) -> None:
        """members: by the names of their regimes, the one that was chosen longest ago first. chooser: says which regime
        a row has."""
        self.members = members
        self.chooser = chooser

    def __sklearn_is_fitted__(self) -> bool:
        """It is made of what was fitted."""
        return True

    def _parts(self, features: Any) -> Iterator[tuple[NDArray[np.bool_], Any]]:
        """(which rows, the model that answers them) for each regime of the rows."""
        regimes = self.chooser.regimes(features)
        known = np.array([each if each in self.members else ANY for each in regimes], dtype=object)
        for regime in dict.fromkeys(known):
            yield known == regime, self.members[regime].model


class PooledRegressor(RegressorMixin, _Pooled):  # type: ignore[misc]  # scikit-learn ships no types
    """Predicts numbers."""

    def predict(self, features: Any) -> NDArray[np.float64]:
        """Shape (rows,)."""
        answers = np.empty(len(features))
        for which, model in self._parts(features):
            answers[which] = model.predict(features[which])
        return answers


class PooledClassifier(ClassifierMixin, _Pooled):  # type: ignore[misc]  # scikit-learn ships no types
    """Predicts classes: those that any member knows."""

    @property
    def classes_(self) -> NDArray[Any]:
        """Sorted."""
        known = [np.asarray(member.model.classes_) for member in self.members.values()]
        return np.asarray(np.unique(np.concatenate(known)))

    def predict(self, features: Any) -> NDArray[Any]:
        """Shape (rows,)."""
        answers = np.empty(len(features), dtype=self.classes_.dtype)
        for which, model in self._parts(features):
            answers[which] = model.predict(features[which])
        return answers

    def predict_proba(self, features: Any) -> NDArray[np.float64]:
        """Shape (rows, classes): 0 for a class that the row's model does not know."""
        classes = self.classes_
        answers = np.zeros((len(features), len(classes)))
        for which, model in self._parts(features):
            places = np.searchsorted(classes, model.classes_)
            answers[np.ix_(which, places)] = model.predict_proba(features[which])
        return answers
