"""Who started a run, asked of a server that answers as the Jobs API does."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from retraining.adapters.jobs.started_by import started_by

RUNS = {"17": {"run_id": 17, "creator_user_name": "anna@example.com"}, "18": {"run_id": 18}}
NO_SPARK = None


class Jobs(BaseHTTPRequestHandler):
    """Knows the runs above, and refuses any other."""

    def do_GET(self):
        found = RUNS.get(self.path.partition("run_id=")[2].partition("&")[0])
        body = json.dumps(found or {"error_code": "INVALID_PARAMETER_VALUE", "message": "Run does not exist."}).encode()
        self.send_response(200 if found else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing on the test's output."""


@pytest.fixture
def workspace(monkeypatch, tmp_path):
    server = HTTPServer(("127.0.0.1", 0), Jobs)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("DATABRICKS_HOST", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("DATABRICKS_TOKEN", "any")
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(tmp_path / "none"))
    yield
    server.shutdown()


@pytest.mark.usefixtures("workspace")
def test_the_person_who_started_the_run_is_named():
    assert started_by(NO_SPARK, "17", on_workspace=True) == "anna@example.com"


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(("run_id", "on_workspace"), [("18", True), ("19", True), ("by_hand_1", True), ("17", False)])
def test_where_the_workspace_does_not_say_it_is_the_user_of_the_session(spark, run_id, on_workspace):
    user = spark.sql("SELECT current_user()").first()[0]

    assert started_by(spark, run_id, on_workspace) == user
