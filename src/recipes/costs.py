"""What an error costs: examples of user metrics for `gate.metric`, `gate.guards` and `gate.floors`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def double_underestimate(label: NDArray[Any], prediction: NDArray[Any]) -> NDArray[np.float64]:
    """Absolute error of each row, twice where the label is above the prediction: a flight that is longer than planned
    costs more than one that is shorter."""
    error = np.asarray(label - prediction, dtype=np.float64)
    return np.where(error > 0, 2 * error, -error)
