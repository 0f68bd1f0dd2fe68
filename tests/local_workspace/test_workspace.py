"""Complete runs on real Spark, Delta and MLflow."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from local_workspace.engines.spark_session import STATE_CONF, start_spark
from local_workspace.errors import EngineError
from local_workspace.run.progress import NoProgress
from local_workspace.run.results import RunState, State, TaskResult
from local_workspace.workspace import LocalWorkspace

from .make_bundle import make_bundle

RESOURCES = """
resources:
  schemas:
    tables: { catalog_name: "${var.catalog}", name: toys }
  jobs:
    loop:
      name: loop
      parameters:
        - { name: schema, default: "${resources.schemas.tables.name}" }
        - { name: mode, default: normal }
        - { name: run_id, default: "{{job.run_id}}" }
      tasks:
        - task_key: write
          notebook_task:
            notebook_path: ../notebooks/write.py
            base_parameters: { mode: from_base, extra: from_base }
        - task_key: many_rows
          depends_on: [{ task_key: write }]
          condition_task: { op: GREATER_THAN, left: "{{tasks.write.values.rows}}", right: "2" }
        - task_key: train
          depends_on: [{ task_key: many_rows, outcome: "true" }]
          notebook_task: { notebook_path: ../notebooks/train.py }
        - task_key: report
          depends_on: [{ task_key: write }, { task_key: train }]
          run_if: ALL_DONE
          notebook_task:
            notebook_path: ../notebooks/report.py
            base_parameters: { states: "{{tasks.write.result_state}} {{tasks.train.result_state}}" }
    year:
      name: year
      parameters:
        - { name: months, default: '["1", "broken", "3"]' }
      tasks:
        - task_key: months
          for_each_task:
            inputs: "{{job.parameters.months}}"
            task:
              task_key: month
              notebook_task:
                notebook_path: ../notebooks/month.py
                base_parameters: { number: "{{input}}", name: "{{task.name}}", run: "{{task.run_id}}" }
        - task_key: nothing
          for_each_task:
            inputs: "[]"
            task: { task_key: never, notebook_task: { notebook_path: ../notebooks/month.py } }
    objects:
      name: objects
      tasks:
        - task_key: list
          notebook_task: { notebook_path: ../notebooks/list.py }
        - task_key: objects
          depends_on: [{ task_key: list }]
          for_each_task:
            inputs: "{{tasks.list.values.objects}}"
            task:
              task_key: object
              run_job_task: { job_id: "${resources.jobs.loop.id}", job_parameters: { mode: "{{input.mode}}" } }
    hidden:
      name: hidden
      parameters: [{ name: mode, default: break }]
      tasks:
        - task_key: modes
          for_each_task:
            inputs: '["{{job.parameters.mode}}"]'
            task:
              task_key: mode
              run_job_task: { job_id: "${resources.jobs.loop.id}", job_parameters: { mode: "{{input}}" } }
    outer:
      name: outer
      tasks:
        - task_key: inner
          run_job_task: { job_id: "${resources.jobs.loop.id}", job_parameters: { mode: nested } }
"""

NOTEBOOKS = {
    "list": """
        dbutils.jobs.taskValues.set("objects", [{"mode": "nested"}, {"mode": "other"}])
    """,
    "month": """
        for name in ("number", "name", "run"):
            dbutils.widgets.text(name, "")
        dbutils.jobs.taskValues.set("own", dbutils.widgets.getAll())
        print(dbutils.widgets.get("number"))
        if dbutils.widgets.get("number") == "broken":
            raise ValueError("no such month")
    """,
    "write": """
        import logging
        for name, default in [("schema", ""), ("mode", ""), ("extra", ""), ("run_id", "")]:
            dbutils.widgets.text(name, default)
        # ---
        given = dbutils.widgets.getAll()
        logging.getLogger("toy").info("given %s", given["mode"])
        if given["mode"] == "stop":
            raise KeyboardInterrupt
        table = f"spark_catalog.{given['schema']}.rows"
        if given["mode"] == "break":
            raise ValueError("broken on purpose\\nsecond line")
        # ---
        spark.createDataFrame([(1,), (2,)], "n int").write.format("delta").mode("overwrite").saveAsTable(table)
        dbutils.jobs.taskValues.set("rows", 3 if given["mode"] == "nested" else spark.table(table).count())
        dbutils.jobs.taskValues.set("given", given)
        display(spark.table(table))
    """,
    "train": """
        import mlflow
        mlflow.set_experiment("toys")
        with mlflow.start_run() as run:
            mlflow.log_metric("error", 0.5)
            mlflow.log_text("hello", "note.txt")
        dbutils.jobs.taskValues.set("mlflow_run", run.info.run_id)
    """,
    "report": """
        dbutils.widgets.text("states", "")
        dbutils.notebook.exit(dbutils.widgets.get("states"))
    """,
}


@pytest.fixture(scope="module")
def workspace(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorkspace]:
    """One workspace for all tests here, on the session that all tests share."""
    root = make_bundle(tmp_path_factory.mktemp("toy") / "bundle", RESOURCES, NOTEBOOKS)
    with LocalWorkspace.open(root, tmp_path_factory.mktemp("workspace")) as opened:
        assert opened.spark is spark
        yield opened


class RecordedProgress(NoProgress):
    """Keeps what the tasks print and how they end."""

    def __init__(self) -> None:
        self.text = ""
        self.ended: dict[str, State] = {}

    def task_prints(self, path: tuple[str, ...], text: str) -> None:
        self.text += text

    def task_ends(self, path: tuple[str, ...], result: TaskResult) -> None:
        self.ended["/".join(path)] = result.state


def states(tasks: dict[str, TaskResult]) -> dict[str, State]:
    return {key: result.state for key, result in tasks.items()}


def test_a_run_passes_values_between_tasks_and_skips_the_branch_not_taken(workspace: LocalWorkspace) -> None:
    recorded = RecordedProgress()

    result = workspace.run("loop", {}, recorded)

    assert result.state is RunState.SUCCESS
    assert states(result.tasks) == {
        "write": State.SUCCESS,
        "many_rows": State.SUCCESS,
        "train": State.EXCLUDED,
        "report": State.SUCCESS,
    }
    assert result.tasks["many_rows"].outcome == "false"
    assert result.tasks["report"].exit_value == "success excluded"
    assert recorded.text.split() == ["n", "───", "1", "2"]


def test_a_job_parameter_overrides_a_base_parameter_of_the_same_name(workspace: LocalWorkspace) -> None:
    result = workspace.run("loop", {"mode": "other"})

    assert result.tasks["write"].values["given"] == {
        "schema": workspace.names["schemas.tables.name"],
        "mode": "other",
        "extra": "from_base",
        "run_id": str(result.run_id),
    }


def test_a_failing_cell_fails_its_task_and_the_leaf_decides_how_the_run_ends(workspace: LocalWorkspace) -> None:
    result = workspace.run("loop", {"mode": "break"})

    assert result.state is RunState.SUCCESS_WITH_FAILURES
    assert not result.succeeded
    write = result.tasks["write"]
    assert write.error == "write.py, cell 2: ValueError: broken on purpose\nsecond line"
    assert result.tasks["train"].state is State.UPSTREAM_FAILED
    assert result.tasks["report"].exit_value == "failed upstream_failed"
    log = Path(str(write.log_path)).read_text()
    assert "INFO toy: given break" in log
    assert 'raise ValueError("broken on purpose' in log


def test_a_job_that_runs_another_job_holds_the_nested_run_with_its_own_tasks(workspace: LocalWorkspace) -> None:
    recorded = RecordedProgress()

    result = workspace.run("outer", {}, recorded)

    nested = result.tasks["inner"].run
    assert nested is not None
    assert nested.parameters["mode"] == "nested"
    assert nested.run_id > result.run_id
    assert states(nested.tasks)["train"] is State.SUCCESS
    assert recorded.ended["inner/train"] is State.SUCCESS


def test_models_and_artifacts_go_through_the_server(workspace: LocalWorkspace) -> None:
    import mlflow

    nested = workspace.run("outer").tasks["inner"].run
    assert nested is not None
    run = str(nested.tasks["train"].values["mlflow_run"])

    assert mlflow.get_tracking_uri() == workspace.mlflow_uri
    assert mlflow.artifacts.load_text(f"runs:/{run}/note.txt") == "hello"


def test_ctrl_c_cancels_the_running_task_and_ends_the_run(workspace: LocalWorkspace) -> None:
    recorded = RecordedProgress()

    with pytest.raises(KeyboardInterrupt):
        workspace.run("loop", {"mode": "stop"}, recorded)

    assert recorded.ended == {"write": State.CANCELED}


def test_a_run_restores_the_logging_settings(workspace: LocalWorkspace) -> None:
    before = (logging.getLogger().level, [*logging.getLogger().handlers])

    workspace.run("loop", {"mode": "break"})

    assert (logging.getLogger().level, [*logging.getLogger().handlers]) == before


def test_the_session_is_utc_and_a_second_state_folder_in_one_process_is_refused(
    workspace: LocalWorkspace, tmp_path: Path
) -> None:
    assert workspace.spark.conf.get("spark.sql.session.timeZone") == "UTC"
    own = Path(workspace.spark.conf.get(STATE_CONF) or "")
    assert start_spark(own) is workspace.spark
    with pytest.raises(EngineError, match=f"already runs in this process, on {own}, not on {tmp_path}"):
        start_spark(tmp_path)


def test_a_loop_runs_every_iteration_and_fails_when_one_did(workspace: LocalWorkspace) -> None:
    recorded = RecordedProgress()

    result = workspace.run("year", {}, recorded)

    months = result.tasks["months"]
    assert states(months.iterations) == {
        "month 1 of 3 (1)": State.SUCCESS,
        "month 2 of 3 (broken)": State.FAILED,
        "month 3 of 3 (3)": State.SUCCESS,
    }
    assert (months.state, months.error) == (State.FAILED, "1 of 3 iterations failed: month 2 of 3 (broken)")
    assert result.state is RunState.FAILED
    assert recorded.ended["months/month 3 of 3 (3)"] is State.SUCCESS
    broken = months.iterations["month 2 of 3 (broken)"]
    assert broken.error == "month.py, cell 1: ValueError: no such month"
    assert Path(str(broken.log_path)).name == "months.2.log"


def test_what_an_iteration_sets_stays_inside_it(workspace: LocalWorkspace) -> None:
    months = workspace.run("year", {"months": '["1", "2"]'}).tasks["months"]

    assert months.values == {}
    first, second = (iteration.values["own"] for iteration in months.iterations.values())
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert (first["number"], first["name"], second["number"]) == ("1", "month", "2")
    assert first["run"] != second["run"]


def test_a_loop_over_nothing_succeeds(workspace: LocalWorkspace) -> None:
    result = workspace.run("year", {"months": "[1]"})

    assert states(result.tasks) == {"months": State.SUCCESS, "nothing": State.SUCCESS}
    assert result.tasks["nothing"].iterations == {}
    assert result.state is RunState.SUCCESS


def test_a_loop_over_objects_hands_out_their_fields(workspace: LocalWorkspace) -> None:
    loop = workspace.run("objects").tasks["objects"]

    assert loop.state is State.SUCCESS
    assert [run.parameters["mode"] for run in loop.inner_runs()] == ["nested", "other"]


def test_a_failure_that_a_nested_leaf_hides_marks_the_run_around_the_loop(workspace: LocalWorkspace) -> None:
    result = workspace.run("hidden")

    assert result.tasks["modes"].state is State.SUCCESS
    assert result.state is RunState.SUCCESS_WITH_FAILURES


def test_inputs_that_are_not_an_array_fail_the_task(workspace: LocalWorkspace) -> None:
    months = workspace.run("year", {"months": "1 to 12"}).tasks["months"]

    assert months.state is State.FAILED
    assert months.error == ('for_each_task.inputs: expected a JSON array such as ["a", "b"], found \'1 to 12\'.')


def test_ctrl_c_in_an_iteration_cancels_it_and_its_loop(workspace: LocalWorkspace) -> None:
    recorded = RecordedProgress()

    with pytest.raises(KeyboardInterrupt):
        workspace.run("hidden", {"mode": "stop"}, recorded)

    assert recorded.ended["modes/mode 1 of 1 (stop)/write"] is State.CANCELED
    assert recorded.ended["modes/mode 1 of 1 (stop)"] is State.CANCELED
    assert recorded.ended["modes"] is State.CANCELED
