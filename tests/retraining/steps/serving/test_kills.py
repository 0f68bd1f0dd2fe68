"""A swap is killed at random moments while callers ask: afterwards one version serves, and no request has failed."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from retraining.adapters.serving.endpoints import Endpoints, endpoint_name
from retraining.records.serving import GoldenRequests
from retraining.spec.serving_section import EndpointSection
from retraining.steps.serving.swap_endpoint import Swap, swap_endpoint

MODEL = "main.kills.rain"
ENDPOINT = endpoint_name(MODEL)
SRC = Path(__file__).parents[4] / "src"
ROW = {"distance": 1.0, "air time": 2.0}
KILLS = 50
SWAPS = 20

RUNS_A_SWAP = """
import sys, time
from databricks.sdk import WorkspaceClient
from retraining.adapters.serving.endpoints import Endpoints
from retraining.records.serving import GoldenRequests
from retraining.spec.serving_section import EndpointSection
from retraining.steps.serving.swap_endpoint import Swap, swap_endpoint
endpoint, model, version = sys.argv[1:]
golden = GoldenRequests(({"distance": 1.0, "air time": 2.0},), (2.0 + float(version),))
print("begins", flush=True)
wanted = EndpointSection(watch_seconds=0.5)
swap_endpoint(Endpoints(WorkspaceClient()), Swap(endpoint, model, version, wanted, golden), time.perf_counter)
"""


@pytest.fixture(scope="module")
def served(serving, toy_models, mlflow_uri, tmp_path_factory):
    for adds in (1, 2):
        toy_models.register(MODEL, toy_models.Adds(adds))
    toy_models.promote(MODEL, "1")
    with serving.serve_in_thread(tmp_path_factory.mktemp("served"), mlflow_uri, "main.kills", follows=False) as served:
        served.workspace.serving_endpoints.create(ENDPOINT, config=first_config())
        served.wait_for(ENDPOINT)
        yield served


def first_config():
    from databricks.sdk.service.serving import EndpointCoreConfigInput, ServedEntityInput

    entity = ServedEntityInput(name="rain-1", entity_name=MODEL, entity_version="1")
    return EndpointCoreConfigInput(name=ENDPOINT, served_entities=[entity])


def swap_to(served, version):
    golden = GoldenRequests((ROW,), (2.0 + float(version),))
    swap = Swap(ENDPOINT, MODEL, version, EndpointSection(watch_seconds=0.5), golden)
    return swap_endpoint(Endpoints(served.workspace), swap, time.perf_counter)


def kill_a_swap(served, version, moment):
    environment = {
        **os.environ,
        "PYTHONPATH": str(SRC),
        "DATABRICKS_HOST": served.place.address,
        "DATABRICKS_TOKEN": served.token,
    }
    command = [sys.executable, "-c", RUNS_A_SWAP, ENDPOINT, MODEL, version]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        time.sleep(moment)
        process.kill()


def model_processes(served):
    """Processes that answer with a version of this test's models."""
    found = subprocess.run(["ps", "-ww", "-eo", "args"], check=True, capture_output=True, text=True).stdout
    return sum(
        "model_server.py" in line and f"/{MODEL}/" in line and "ends_with_parent" not in line
        for line in found.splitlines()
    )


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_after_any_kill_the_same_command_leaves_one_version_and_one_process(serving, served):
    dice = random.Random(7)
    with serving.Load(served, ENDPOINT, a_second=20) as load:
        for kill in range(KILLS):
            version = "2" if kill % 2 == 0 else "1"
            kill_a_swap(served, version, dice.uniform(0, 12))
            swap_to(served, version)

            state = Endpoints(served.workspace).read(ENDPOINT)
            assert [(each.version, each.share) for each in state.served] == [(version, 100)]
            assert served.predict(ENDPOINT).version == version
            assert model_processes(served) == 1

    assert load.failed == []
    sys.stdout.write(f"{KILLS} kills, {len(load.answers)} requests, {len(load.failed)} failed")


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_many_swaps_fail_no_request_and_leave_no_answer_of_the_old_version(serving, served):
    late = []
    with serving.Load(served, ENDPOINT) as load:
        for swap in range(SWAPS):
            version = "2" if swap % 2 == 0 else "1"
            swap_to(served, version)
            switched = time.monotonic()
            time.sleep(2)
            late += [each for each in load.answers if each.sent > switched and each.version != version]
        while len(load.answers) < 5_000:
            time.sleep(1)

    assert load.failed == []
    assert late == []
    sys.stdout.write(
        f"{SWAPS} swaps, {len(load.answers)} requests, {len(load.failed)} failed, {len(late)} of the old version"
    )
