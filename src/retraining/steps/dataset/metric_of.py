"""The metric that a kind of model is followed by."""

from retraining.rules.gate.metrics import FollowedMetric
from retraining.spec.model_spec import ModelSpec


def metric_of(spec: ModelSpec) -> FollowedMetric:
    """RMSE for regression, the share of wrong classes for classification: what daily losses are stored of."""
    return "rmse" if spec.kind == "regression" else "error_rate"
