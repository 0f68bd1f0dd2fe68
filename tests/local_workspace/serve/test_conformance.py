"""The official SDK's own client and models against the local workspace, over HTTP."""

import io
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config
from databricks.sdk.errors import (
    AlreadyExists,
    BadRequest,
    NotFound,
    PermissionDenied,
    ResourceDoesNotExist,
    Unauthenticated,
)
from databricks.sdk.service.jobs import RunLifeCycleState, RunResultState
from tests.local_workspace.make_bundle import make_bundle

from local_workspace.bundle.bundle import read_bundle

RESOURCES = """
resources:
  schemas:
    toys: { catalog_name: spark_catalog, name: toys }
  jobs:
    add:
      name: "toy: add [dev]"
      parameters: [{ name: a, default: "1" }, { name: b, default: "2" }]
      tasks:
        - { task_key: sum, notebook_task: { notebook_path: ../notebooks/sum.py } }
        - { task_key: fail, depends_on: [{ task_key: sum }], notebook_task: { notebook_path: ../notebooks/fail.py } }
    outer:
      name: "toy: outer [dev]"
      tasks: [{ task_key: inner, run_job_task: { job_id: "${resources.jobs.quick.id}" } }]
    quick:
      name: "toy: quick [dev]"
      parameters: [{ name: a, default: "1" }]
      tasks: [{ task_key: only, notebook_task: { notebook_path: ../notebooks/only.py } }]
"""
NOTEBOOKS = {
    "sum": """
a, b = (dbutils.widgets.text(name, "0") or int(dbutils.widgets.get(name)) for name in ("a", "b"))
dbutils.notebook.exit(str(a + b))
""",
    "fail": 'raise ValueError("on purpose")',
    "only": 'dbutils.widgets.text("a", "")\ndbutils.notebook.exit(dbutils.widgets.get("a"))',
}


@pytest.fixture(scope="module")
def served(serving, mlflow_uri, tmp_path_factory):
    folder = tmp_path_factory.mktemp("workspace")
    bundle = read_bundle(make_bundle(folder / "bundle", RESOURCES, NOTEBOOKS))
    with serving.serve_in_thread(folder / "state", mlflow_uri, "spark_catalog.toys", bundle=bundle) as served:
        yield served


@pytest.fixture
def workspace(served):
    time.sleep(2)  # the allowance of requests grows again
    return served.workspace


def job_id(workspace, key):
    return next(each.job_id for each in workspace.jobs.list() if f": {key} " in each.settings.name)


def test_jobs_are_listed_a_page_at_a_time(workspace):
    pages = list(workspace.jobs.list(limit=1))
    assert sorted(each.settings.name.rpartition("] ")[2] for each in pages) == [
        "toy: add [dev]",
        "toy: outer [dev]",
        "toy: quick [dev]",
    ]
    add = workspace.jobs.get(job_id(workspace, "add"))
    assert [(each.name, each.default) for each in add.settings.parameters] == [("a", "1"), ("b", "2")]
    assert [each.task_key for each in add.settings.tasks] == ["sum", "fail"]


def test_what_does_not_exist_is_the_error_that_the_sdk_knows(workspace):
    for missing in (
        lambda: workspace.jobs.get(5),
        lambda: workspace.jobs.get_run(5),
    ):
        with pytest.raises(ResourceDoesNotExist):
            missing()
    with pytest.raises(NotFound):
        workspace.serving_endpoints.get("none")
    with pytest.raises(NotFound):
        workspace.files.download("/Volumes/a/b/c/none.csv")
    with pytest.raises(BadRequest, match="does not have this parameter"):
        workspace.jobs.run_now(job_id(workspace, "add"), job_parameters={"c": "1"})


@pytest.mark.parametrize(("token", "error"), [("wrong", PermissionDenied), ("", Unauthenticated)])
def test_tokens_are_checked_at_every_address(served, token, error):
    if not token:
        assert served.send("GET", "/api/2.2/jobs/list", token="").status == 401
        return
    with pytest.raises(error):
        next(iter(WorkspaceClient(config=Config(host=served.place.address, token=token)).jobs.list()))


def test_a_run_waits_for_its_turn_is_started_once_for_a_token_and_can_be_cancelled(workspace):
    quick = job_id(workspace, "quick")
    first = workspace.jobs.run_now(quick, idempotency_token="one").run_id
    second = workspace.jobs.run_now(quick, job_parameters={"a": "5"}).run_id

    assert workspace.jobs.run_now(quick, idempotency_token="one").run_id == first
    waiting = workspace.jobs.get_run(second)
    assert waiting.state.life_cycle_state is RunLifeCycleState.QUEUED
    assert {each.name: each.value for each in waiting.job_parameters} == {"a": "5"}
    assert {first, second} <= {each.run_id for each in workspace.jobs.list_runs(active_only=True)}

    workspace.jobs.cancel_run(second)
    ended = workspace.jobs.cancel_run_and_wait(first, timeout=timedelta(minutes=2))
    assert ended.state.result_state is RunResultState.CANCELED
    assert workspace.jobs.get_run(second).state.result_state is RunResultState.CANCELED
    assert [each.run_id for each in workspace.jobs.list_runs(completed_only=True, limit=1)][:2] == [second, first]


def test_files_of_volumes_are_written_read_listed_and_deleted(workspace, served):
    path = "/Volumes/spark_catalog/toys/uploads/new rows/März.csv"
    workspace.files.upload(path, io.BytesIO(b"a,b\n1,2\n"))

    assert workspace.files.download(path).contents.read() == b"a,b\n1,2\n"
    assert workspace.files.get_metadata(path).content_length == 8
    assert [
        (each.name, each.file_size, each.path)
        for each in workspace.files.list_directory_contents(path.rpartition("/")[0])
    ] == [("März.csv", 8, path)]
    assert (served.place.volumes / "spark_catalog/toys/uploads/new rows/März.csv").read_bytes() == b"a,b\n1,2\n"
    with pytest.raises(AlreadyExists):
        workspace.files.upload(path, io.BytesIO(b""), overwrite=False)
    workspace.files.delete(path)
    with pytest.raises(NotFound):
        workspace.files.get_metadata(path)


@pytest.mark.parametrize("path", ["/Volumes/a/b/../../../etc/passwd", "/Volumes/a/b", "/etc/passwd"])
def test_no_path_leads_out_of_the_volumes(served, path):
    assert served.send("GET", f"/api/2.0/fs/files{path}").status in (400, 403)


def test_tokens_are_made_listed_and_deleted(served, workspace):
    made = workspace.tokens.create(comment="second", lifetime_seconds=600)
    other = WorkspaceClient(config=Config(host=served.place.address, token=made.token_value))

    assert {each.comment for each in other.tokens.list()} == {"made by ./workspace serve", "second"}
    with pytest.raises(BadRequest, match="2 tokens are valid"):
        workspace.tokens.create(comment="third")
    workspace.tokens.delete(made.token_info.token_id)
    with pytest.raises(PermissionDenied):
        list(other.tokens.list())


def test_too_many_requests_get_429_and_the_sdk_waits(served, workspace):
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: served.send("GET", "/api/2.2/jobs/list"), range(400)))
    refused = [each for each in answers if each.status == 429]

    assert refused
    assert {each.status for each in answers} == {200, 429}
    assert refused[0].headers["retry-after"] == "1"
    assert list(workspace.jobs.list())  # it comes again by itself


@pytest.mark.slow
def test_a_run_ends_in_the_states_of_the_public_api(workspace):
    """Two runs in processes of their own, with Spark."""
    wait = timedelta(minutes=8)
    failed = workspace.jobs.run_now(job_id(workspace, "add"), job_parameters={"b": "40"}).result(timeout=wait)
    assert failed.state.life_cycle_state is RunLifeCycleState.TERMINATED
    assert failed.state.result_state is RunResultState.FAILED
    assert "on purpose" in failed.state.state_message
    states = {each.task_key: each.state.result_state for each in failed.tasks}
    assert states == {"sum": RunResultState.SUCCESS, "fail": RunResultState.FAILED}
    outputs = {each.task_key: workspace.jobs.get_run_output(each.run_id) for each in failed.tasks}
    assert outputs["sum"].notebook_output.result == "41"
    assert "on purpose" in outputs["fail"].error

    outer = workspace.jobs.run_now(job_id(workspace, "outer")).result(timeout=wait)
    inner = workspace.jobs.get_run_output(outer.tasks[0].run_id).run_job_output.run_id
    only = workspace.jobs.get_run(inner).tasks[0]
    assert (outer.state.result_state, workspace.jobs.get_run_output(only.run_id).notebook_output.result) == (
        RunResultState.SUCCESS,
        "1",
    )
