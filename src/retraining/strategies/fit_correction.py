"""The linear model that corrects another one: of what is left over, drawn towards no correction at all."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from retraining.strategies.rows import Rows
from served_model.corrected import Correction, FloatArray, shares

STRENGTH = 1.0
"""How strongly weights are drawn to 0: as much as a row with a deviation of 1."""
MOST_CATEGORIES = 50
"""Of a column that a correction tells apart; the rare ones count as one."""
_MOST_STEPS = 500


def fit_correction(rows: Rows, below: FloatArray, target: NDArray[Any]) -> Correction:
    """below: the answers to correct, shape (rows, answers). target: numbers, shape (rows,), or of each row whether each
    class is the right one, shape (rows, classes)."""
    columns = _columns(rows.features).fit(rows.features)
    deviation = below.std(axis=0)
    scale = np.where(deviation > 0, deviation, 1.0)
    blank = Correction(columns, below.mean(axis=0), scale, np.zeros((0, 0)), np.zeros(0))

    inputs = blank.inputs(rows.features, below)
    weight = np.ones(len(rows)) if rows.weight is None else rows.weight
    if target.ndim == 1:
        left_over = target.astype(np.float64) - below[:, 0]
        ridge = Ridge(alpha=STRENGTH).fit(inputs, left_over, sample_weight=weight)
        weights = ridge.coef_.reshape(-1, 1)
        intercept = np.array([ridge.intercept_])
    else:
        weights, intercept = _of_classes(inputs, below, target.astype(np.float64), weight)
    return Correction(columns, blank.centre, blank.scale, weights, intercept)


def _of_classes(
    inputs: FloatArray, below: FloatArray, is_class: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Weights and intercepts of least log loss, on top of the logarithms below."""
    size = (inputs.shape[1], below.shape[1])

    def loss_and_slope(flat: FloatArray) -> tuple[float, FloatArray]:
        weights = flat[: -size[1]].reshape(size)
        predicted = shares(below + inputs @ weights + flat[-size[1] :])
        likelihood = np.log(np.maximum((predicted * is_class).sum(axis=1), np.finfo(float).tiny))

        apart = (predicted - is_class) * weight[:, None]
        slope = inputs.T @ apart + STRENGTH * weights
        loss = -np.sum(weight * likelihood) + 0.5 * STRENGTH * np.sum(weights**2)
        return float(loss), np.concatenate([slope.ravel(), apart.sum(axis=0)])

    # The intercepts are not drawn to 0; a class without a row would drive its own to minus infinity.
    start = np.zeros(size[0] * size[1] + size[1])
    bounds = [(None, None)] * (size[0] * size[1]) + [(-20.0, 20.0)] * size[1]
    found = minimize(
        loss_and_slope, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": _MOST_STEPS}
    )
    return found.x[: -size[1]].reshape(size), found.x[-size[1] :]


def _columns(features: Any) -> Any:
    """Features as scaled numbers, whatever the recipe makes of them."""
    if not isinstance(features, pd.DataFrame):
        return _numbers()

    numeric = [name for name in features.columns if pd.api.types.is_numeric_dtype(features[name])]
    others = [name for name in features.columns if name not in numeric]
    categories = OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=MOST_CATEGORIES, sparse_output=False
    )
    return ColumnTransformer([("numeric", _numbers(), numeric), ("categorical", categories, others)])


def _numbers() -> Pipeline:
    return make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
