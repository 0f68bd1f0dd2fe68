"""Can this principal register a model, load it and move its alias?"""

from pathlib import Path
from typing import Any

import pandas as pd

from retraining.adapters.registry.log_version import FittedModel, TrainingData, log_version
from retraining.adapters.registry.registry import CHALLENGER, Registry


def probe_model(
    registry: Registry, estimator: Any, example: pd.DataFrame, data: TrainingData, code: Path, attempt_id: str
) -> None:
    """Registers the estimator under a temporary name, and removes it. Raises whatever the platform answers."""
    model = f"preflight_probe_{attempt_id[:8]}"
    try:
        fitted = FittedModel(estimator, example, code, tags={"role": "preflight"})
        _, version = log_version(registry, model, fitted, data)
        registry.load(model, version, registry.digest(model, version))
        registry.set_alias(model, CHALLENGER, version)
    finally:
        registry.remove_model(model)
