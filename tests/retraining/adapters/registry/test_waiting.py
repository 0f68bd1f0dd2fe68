"""A server that does not answer: the wait is logged, and ends with one sentence."""

import logging
import socket

import pytest
from mlflow import MlflowClient

from retraining.adapters.registry import registry as module
from retraining.adapters.registry.registry import Registry
from retraining.errors import RegistryError


@pytest.fixture
def silent(monkeypatch):
    """A registry behind an address that takes requests and never answers."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        yield Registry(MlflowClient(address, address), "main.retraining", "/x")


def test_a_long_wait_is_logged_before_the_run_stops_with_the_cure(silent, caplog):
    with caplog.at_level(logging.WARNING), pytest.raises(RegistryError) as caught:
        silent.version_of("toy", "champion")

    (waits,) = [record.getMessage() for record in caplog.records if record.name == module.__name__]
    assert waits.startswith("reading toy@champion: MLflow at ")
    assert "has not answered for a while. It is asked again, for some minutes at most. Then the run stops" in waits
    assert str(caught.value).endswith(
        "Check that the server is reachable and this principal has its rights, then run again."
    )


def test_an_answer_in_time_logs_nothing(caplog):
    with module.talking_to_mlflow("asking"):
        pass

    assert [record for record in caplog.records if record.name == module.__name__] == []
