"""Real engines, small: one Spark session with Delta and one MLflow server for the whole run, a fresh schema per
loop."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import hypothesis
import pytest
from mlflow import MlflowClient
from pyspark import cloudpickle
from pyspark.sql import SparkSession

import recipes
import retraining
import served_model
from local_workspace.engines.mlflow_server import start_mlflow_server
from local_workspace.engines.spark_session import start_spark
from retraining.adapters.registry.registry import open_registry
from retraining.adapters.tables.tables import Tables, open_tables
from retraining.spark_models.spark_place import SparkPlace

from .connect_server import connect_server
from .loop import Loop

ENGINES = {"spark", "mlflow_uri"}

# On a loaded machine an example may take longer than Hypothesis allows by default, and no test is about time.
hypothesis.settings.register_profile("without_deadline", deadline=None)
hypothesis.settings.load_profile("without_deadline")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --connect`: as on serverless compute, whose session is a client without Java."""
    parser.addoption("--connect", action="store_true", help="speak to Spark over Spark Connect")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs an engine, so that `make test-fast` can leave it out. What takes longest for few tests comes
    first, so that two processes end at about the same time."""
    items.sort(key=lambda item: not {"story", "readme"} & set(item.path.parts))
    for item in items:
        if ENGINES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.spark)
    if items and items[0].config.getoption("--connect"):
        items[:] = [item for item in items if not item.get_closest_marker("classic")]


@pytest.fixture(scope="session")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def spark(state_dir: Path, request: pytest.FixtureRequest) -> Iterator[SparkSession]:
    for package in (recipes, retraining, served_model):  # as open_stage does it: workers have no src
        cloudpickle.register_pickle_by_value(package)
    if not request.config.getoption("--connect"):
        yield start_spark(state_dir, persistent=False)
        return
    with connect_server(state_dir) as address:
        session = SparkSession.builder.remote(address).getOrCreate()
        yield session
        session.stop()


@pytest.fixture(scope="session")
def mlflow_uri(state_dir: Path) -> Iterator[str]:
    with start_mlflow_server(state_dir) as server:
        yield server.uri


@pytest.fixture(scope="session")
def toy_models(mlflow_uri: str) -> ModuleType:
    """Small models, and how they are registered with the server."""
    from . import toy_models

    return toy_models


@pytest.fixture(scope="session")
def serving(mlflow_uri: str) -> ModuleType:
    """Served workspaces, and callers who ask them."""
    from . import served_workspace

    return served_workspace


@pytest.fixture(scope="session")
def make_loop(spark: SparkSession, mlflow_uri: str) -> Callable[[], Loop]:
    """Makes a loop in a schema of its own, so that a module can share one among tests that only read."""

    def make() -> Loop:
        schema = f"test_{uuid.uuid4().hex[:10]}"
        spark.sql(f"CREATE SCHEMA spark_catalog.{schema}")
        registry = open_registry(f"spark_catalog.{schema}", f"/{schema}", SparkPlace(spark))
        return Loop(open_tables(spark, "spark_catalog", schema), registry)

    return make


@pytest.fixture
def loop(make_loop: Callable[[], Loop]) -> Loop:
    return make_loop()


@pytest.fixture
def tables(loop: Loop) -> Tables:
    return loop.tables


@pytest.fixture
def schema(tables: Tables) -> str:
    return tables.schema


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> Callable[[Loop], Loop]:
    """The same loop, whose MLflow does not answer."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    nowhere = MlflowClient("http://127.0.0.1:9", "http://127.0.0.1:9")
    return lambda loop: replace(loop, registry=replace(loop.registry, client=nowhere))
