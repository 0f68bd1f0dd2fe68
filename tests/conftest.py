"""Real engines, small: one Spark session with Delta and one MLflow server for the whole run, a fresh schema per
test."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from local_workspace.engine import start_spark
from local_workspace.mlflow_server import start_mlflow_server
from retraining.adapters.tables.tables import Tables, open_tables

from .loop import Loop

ENGINES = {"spark", "mlflow_uri"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs an engine, so that `make test-fast` can leave it out."""
    for item in items:
        if ENGINES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.spark)


@pytest.fixture(scope="session")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def spark(state_dir: Path) -> SparkSession:
    return start_spark(state_dir, persistent=False)


@pytest.fixture(scope="session")
def mlflow_uri(state_dir: Path) -> Iterator[str]:
    with start_mlflow_server(state_dir) as server:
        yield server.uri


@pytest.fixture
def schema(spark: SparkSession) -> str:
    name = f"test_{uuid.uuid4().hex[:10]}"
    spark.sql(f"CREATE SCHEMA spark_catalog.{name}")
    return name


@pytest.fixture
def tables(spark: SparkSession, schema: str) -> Tables:
    return open_tables(spark, "spark_catalog", schema)


@pytest.fixture
def loop(tables: Tables) -> Loop:
    return Loop(tables)
