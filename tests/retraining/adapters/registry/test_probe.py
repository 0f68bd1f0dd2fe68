"""The probe of preflight proves the rights on models, and loads no file that no manifest names."""

import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from tests.loop import killed

from retraining.adapters.registry.log_version import TrainingData
from retraining.adapters.registry.probe import probe_model
from retraining.adapters.registry.registry import open_registry

pytestmark = pytest.mark.slow


def test_the_probe_registers_a_model_without_loading_it_and_removes_it(mlflow_uri, monkeypatch):
    registry = open_registry("spark_catalog.probe", "/probe")
    example = pd.DataFrame({"feature": [0.0, 1.0]})
    model = LinearRegression().fit(example, [0.0, 1.0])
    monkeypatch.setattr("retraining.adapters.registry.registry.load_files", killed)

    probe_model(registry, model, example, TrainingData("t", 0, 0, "preflight"), ())

    assert not registry.has_version("preflight_probe", "1")
