"""Names of the metrics that a gate may ask for."""

import re
from typing import Literal

from retraining.spec.recipe_function import RECIPE_PATTERN

METRIC_NAMES = {
    "regression": ("rmse", "mse", "mae", "mape", "r2"),
    "classification": ("error_rate", "log_loss", "accuracy", "auc", "f1", "calibration"),
}
_OWN = re.compile(RECIPE_PATTERN)
_PINBALL = re.compile(r"pinball_(0?\.[0-9]+)")


def pinball_quantile(name: str) -> float | None:
    """0.9 of pinball_0.9; None for any other name."""
    found = _PINBALL.fullmatch(name)
    return float(found[1]) if found and float(found[1]) > 0 else None


def is_own(name: str) -> bool:
    """Whether a metric is a function of the user's recipes."""
    return bool(_OWN.fullmatch(name))


def why_no_metric(name: str, kind: Literal["regression", "classification"]) -> str | None:
    """A sentence where a kind of model has no such metric."""
    if name in METRIC_NAMES[kind] or is_own(name) or (kind == "regression" and pinball_quantile(name)):
        return None
    also = (", pinball_<quantile>" if kind == "regression" else "") + ", recipes.<file>.<function>"
    return f"{name!r} is no metric of a {kind}; expected one of {', '.join(METRIC_NAMES[kind])}{also}"
