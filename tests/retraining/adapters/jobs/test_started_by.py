"""Who started a run, asked of a server that answers as the Jobs API does."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from retraining.adapters.jobs.started_by import started_by
from retraining.adapters.notebook import read_context
from retraining.errors import ParameterError

RUNS = {"17": {"run_id": 17, "creator_user_name": "anna@example.com"}, "18": {"run_id": 18}}
REPAIRED = {"run_id": 20, "creator_user_name": "anna@example.com"}
RUNS["20"] = {**REPAIRED, "repair_history": [{"type": "ORIGINAL"}, {"type": "REPAIR"}]}
RUNS["21"] = {**REPAIRED, "run_id": 21, "repair_history": [{"type": "ORIGINAL"}]}
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


class Notebook:
    """The part of dbutils that the platform fills; each call of the chain gives the same object."""

    def __init__(self, told):
        self.told = told

    def __getattr__(self, name):
        return self if name in ("notebook", "entry_point") else lambda: self

    def __call__(self):
        return self

    def safeToJson(self):
        return json.dumps(self.told)


def in_job(part="attributes", **ids):
    return Notebook({part: {"jobId": "3", **ids}})


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    "notebook",
    [
        in_job(multitaskParentRunId="17", currentRunId="170"),
        in_job("tags", multitaskParentRunId="17", jobRunId="170"),
        in_job(jobRunId="17"),
        in_job(currentRunId=17),
    ],
)
def test_the_person_who_started_the_run_is_named(notebook):
    assert started_by(NO_SPARK, read_context(notebook), "17", on_workspace=True) == "anna@example.com"


@pytest.mark.usefixtures("workspace")
def test_a_run_that_nobody_repaired_names_its_person():
    notebook = in_job(multitaskParentRunId="21")

    assert started_by(NO_SPARK, read_context(notebook), "21", on_workspace=True) == "anna@example.com"


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("run_id", ["17", "by_hand_1", "no number"])
def test_a_run_id_that_is_not_the_run_is_refused(run_id):
    """A person who may start the job passes the run of another person."""
    notebook = in_job(multitaskParentRunId="99", currentRunId="17")

    with pytest.raises(ParameterError, match=rf"^run_id '{run_id}' is not this run, which is 99: nothing was stored"):
        started_by(NO_SPARK, read_context(notebook), run_id, on_workspace=True)


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    ("notebook", "run_id"),
    [
        (object(), "17"),  # no context
        (Notebook("text"), "17"),
        (in_job(), "17"),  # a job, and no id of its run
        (in_job(jobRunId="170"), "17"),  # perhaps the task's
        (in_job(multitaskParentRunId="18"), "18"),  # the workspace names no one
        (in_job(multitaskParentRunId="19"), "19"),  # the workspace refuses
        (in_job(multitaskParentRunId="20"), "20"),  # another person may have repaired it, with other parameters
    ],
)
def test_where_nothing_proves_a_person_none_is_named(notebook, run_id):
    assert started_by(NO_SPARK, read_context(notebook), run_id, on_workspace=True) == "unknown"


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(("notebook", "on_workspace"), [(Notebook({"tags": {"user": "b"}}), True), (object(), False)])
def test_outside_a_job_it_is_the_user_of_the_session(spark, notebook, on_workspace):
    user = spark.sql("SELECT current_user()").first()[0]

    assert started_by(spark, read_context(notebook), "17", on_workspace) == user
