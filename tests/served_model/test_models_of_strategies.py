"""What a strategy makes is loaded where only the packages are that travel with a version."""

import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.frozen import FrozenEstimator

from recipes import logistic, ridge, sgd
from retraining.strategies.find_strategy import STRATEGIES, find_strategy
from served_model.column_values import Feature
from served_model.served_model import ServedModel

SRC = Path(__file__).parents[2] / "src"
TRAVELLING = ("recipes", "served_model")
FEATURES = (Feature("x 1", "double", True), Feature("c", "string", False))
R = np.random.default_rng(1)
X = pd.DataFrame({"x 1": R.normal(size=120), "c": R.choice(["a", "b"], 120)})
NUMBERS = pd.Series(3 * X["x 1"])
CLASSES = pd.Series(np.where(X["x 1"] > 0, "up", "down"))

LOAD = """
import importlib.util, pickle, sys
assert importlib.util.find_spec("retraining") is None
model, rows = pickle.load(open(sys.argv[1], "rb"))
pickle.dump(model.predict(rows), open(sys.argv[2], "wb"))
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("code")
    for package in TRAVELLING:
        shutil.copytree(SRC / package, folder / package)
    return folder


def made(name, numbers):
    """A model that the strategy has fitted and, where it can, updated."""
    estimator = sgd.pipeline(["x 1"], ["c"], {}) if numbers else logistic.pipeline(["x 1"], ["c"], {})
    label = NUMBERS if numbers else CLASSES
    start = FrozenEstimator(ridge.pipeline(["x 1"], ["c"], {}).fit(X, NUMBERS))
    needed = {
        "transfer_head": {"start": start},
        "fine_tune": {"start": FrozenEstimator(sgd.pipeline(["x 1"], ["c"], {}).fit(X, NUMBERS))},
        "differenced_target": {"subtract": "x 1"},
    }
    strategy = find_strategy(name)(estimator, **needed.get(name, {})).fit(X, label, time=np.arange(120.0))
    if strategy.can_update(strategy.model_, label):
        strategy.update(X, label, time=np.arange(120.0))
    return ServedModel(strategy.model_, FEATURES, None if numbers else "string")


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        *((name, True) for name in STRATEGIES),
        *((name, False) for name in ("correction_ensemble", "regime_pool", "transfer_head")),
    ],
)
def test_a_version_loads_in_a_process_without_the_strategies(name, numbers, packages, tmp_path):
    model = made(name, numbers)
    stored, answered = tmp_path / "model.pkl", tmp_path / "answers.pkl"
    stored.write_bytes(pickle.dumps((model, X)))

    environment = {**os.environ, "PYTHONPATH": str(packages), "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", LOAD, str(stored), str(answered)], check=True, env=environment, cwd=tmp_path)

    answers = pickle.loads(answered.read_bytes())
    pd.testing.assert_frame_equal(pd.DataFrame(answers), pd.DataFrame(model.predict(X)))
