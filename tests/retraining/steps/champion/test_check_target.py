"""A version that cannot go live is refused in one sentence, before anything is decided. Versions of a real registry."""

import sys
from types import SimpleNamespace

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression
from tests.loop import toy_spec

from retraining.adapters.registry.registry import open_registry
from retraining.context import Context
from retraining.errors import RegistryError, TamperedModelError
from retraining.steps.champion.check_target import check_target, loads

X = pd.DataFrame({"x": [0.0, 1.0, 2.0], "z": [1.0, 0.0, 1.0]})


@pytest.fixture(scope="module")
def registry(mlflow_uri):
    """Versions 1: takes x; 2: takes x and z; 3: no signature; 4: of a class that can no longer be imported."""
    found = open_registry("spark_catalog.check_target", "/check_target")
    linear = LinearRegression()
    for columns in (["x"], ["x", "z"]):
        model = LinearRegression().fit(X[columns], [0.0, 1.0, 2.0])
        register(found, model, infer_signature(X[columns], np.zeros(3)))
    register(found, linear, None)
    module = type(sys)("gone_tomorrow")
    exec("from sklearn.linear_model import LinearRegression\nclass Gone(LinearRegression): pass", vars(module))
    sys.modules["gone_tomorrow"] = module
    register(found, module.Gone().fit(X[["x"]], [0.0, 1.0, 2.0]), infer_signature(X[["x"]], np.zeros(3)))
    del sys.modules["gone_tomorrow"]
    return found


def register(registry, model, signature) -> None:
    with mlflow.start_run(experiment_id=registry.experiment_id()):
        mlflow.sklearn.log_model(
            model,
            name="model",
            signature=signature,
            pip_requirements=[],
            serialization_format="cloudpickle",
            registered_model_name=registry.full_name("toy"),
        )


def context(registry) -> Context:
    return Context(toy_spec(), None, registry, None)


def manifest(registry, version: str, digest: str | None = None) -> SimpleNamespace:
    known = digest or registry.digest("toy", version)
    return SimpleNamespace(model="toy", version=version, digest=known, files=(), panel_version=None)


def test_a_version_that_loads_and_takes_the_champions_inputs_may_go_live(registry):
    check_target(context(registry), manifest(registry, "1"), champion="2")


def test_a_version_that_needs_a_column_the_champions_callers_do_not_send_is_refused(registry):
    with pytest.raises(RegistryError, match="version 2 does not take the inputs of champion version 1: column `z` is"):
        check_target(context(registry), manifest(registry, "2"), champion="1")


def test_where_the_champion_is_gone_the_columns_of_the_spec_are_what_is_sent(registry):
    check_target(context(registry), manifest(registry, "1"), champion="99")
    with pytest.raises(RegistryError, match="column `z` is not sent"):
        check_target(context(registry), manifest(registry, "2"), champion="99")


def test_a_version_without_signature_is_refused(registry):
    with pytest.raises(RegistryError, match="toy version 3 has no signature, so what it takes is not known"):
        check_target(context(registry), manifest(registry, "3"), champion="1")


@pytest.mark.parametrize(
    ("version", "digest", "error", "says"),
    [
        ("1", "0" * 64, TamperedModelError, "its files have digest .* Nothing was loaded and no alias moved"),
        ("4", None, RegistryError, "version 4 does not load .*gone_tomorrow.* The alias stays"),
    ],
    ids=["changed files", "class gone"],
)
def test_a_version_that_does_not_load_is_refused(registry, version, digest, error, says):
    with pytest.raises(error, match=says):
        loads(registry, manifest(registry, version, digest))


def test_a_champion_whose_files_were_changed_can_be_left(registry, state_dir):
    source = registry.client.get_model_version(registry.full_name("toy"), "2").source
    (file,) = state_dir.glob(f"mlflow/artifacts/*/models/{source.rpartition('/')[2]}/artifacts/MLmodel")
    said = file.read_text()
    try:
        for content in ("{", "[]", ""):
            file.write_text(content)
            check_target(context(registry), manifest(registry, "1"), champion="2")
    finally:
        file.write_text(said)


def test_a_version_that_was_deleted_is_refused(registry):
    with pytest.raises(RegistryError, match="downloading toy version 99"):
        loads(registry, manifest(registry, "99", "0" * 64))
