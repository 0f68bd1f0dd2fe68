"""The rows that a strategy learns from, as scikit-learn passes them around: features, label, weights and times."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import is_classifier


@dataclass(frozen=True)
class Rows:
    """A block of rows. features: table or array of shape (rows, columns); the others have shape (rows,), or are None
    where none were given."""

    features: Any
    label: Any
    weight: NDArray[np.float64] | None = None
    time: NDArray[np.float64] | None = None
    """Days since 1970-01-01, with fractions."""

    def __len__(self) -> int:
        """How many rows."""
        return int(self.features.shape[0])

    def take(self, places: Any) -> "Rows":
        """Some of the rows, by their places or by a mask."""
        return self._each(lambda values: values.iloc[places] if hasattr(values, "iloc") else values[places])

    def _each(self, take: Callable[[Any], Any]) -> "Rows":
        parts = (self.features, self.label, self.weight, self.time)
        return Rows(*(None if part is None else take(part) for part in parts))

    def with_features(self, features: Any) -> "Rows":
        """The same rows with other features."""
        return replace(self, features=features)


@dataclass(frozen=True)
class OldRows:
    """Rows that the model has learned before: features and label. An update shows them again, where the strategy wants
    it, so that the model does not forget them."""

    features: Any
    label: Any

    def __len__(self) -> int:
        """How many rows."""
        return int(self.features.shape[0])


def as_rows(features: Any, label: Any, weight: ArrayLike | None, time: ArrayLike | None) -> Rows:
    """The arguments of a fit. Tables stay tables."""
    return Rows(
        features if hasattr(features, "shape") else np.asarray(features),
        label if label is None or hasattr(label, "shape") else np.asarray(label),
        None if weight is None else np.asarray(weight, dtype=np.float64),
        None if time is None else np.asarray(time, dtype=np.float64),
    )


def joined(new: Rows, old: OldRows | None) -> Rows:
    """New rows, then old ones. Old rows have weight 1 where the new ones have weights, and no time."""
    if old is None or not len(old):
        return new

    weight = None if new.weight is None else np.concatenate([new.weight, np.ones(len(old))])
    label = None if new.label is None else _stacked(new.label, old.label)
    return Rows(_stacked(new.features, old.features), label, weight)


def _stacked(one: Any, other: Any) -> Any:
    if hasattr(one, "iloc"):
        return pd.concat([one, other], ignore_index=True)
    return np.concatenate([np.asarray(one), np.asarray(other)])


def predicts_classes(estimator: Any, label: Any) -> bool:
    """Whether labels name classes: the estimator is a classifier, or the labels are texts."""
    return bool(is_classifier(estimator)) or np.asarray(label[:1]).dtype.kind in "OUSb"
