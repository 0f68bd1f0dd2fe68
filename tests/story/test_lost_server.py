"""The MLflow server is killed in the middle of a run: the run ends soon, with the cure, and the next one goes on."""

import os
import signal
from types import SimpleNamespace

import pytest

from local_workspace.run.progress import NoProgress
from local_workspace.workspace import LocalWorkspace
from recipes.demo.diabetes import KEYS, first_patients
from recipes.demo.put_rows import put_rows

from .conftest import ROOT
from .what_is import state_of

pytestmark = pytest.mark.slow


class KillsServer(NoProgress):
    """Kills the server and its workers when a task begins."""

    def __init__(self, workspace: LocalWorkspace, task: str) -> None:
        self.group = workspace.server.process.pid
        self.task = task

    def task_starts(self, path):
        if path[-1] == self.task:
            os.killpg(self.group, signal.SIGKILL)


@pytest.fixture(scope="module")
def story(spark, tmp_path_factory):
    told = SimpleNamespace()
    state = tmp_path_factory.mktemp("lost_server")
    with LocalWorkspace.open(ROOT, state, target="dev") as workspace:
        schema = f"spark_catalog.{workspace.names['schemas.retraining_schema.name']}"
        # Another story in this process may have left tables of the same names.
        workspace.spark.sql(f"DROP SCHEMA {schema} CASCADE")
        workspace.spark.sql(f"CREATE SCHEMA {schema}")
        put_rows(workspace.spark, first_patients(422), f"{schema}.diabetes_source", KEYS)
        told.before = workspace.lost_server
        told.failed = workspace.run("retraining", {"model": "diabetes"}, KillsServer(workspace, "retrain"))
        told.lost = workspace.lost_server
        told.after_failure = workspace.spark.table(f"{schema}.model_manifests").select("state").collect()

    with LocalWorkspace.open(ROOT, state, target="dev") as workspace:
        told.next = workspace.run("retraining", {"model": "diabetes"})
        told.state = state_of(workspace.spark, schema, "diabetes", "diabetes")
    return told


def test_the_tasks_that_need_the_server_fail_in_one_sentence_and_soon(story):
    error = story.failed.tasks["retrain"].error

    assert story.failed.state == "FAILED"
    assert "RegistryError: " in error.splitlines()[0]
    assert error.endswith("Check that the server is reachable and this principal has its rights, then run again.")
    assert "failed (it does not answer). No alias was moved." in error
    assert story.failed.tasks["retrain"].seconds < 120  # with MLflow's own retries, one call takes twice as long


def test_the_command_says_that_the_server_is_gone_and_what_to_do(story):
    assert story.before is None
    assert "does not answer any more. Its log is " in story.lost
    assert story.lost.endswith("Run the same command again: it starts another server, and goes on from what is stored.")


def test_nothing_is_half_done_and_the_next_run_goes_on(story):
    registered = [row[2] for row in story.state["versions"] if row[1] == "REGISTERED"]

    assert {row["state"] for row in story.after_failure} == {"RESERVED"}
    assert story.next.state == "SUCCESS"
    assert [row[1] for row in story.state["batches"]] == ["COMMITTED", "PLANNED"]
    assert len(registered) == len(set(registered)) > 0
    assert story.state["aliases"]["challenger"] == registered[0]
