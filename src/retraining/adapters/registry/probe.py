"""Can this principal register a model, read its files and move its alias?"""

from pathlib import Path
from typing import Any

import pandas as pd

from retraining.adapters.registry.log_version import FittedModel, TrainingData, log_version
from retraining.adapters.registry.registry import CHALLENGER, Registry
from served_model.column_values import Feature
from served_model.served_model import ServedModel


def probe_model(
    registry: Registry,
    estimator: Any,
    example: pd.DataFrame,
    data: TrainingData,
    code: tuple[Path, ...],
) -> None:
    """Registers the estimator under a temporary name, and removes it, with what an attempt that was killed left. Its
    files are read and not loaded: no manifest names them. Raises whatever the platform answers."""
    model = "preflight_probe"
    registry.remove_model(model)
    try:
        features = tuple(Feature(str(name), "double", True) for name in example.columns)
        fitted = FittedModel(ServedModel(estimator, features, None), example, code, tags={"role": "preflight"})
        _, version = log_version(registry, model, fitted, data)
        registry.files(model, version)
        registry.set_alias(model, CHALLENGER, version)
    finally:
        registry.remove_model(model)
