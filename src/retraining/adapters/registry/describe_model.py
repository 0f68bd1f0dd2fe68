"""What people read about a model in the registry."""

import re
from collections.abc import Mapping

from retraining.adapters.registry.registry import Registry, talking_to_mlflow


def describe_model(registry: Registry, model: str, card: str) -> None:
    """Replaces the model's description."""
    with talking_to_mlflow(f"describing {model}"):
        registry.client.update_registered_model(registry.full_name(model), card)


def tag_errors(registry: Registry, model: str, version: str, kind: str, errors: Mapping[str, float]) -> None:
    """Tags `<kind>_<metric>` of a version, with four digits. kind: gate or realised."""
    named = {f"{kind}_{re.sub('[^a-z0-9_]', '_', metric.lower())}": f"{value:.4g}" for metric, value in errors.items()}
    registry.tag(model, version, named)
