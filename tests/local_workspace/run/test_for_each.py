"""The items, labels and checks of a for_each_task."""

from pathlib import Path

import pytest
from tests.local_workspace.make_bundle import make_bundle

from local_workspace.bundle.bundle import jobs_of_run, read_bundle
from local_workspace.bundle.jobs import for_each_items
from local_workspace.errors import BundleError, ParameterError, TaskError
from local_workspace.run.checked_jobs import checked_jobs
from local_workspace.run.run_references import input_field
from local_workspace.run.runner import iteration_labels

RESOURCES = """
resources:
  jobs:
    year:
      name: year
      parameters:
        - { name: months, default: "[1, 2]" }
      tasks:
        - task_key: first
          notebook_task: { notebook_path: ../notebooks/nothing.py }
        - task_key: months
          depends_on: [{ task_key: first }]
          for_each_task:
            inputs: "{{job.parameters.months}}"
            concurrency: 2
            task:
              task_key: month
              run_job_task: { job_id: "${resources.jobs.month.id}", job_parameters: { number: "{{input}}" } }
        - task_key: last
          depends_on: [{ task_key: months }]
          condition_task: { op: EQUAL_TO, left: "{{tasks.months.result_state}}", right: success }
    month:
      name: month
      parameters:
        - { name: number, default: "" }
      tasks:
        - task_key: only
          notebook_task: { notebook_path: ../notebooks/nothing.py }
"""


def check(root: Path, old: str = "", new: str = "") -> None:
    assert old in RESOURCES
    bundle = read_bundle(make_bundle(root, RESOURCES.replace(old, new, 1)), environment={})
    checked_jobs(bundle, "year", {})


def test_the_job_that_iterations_run_belongs_to_the_run(tmp_path: Path) -> None:
    check(tmp_path)

    assert {*jobs_of_run(read_bundle(tmp_path, environment={}), "year")} == {"year", "month"}


MONTHS, INPUTS = "{{job.parameters.months}}", 'inputs: "{{job.parameters.months}}"'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (MONTHS, "[1, 2", r"toy.yml:14: .*tasks\[1\].for_each_task.inputs: .*expected a JSON array"),
        (MONTHS, "1", r"toy.yml:14: .*expected a JSON array, found the single value 1"),
        (INPUTS, "inputs: [1, 2]", r"for_each_task.inputs must be a text that holds a JSON array, found \[1, 2\]"),
        (INPUTS, "", r"toy.yml:16: .*for_each_task.inputs is missing"),
        (MONTHS, "{{job.parameters.moths}}", r"toy.yml:14: .*for_each_task.inputs: unknown reference"),
        (MONTHS, "{{input}}", r"unknown reference \{\{input\}\}"),
        (MONTHS, "{{tasks.last.values.list}}", r"toy.yml:14: .*Known here: tasks.first"),
        ("concurrency: 2", "pace: 2", r"toy.yml:15: .*tasks\[months\].for_each_task.pace is not run locally yet"),
        ("run_job_task: {", "condition_task: {", r"toy.yml:18: .*task.condition_task is not run locally yet"),
        (
            "task_key: month\n",
            "task_key: month\n              run_if: ALL_DONE\n",
            r"for_each_task.task.run_if is not run locally yet",
        ),
        ("resources.jobs.month.id", "resources.jobs.year.id", r"jobs run each other in a circle: year -> year"),
        ("{{tasks.months.result_state}}", "{{tasks.months.values.rows}}", r"Known here: .*tasks.months.result_state"),
        ("{{tasks.months.result_state}}", "{{input}}", r"tasks\[last\]: unknown reference \{\{input\}\}"),
        ("{{tasks.months.result_state}}", "{{tasks.month.result_state}}", r"tasks\[last\]: unknown reference"),
    ],
)
def test_a_loop_that_cannot_run_is_refused_by_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(BundleError, match=message):
        check(tmp_path, old, new)


def test_iterations_may_pass_only_parameters_that_the_job_has(tmp_path: Path) -> None:
    with pytest.raises(
        ParameterError, match=r"job_parameters nummer: job month does not have this parameter. It has: number"
    ):
        check(tmp_path, "{ number: ", "{ nummer: ")


def test_a_field_of_the_input_may_be_used(tmp_path: Path) -> None:
    check(tmp_path, "{{input}}", "{{input.number}} {{ input }}")


def test_schedules_and_triggers_are_left_to_the_workspace(tmp_path: Path) -> None:
    check(tmp_path, "name: year\n", "name: year\n      schedule: { quartz_cron_expression: x, pause_status: PAUSED }\n")


def test_inputs_are_a_json_array() -> None:
    assert for_each_items('[1, "a", {"b": 2}]') == [1, "a", {"b": 2}]
    assert for_each_items("[]") == []
    for text in ("", "['a']", '{"a": 1}', '"a"', "3"):
        with pytest.raises(TaskError, match="expected a JSON array"):
            for_each_items(text)


def test_iterations_are_counted_and_texts_named() -> None:
    assert iteration_labels("month", [1, 2]) == ["month 1 of 2", "month 2 of 2"]
    assert iteration_labels("model", ["diabetes", {"a": 1}]) == ["model 1 of 2 (diabetes)", "model 2 of 2"]


def test_a_field_that_the_input_does_not_have_is_named_with_those_it_has() -> None:
    assert input_field({"a": 0}, "a") == 0
    assert input_field({"a": 0}, "") == {"a": 0}
    with pytest.raises(TaskError, match=r"\{\{input.b\}\}: the input does not have this field. It has: a, c"):
        input_field({"a": 0, "c": 1}, "b")
    with pytest.raises(TaskError, match=r"It has: none"):
        input_field(3, "b")
