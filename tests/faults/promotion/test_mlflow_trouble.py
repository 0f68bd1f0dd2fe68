"""MLflow down, slow, full, or gone after it has done what it was asked: after a rerun there is one champion, and one
version for every key."""

import sqlite3
from dataclasses import replace

import pytest
from mlflow import MlflowClient
from tests.faults.promotion.invariants import Faults, at_rest, facts_of_champion
from tests.faults.promotion.life import SOURCE
from tests.faults.promotion.proxy import proxy_of
from tests.loop import drifting, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import RegistryError
from retraining.records.version import Manifest

pytestmark = pytest.mark.slow

CREATE_RUN, CREATE_VERSION, SET_ALIAS = "runs/create", "model-versions/create", "registered-models/alias"


@pytest.fixture(scope="module")
def ingested(make_loop):
    loop = make_loop()
    loop.source_has(drifting(1, 14))
    loop.ingest()
    return loop


@pytest.fixture
def proxy(mlflow_uri, monkeypatch):
    """Everything that the product says to MLflow goes through it."""
    with proxy_of(mlflow_uri) as proxy:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", proxy.uri)
        monkeypatch.setenv("MLFLOW_REGISTRY_URI", proxy.uri)
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        yield proxy


@pytest.fixture
def loop(ingested, proxy, request):
    """A model named after the test; a passing candidate goes live itself."""
    name = f"m{abs(hash(request.node.name)) % 10**12}"
    registry = replace(ingested.registry, client=MlflowClient(proxy.uri, proxy.uri))
    spec = toy_spec(model=name, source=SOURCE, gate={"deploy": "candidate"})
    return replace(ingested, registry=registry, spec=spec)


def refused(stage) -> str:
    with pytest.raises(RegistryError) as caught:
        stage()
    return str(caught.value)


def left(loop) -> tuple[str | None, Faults]:
    """The champion, and everything that does not hold."""
    return loop.alias("champion"), at_rest(loop, facts_of_champion(loop))


@pytest.mark.parametrize("lost", [CREATE_RUN, CREATE_VERSION])
def test_an_answer_that_is_lost_after_mlflow_has_registered_makes_no_second_version(loop, proxy, lost):
    loop.check()
    proxy.make("answer lost", lost, times=1)

    assert "No alias was moved" in refused(loop.retrain)
    loop.retrain()
    loop.promote()

    assert (proxy.met, left(loop)) == (1, ("1", Faults()))


@pytest.mark.parametrize("lost", [CREATE_RUN, CREATE_VERSION])
def test_a_client_that_repeats_its_request_makes_no_second_version_either(loop, proxy, monkeypatch, lost):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    loop.check()
    proxy.make("answer lost", lost, times=1)

    loop.retrain()
    loop.promote()

    assert (proxy.met, left(loop)) == (1, ("1", Faults()))


def test_an_alias_whose_answer_is_lost_is_noted_by_the_rerun(loop, proxy):
    loop.check()
    loop.retrain()
    proxy.make("answer lost", SET_ALIAS, times=1)

    assert "moving" in refused(loop.promote)
    loop.promote()

    assert (proxy.met, left(loop)) == (1, ("1", Faults()))


@pytest.mark.parametrize(("trouble", "path"), [("full", "mlflow-artifacts"), ("down", ""), ("slow", "")])
def test_a_store_that_is_full_a_server_that_is_down_or_slow_stops_the_run_and_the_rerun_tidies_up(
    loop, proxy, monkeypatch, trouble, path
):
    loop.check()
    proxy.make(trouble, path)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")

    sentence = refused(loop.retrain)
    proxy.heal()
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")

    assert "failed (" in sentence
    assert [row.state for row in read_rows(loop.tables, Manifest, loop.spec.model)] == ["RESERVED"]
    loop.retrain()
    loop.promote()
    assert left(loop) == ("1", Faults())


def test_a_version_that_still_waits_for_its_files_is_not_used_and_goes(loop, state_dir, monkeypatch):
    loop.check()
    with monkeypatch.context() as patch:
        patch.setenv("RETRAINING_FAILPOINT", "fit.after_log=raise")
        with pytest.raises(Exception, match=r"fit\.after_log"):
            loop.retrain()
    name = loop.registry.full_name(loop.spec.model)
    with sqlite3.connect(state_dir / "mlflow" / "mlflow.db") as store:
        store.execute("UPDATE model_versions SET status = 'PENDING_REGISTRATION' WHERE name = ?", [name])
    store.close()

    made = loop.retrain().manifest
    loop.promote()

    assert made.version == "2"
    assert left(loop) == ("2", Faults())
