"""What callers get of a champion, of a wrong request and of a model in trouble: over real HTTP, from real processes."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from local_workspace.serve import connections
from local_workspace.serve.served_entity import Limits

SCHEMA = "main.answers"
ENDPOINT = "answers-rain"
QUICK = Limits(most_bytes=100_000, body_seconds=2, answer_seconds=3, at_once=4, most_waiting=1_200)


@pytest.fixture(scope="module")
def served(serving, toy_models, mlflow_uri, tmp_path_factory):
    toy_models.promote(f"{SCHEMA}.rain", toy_models.register(f"{SCHEMA}.rain", toy_models.Adds(1)))
    with serving.serve_in_thread(tmp_path_factory.mktemp("served"), mlflow_uri, SCHEMA, limits=QUICK) as served:
        served.wait_for(ENDPOINT)
        yield served


def test_a_champion_answers_and_the_answer_says_which_version_it_is(served):
    answered = served.predict(ENDPOINT, {"distance": 4, "air time": 1})

    assert (answered.status, answered.json) == (200, {"predictions": [9.0]})
    assert (answered.version, answered.headers["served-model-name"]) == ("1", "rain-1")
    assert served.workspace.serving_endpoints.query(
        ENDPOINT, dataframe_records=[{"distance": 4, "air time": 1}]
    ).predictions == [9.0]


@pytest.mark.parametrize(
    ("row", "status", "said"),
    [
        ({"distance": 1}, 400, "`air time`"),
        ({"distnce": 1, "air time": 2}, 400, "`distance` (there is `distnce`)"),
        ({"distance": "abc", "air time": 2}, 400, "distance"),
        ({"distance": -3, "air time": 2}, 500, "NaN"),
    ],
)
def test_what_is_wrong_with_a_row_or_its_answer_is_said(served, row, status, said):
    answered = served.predict(ENDPOINT, row)
    assert (answered.status, said in answered.json["message"]) == (status, True), answered.body


def test_another_column_is_left_out_and_a_gap_is_the_models_to_judge(served):
    assert served.predict(ENDPOINT, {"distance": 1, "air time": 2, "more": 3}).json == {"predictions": [3.0]}
    assert served.predict(ENDPOINT, {"distance": 1, "air time": None}).json == {"predictions": [3.0]}


@pytest.mark.parametrize(("token", "status"), [("", 401), ("wrong", 403)])
def test_without_a_valid_token_nothing_is_answered(served, token, status):
    assert served.predict(ENDPOINT, token=token).status == status
    assert served.send("GET", "/api/2.0/serving-endpoints", token=token).status == status


def test_a_body_that_is_too_long_is_refused(served):
    rows = json.dumps({"dataframe_records": [{"distance": 1, "air time": 2}] * 5_000}).encode()
    answered = served.send("POST", f"/serving-endpoints/{ENDPOINT}/invocations", rows)
    assert (answered.status, answered.json["error_code"]) == (413, "REQUEST_LIMIT_EXCEEDED")


def test_a_slow_caller_is_told_so(served):
    with socket.create_connection(("127.0.0.1", served.place.port), timeout=30) as slow:
        head = f"POST /serving-endpoints/{ENDPOINT}/invocations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer "
        slow.sendall(f"{head}{served.token}\r\ncontent-length: 100\r\n\r\n{{".encode())
        assert b" 408 " in slow.recv(1_000)


def test_a_caller_that_does_not_get_to_the_end_of_its_head_is_left(served, monkeypatch):
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    with socket.create_connection(("127.0.0.1", served.place.port), timeout=30) as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nhos")
        assert slow.recv(1_000) == b""


def test_a_model_that_crashes_is_started_again(served):
    assert served.predict(ENDPOINT, {"distance": -2, "air time": 1}).status in (503, 504)
    served.wait_for(ENDPOINT)


def test_a_model_that_hangs_is_given_up_and_replaced(served):
    with ThreadPoolExecutor(3) as pool:
        hung = list(pool.map(lambda _: served.predict(ENDPOINT, {"distance": -1, "air time": 1}), range(3)))
    assert [(each.status, each.json["error_code"]) for each in hung] == [(504, "DEADLINE_EXCEEDED")] * 3
    served.wait_for(ENDPOINT)


@pytest.mark.slow
def test_a_thousand_callers_at_once_are_all_answered(serving, served, mlflow_uri, tmp_path):
    with serving.serve_in_thread(tmp_path, mlflow_uri, SCHEMA) as patient:  # with the limits that users have
        patient.wait_for(ENDPOINT)
        with ThreadPoolExecutor(1_000) as pool:
            answers = list(pool.map(lambda _: patient.predict(ENDPOINT), range(1_000)))
        afterwards = patient.predict(ENDPOINT).status

    statuses = [each.status for each in answers]
    assert set(statuses) <= {200, 429}
    assert statuses.count(200) > 100
    assert all(each.headers["retry-after"] == "1" for each in answers if each.status == 429)
    assert afterwards == 200


def test_a_champion_that_is_deleted_meanwhile_goes_on_answering(served, toy_models):
    from mlflow import MlflowClient

    MlflowClient().delete_model_version(f"{SCHEMA}.rain", "1")
    time.sleep(3)
    assert served.predict(ENDPOINT).version == "1"
