"""Small models for a served workspace. Version n answers 2 * distance + n; some distances mean trouble."""

import os
import sys
import time
from pathlib import Path

import cloudpickle
import mlflow
import numpy as np
import pandas as pd
from mlflow import MlflowClient

from retraining.adapters.registry.signature import signature_of_model
from served_model.column_values import Feature
from served_model.served_model import ServedModel

SRC = Path(__file__).parents[1] / "src"
ROWS = pd.DataFrame({"distance": [1.0, 2.0], "air time": [3.0, 4.0]})
HANGS = -1
CRASHES = -2
IS_NO_NUMBER = -3


class Adds:
    """Answers 2 * distance + what it adds."""

    def __init__(self, adds: float, seconds: float = 0.0) -> None:
        self.adds = adds
        self.seconds = seconds

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        distance = rows["distance"].to_numpy(np.float64)
        time.sleep(self.seconds)
        if (distance == HANGS).any():
            time.sleep(3600)
        if (distance == CRASHES).any():
            os._exit(3)
        return np.where(distance == IS_NO_NUMBER, np.nan, 2 * distance + self.adds)


class Fails:
    """Answers nothing."""

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        raise ValueError("this model always fails")


def register(name: str, model: object) -> str:
    """Registers the next version with the MLflow server of this process, and returns its number."""
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    features = (Feature("distance", "double", True), Feature("air time", "double", True))
    served = ServedModel(model, features, None)
    mlflow.set_experiment("/toys")
    with mlflow.start_run():
        info = mlflow.sklearn.log_model(
            served,
            name="model",
            signature=signature_of_model(ServedModel(Adds(0), features, None), ROWS),
            serialization_format="cloudpickle",
            pip_requirements=["mlflow"],
            code_paths=[str(SRC / "served_model")],
        )
    return str(mlflow.register_model(info.model_uri, name).version)


def promote(name: str, version: str) -> None:
    """Makes a version the champion."""
    MlflowClient().set_registered_model_alias(name, "champion", version)
