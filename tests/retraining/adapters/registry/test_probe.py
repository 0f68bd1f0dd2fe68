"""The probe of preflight proves the rights on models, and loads no file that no manifest names."""

from pathlib import Path

import pandas as pd
from mlflow.exceptions import MlflowException
from sklearn.linear_model import LinearRegression

from retraining.adapters.registry.log_version import TrainingData
from retraining.adapters.registry.probe import probe_model
from retraining.adapters.registry.registry import open_registry


class CodeOnLoad(LinearRegression):
    """A model whose file, when it is loaded, writes another file."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return Path.touch, (self.marker,)


def test_the_probe_registers_a_model_without_loading_it_and_removes_it(mlflow_uri, tmp_path):
    registry = open_registry("spark_catalog.probe", "/probe")
    example = pd.DataFrame({"feature": [0.0, 1.0]})
    model = CodeOnLoad(tmp_path / "it_ran").fit(example, [0.0, 1.0])

    probe_model(registry, model, example, TrainingData("t", 0, 0, "preflight"), (), "0123456789")

    assert not (tmp_path / "it_ran").exists()
    try:
        left = registry.client.get_registered_model(registry.full_name("preflight_probe_01234567"))
    except MlflowException:
        left = None
    assert left is None
