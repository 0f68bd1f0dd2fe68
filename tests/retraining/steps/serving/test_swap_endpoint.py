"""An endpoint goes from one version to another over real HTTP, while callers ask it."""

import json
import time

import pytest

from retraining.adapters.serving.endpoints import Endpoints, endpoint_name
from retraining.errors import ServingError
from retraining.records.serving import GoldenRequests
from retraining.spec.serving_section import EndpointSection
from retraining.steps.serving.swap_endpoint import Swap, swap_endpoint

MODEL = "main.swaps.rain"
ENDPOINT = endpoint_name(MODEL)
QUICK = EndpointSection(watch_seconds=0.5)
ROW = {"distance": 1.0, "air time": 2.0}


@pytest.fixture(scope="module")
def served(serving, toy_models, mlflow_uri, tmp_path_factory):
    for model in (toy_models.Adds(1), toy_models.Adds(2), toy_models.Fails(), toy_models.Adds(4, seconds=0.3)):
        toy_models.register(MODEL, model)
    toy_models.promote(MODEL, "1")
    folder = tmp_path_factory.mktemp("served")
    with serving.serve_in_thread(folder, mlflow_uri, "main.swaps", follows=False) as served:
        created = Endpoints(served.workspace).create(ENDPOINT, MODEL, "1", QUICK)
        assert [(each.entity, each.share) for each in created.served] == [("rain-1", 100)]
        yield served


def swap(version, adds=None, wanted=QUICK):
    expected = 2 * ROW["distance"] + (float(version) if adds is None else adds)
    return Swap(ENDPOINT, MODEL, version, wanted, GoldenRequests((ROW,), (expected,)))


def test_no_request_fails_while_the_version_changes_and_none_gets_the_old_one_afterwards(serving, served):
    endpoints = Endpoints(served.workspace)
    with serving.Load(served, ENDPOINT, a_second=20) as load:
        report = swap_endpoint(endpoints, swap("2"), time.perf_counter)
        switched = time.monotonic()
        time.sleep(1)

    assert report.outcome == "SWITCHED"
    assert report.steps == (
        "version 1 answers 100 %, version 2 answers 0 %",
        "version 1 answers 50 %, version 2 answers 50 %",
        "version 1 answers 0 %, version 2 answers 100 %",
        "version 2 answers 100 %",
    )
    assert load.failed == []
    assert {each.version for each in load.answers} == {"1", "2"}
    assert {each.version for each in load.answers if each.sent > switched} == {"2"}
    assert all(each.json == {"predictions": [2 + float(each.version)]} for each in load.answers)

    assert swap_endpoint(endpoints, swap("2"), time.perf_counter).outcome == "UNCHANGED"


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (swap("3"), "failed (100 %)"),
        (swap("2", adds=99), "answers golden row 1 with 4.0, its files with 101.0"),
        (swap("4", wanted=EndpointSection(watch_seconds=1, max_slower=1.5)), "times as long"),
    ],
    ids=["fails", "answers otherwise", "is slow"],
)
def test_a_version_that_must_not_answer_gets_no_more_requests_and_the_old_one_goes_on(serving, served, bad, said):
    endpoints = Endpoints(served.workspace)
    swap_endpoint(endpoints, swap("1"), time.perf_counter)

    with serving.Load(served, ENDPOINT, a_second=20) as load:
        report = swap_endpoint(endpoints, bad, time.perf_counter)

    assert (report.outcome, report.version) == ("BACKED_OFF", "1")
    assert said in report.summary
    assert load.failed == []
    assert {each.version for each in load.answers} == {"1"}
    assert [(each.version, each.share) for each in endpoints.read(ENDPOINT).served] == [("1", 100)]


def test_a_version_that_cannot_be_loaded_changes_nothing(served):
    endpoints = Endpoints(served.workspace)
    swap_endpoint(endpoints, swap("1"), time.perf_counter)

    with pytest.raises(ServingError, match="was not updated"):
        swap_endpoint(endpoints, swap("99"), time.perf_counter)
    assert served.predict(ENDPOINT).version == "1"

    assert swap_endpoint(endpoints, swap("2"), time.perf_counter).outcome == "SWITCHED"


def test_an_update_in_progress_is_waited_for(served):
    endpoints = Endpoints(served.workspace)
    swap_endpoint(endpoints, swap("1"), time.perf_counter)
    both = {
        "served_entities": [entity("1"), entity("4")],
        "traffic_config": {"routes": [route("1", 100), route("4", 0)]},
    }
    assert served.send("PUT", f"/api/2.0/serving-endpoints/{ENDPOINT}/config", json.dumps(both).encode()).status == 200
    refused = served.send("PUT", f"/api/2.0/serving-endpoints/{ENDPOINT}/config", json.dumps(both).encode())
    assert (refused.status, refused.json["error_code"]) == (409, "RESOURCE_CONFLICT")

    assert swap_endpoint(endpoints, swap("2"), time.perf_counter).outcome == "SWITCHED"
    assert [each.version for each in endpoints.read(ENDPOINT).served] == ["2"]


def entity(version):
    return {"name": f"rain-{version}", "entity_name": MODEL, "entity_version": version}


def route(version, share):
    return {"served_model_name": f"rain-{version}", "traffic_percentage": share}
