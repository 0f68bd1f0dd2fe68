"""The metric that judges a kind of model."""

from retraining.rules.gate.jackknife import Metric
from retraining.spec.model_spec import ModelSpec


def metric_of(spec: ModelSpec) -> Metric:
    """RMSE for regression, the share of wrong classes for classification."""
    return "rmse" if spec.kind == "regression" else "error_rate"
