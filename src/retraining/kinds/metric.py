"""What a metric is: a function of sums over rows, and the parts that metrics of several kinds share.

Rows are added up where they are; a metric is then a formula on the sums, so that leaving out a day costs a subtraction
and no row is read twice. Formulas are those of scikit-learn unless said otherwise.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Groups = NDArray[np.int64]


@dataclass(frozen=True)
class Predictions:
    """One model's answers for some rows.

    label and prediction are numbers where the kind is numeric, else texts. probabilities has a column per class, in the
    order of classes, where a metric needs it.
    """

    label: NDArray[Any]
    prediction: NDArray[Any]
    probabilities: FloatArray | None = None
    classes: tuple[str, ...] = ()

    def at(self, which: NDArray[np.bool_]) -> "Predictions":
        """The answers for some of the rows."""
        probabilities = None if self.probabilities is None else self.probabilities[which]
        return replace(self, label=self.label[which], prediction=self.prediction[which], probabilities=probabilities)


@dataclass(frozen=True)
class Signal:
    """How well answers put rows in the order of their labels: 1 perfectly, 0 not at all, -1 in the opposite order. It
    is the same in every unit. rows: how many rows with a number as label say as much; 0 where nothing is known."""

    value: float
    rows: float


NO_SIGNAL = Signal(0.0, 0.0)


def mean_signal(parts: Iterable[Signal]) -> Signal:
    """Of signals on different rows, each weighted by what it says."""
    known = [each for each in parts if each.rows > 0]
    rows = sum(each.rows for each in known)
    return Signal(sum(each.value * each.rows for each in known) / rows, rows) if known else NO_SIGNAL


@dataclass(frozen=True)
class Metric:
    """totals: the sums over the rows of each group, (groups, sums), from the number of each row's group and how many
    groups there are. value: the metric of such sums, of shape (..., sums) to (...); NaN where the rows are too few to
    have one, overflow is infinite.

    relative: a smaller value is better, and a gain is 1 - candidate / baseline. Else a larger value is better, at most
    1, and a gain is the difference. by_class: there are sums of each class, so both models must be measured over the
    same classes. is_share: people read it in per cent. needs: what rows must have for a value.
    """

    name: str
    totals: Callable[[Predictions, Groups, int], FloatArray]
    value: Callable[[FloatArray], FloatArray]
    relative: bool = True
    needs_probabilities: bool = False
    by_class: bool = False
    is_share: bool = False
    needs: str = "finite predictions"


def by_name(*metrics: Metric) -> dict[str, Metric]:
    """The metrics of a kind, in the order in which errors list them."""
    return {each.name: each for each in metrics}


def over_classes(of: Predictions, classes: Sequence[str]) -> Predictions:
    """The same answers over other classes, among them all that the model knows: those that it does not know had no
    probability."""
    if of.probabilities is None or of.classes == tuple(classes):
        return replace(of, classes=tuple(classes))

    places = {name: place for place, name in enumerate(classes)}
    wider = np.zeros((len(of.label), len(classes)))
    for column, name in enumerate(of.classes):
        wider[:, places[name]] = of.probabilities[:, column]
    return Predictions(of.label, of.prediction, wider, tuple(classes))


def in_order(classes: Iterable[str]) -> tuple[str, ...]:
    """Each class once, by its number where all are numbers, else by its text. With two classes the second is the
    positive one."""
    names = sorted(set(classes))
    numbers = {name: _number(name) for name in names}
    if all(np.isfinite(each) for each in numbers.values()):
        names.sort(key=numbers.__getitem__)
    return tuple(names)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def grouped(row_sums: Callable[[Predictions], FloatArray]) -> Callable[[Predictions, Groups, int], FloatArray]:
    """Totals from a function that returns what each row adds, of shape (rows, sums)."""

    def totals(of: Predictions, groups: Groups, count: int) -> FloatArray:
        with np.errstate(over="ignore"):
            columns = row_sums(of).T
        return np.column_stack([np.bincount(groups, weights=each, minlength=count) for each in columns])

    return totals


def columns(*parts: Any) -> FloatArray:
    """Arrays of shape (rows,) side by side, as numbers."""
    return np.column_stack([np.asarray(each, dtype=np.float64) for each in parts])


def ratio(above: Any, below: Any) -> FloatArray:
    """NaN where there is nothing to divide by."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(np.asarray(below) == 0, np.nan, np.divide(above, below))


def mean(totals: FloatArray) -> FloatArray:
    """The mean of what the rows add; the first sum counts the rows."""
    return ratio(totals[..., 1], totals[..., 0])


def mean_of_known(values: FloatArray) -> FloatArray:
    """The mean over the last axis without NaN; NaN where all are."""
    known = ~np.isnan(values)
    return ratio(np.where(known, values, 0.0).sum(axis=-1), known.sum(axis=-1))
