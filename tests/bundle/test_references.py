"""Every name that the YAML refers to exists: `${...}` at deployment, `{{...}}` and task keys at run time."""

import json
import re
from collections import Counter

import pytest

from .reading import published, strings, upstream

DEPLOYMENT_NAMES = {
    *("bundle.name", "bundle.target", "bundle.git.commit", "bundle.git.branch"),
    *("workspace.current_user.userName", "workspace.current_user.short_name"),
    *("workspace.root_path", "workspace.file_path"),
}
RUN_NAMES = re.compile(
    r"job\.(id|name|run_id|repair_count|trigger\.type|start_time\.(iso_date|iso_datetime|timestamp_ms))"
    r"|task\.(name|run_id|execution_count)|workspace\.(id|url)|backfill\.iso_date(time)?"
)


def deployment_references(value):
    return [name for _, text in strings(value) for name in re.findall(r"\$\{(.*?)\}", text)]


def wrong_variables(bundle):
    declared = set(bundle.merged["variables"])
    used = {name.removeprefix("var.") for name in deployment_references(bundle.merged) if name.startswith("var.")}
    return sorted(declared ^ used)


def wrong_deployment_references(bundle):
    """`${...}` of an unknown form, or of a resource or field that the target does not have."""
    wrong = []
    for target, content in bundle.targets.items():
        for name in deployment_references(content):
            first, *rest = name.split(".")
            if first == "resources" and len(rest) == 3:
                resource = content["resources"].get(rest[0], {}).get(rest[1])
                known = resource is not None and (rest[2] == "id" or rest[2] in resource)
            else:
                known = name in DEPLOYMENT_NAMES or first == "var"
            if not known:
                wrong.append(f"{target}: ${{{name}}}")
    return wrong


def wrong_run_references(bundle):
    """`{{...}}` of an unknown form, of a task that does not run before, of a value its notebook does not publish."""
    wrong = []
    for place, job, task in bundle.tasks():
        outside = {key: value for key, value in task.items() if key != "for_each_task"}
        loop = task.get("for_each_task", {})
        texts = [(text, False) for _, text in strings([outside, loop.get("inputs")])]
        texts += [(text, True) for _, text in strings(loop.get("task"))]
        wrong += [
            f"{place}: {{{{{name}}}}}"
            for text, nested in texts
            for name in re.findall(r"\{\{(.*?)\}\}", text)
            if not (nested and re.fullmatch(r"input(\.\w+)?", name)) and not known(name, task, job, bundle)
        ]
    for target, key, job in bundle.jobs():
        defaults = [entry["default"] for entry in job.get("parameters", [])]
        wrong += [
            f"{target}: {key}: {{{{{name}}}}}"
            for default in defaults
            for name in re.findall(r"\{\{(.*?)\}\}", default)
            if not RUN_NAMES.fullmatch(name)
        ]
    return wrong


def known(name, task, job, bundle):
    if RUN_NAMES.fullmatch(name):
        return True
    if name.startswith("job.parameters."):
        return name.removeprefix("job.parameters.") in {entry["name"] for entry in job.get("parameters", [])}
    match = re.fullmatch(r"tasks\.(\w+)\.(?:result_state|values\.(\w+))", name)
    if not match or match[1] not in upstream(task, job):
        return False
    emitter = next(other for other in job["tasks"] if other["task_key"] == match[1])
    return match[2] is None or ("notebook_task" in emitter and match[2] in published(bundle.notebook(emitter)))


def wrong_loop_inputs(bundle):
    """A loop goes through a JSON array: written there, or all of a parameter's value or of what a task published."""
    wrong = []
    for place, job, task in bundle.tasks():
        if "for_each_task" not in task:
            continue
        text = task["for_each_task"]["inputs"]
        if parameter := re.fullmatch(r"\{\{job\.parameters\.(\w+)\}\}", text):
            defaults = {entry["name"]: entry["default"] for entry in job.get("parameters", [])}
            text = defaults.get(parameter[1], "")
        published_by_a_task = re.fullmatch(r"\{\{tasks\.\w+\.values\.\w+\}\}", text)
        wrong += [] if published_by_a_task or is_array(text) else [f"{place}: {text}"]
    return wrong


def is_array(text):
    try:
        return isinstance(json.loads(text), list)
    except ValueError:
        return False


def wrong_dependencies(bundle):
    return [
        f"{place} waits for {edge['task_key']}"
        for place, job, task in bundle.tasks()
        for edge in task.get("depends_on", [])
        if edge["task_key"] not in {other["task_key"] for other in job["tasks"]}
    ]


def repeated_resource_keys(bundle):
    return {
        key
        for content in bundle.targets.values()
        for key, count in Counter(key for of_kind in content["resources"].values() for key in of_kind).items()
        if count > 1
    }


def test_variables_are_declared_and_used(bundle):
    assert wrong_variables(bundle) == []


def test_deployment_references_exist_in_every_target(bundle):
    assert len(deployment_references(bundle.merged)) > 10
    assert wrong_deployment_references(bundle) == []


def test_run_references_name_a_task_that_ran_before_and_a_value_that_it_publishes(bundle):
    assert wrong_run_references(bundle) == []


def test_loops_go_through_arrays(bundle):
    loops = [task for _, _, task in bundle.tasks() if "for_each_task" in task]
    assert len(loops) == 2 + 4 + 4 + 8  # the demo, retrain_all, the demo of forecasts, on_champion_change
    assert wrong_loop_inputs(bundle) == []


def test_dependencies_exist(bundle):
    assert wrong_dependencies(bundle) == []


def test_resource_keys_are_unique_across_types(bundle):
    assert repeated_resource_keys(bundle) == set()


LOOP, VALUE = "resources/loop.job.yml", "{{tasks.first.values.count}}"
DAILY, MONTHS = "resources/daily.job.yml", "{{job.parameters.months}}"


@pytest.mark.parametrize(
    ("check", "file", "old", "new"),
    [
        (wrong_variables, LOOP, "${var.size}", "1"),
        (wrong_variables, LOOP, "${var.size}", "${var.size}${var.sise}"),
        (wrong_deployment_references, LOOP, "${var.size}", "${resources.schemas.house.name}"),
        (wrong_deployment_references, LOOP, "${var.size}", "${resources.schemas.home.title}"),
        (wrong_deployment_references, LOOP, "${var.size}", "${bundle.commit}"),
        (wrong_run_references, LOOP, VALUE, "{{tasks.first.values.total}}"),
        (wrong_run_references, LOOP, VALUE, "{{tasks.last.result_state}}"),
        (wrong_run_references, LOOP, VALUE, "{{tasks.second.result_state}}"),
        (wrong_run_references, LOOP, VALUE, "{{run_id}}"),
        (wrong_run_references, LOOP, VALUE, "{{job.parameters.year}}"),
        (wrong_run_references, LOOP, "${var.size}", "{{tasks.first.values.count}}"),
        (wrong_run_references, "notebooks/first.py", 'key="count"', 'key="total"'),
        (wrong_run_references, LOOP, VALUE, "{{input}}"),
        (wrong_run_references, DAILY, MONTHS, "{{input}}"),
        (wrong_run_references, DAILY, MONTHS, "{{tasks.months.values.list}}"),
        (wrong_run_references, DAILY, 'month: "{{input}}"', 'month: "{{inputs}}"'),
        (wrong_loop_inputs, DAILY, MONTHS, "1, 2"),
        (wrong_loop_inputs, DAILY, MONTHS, '{\\"a\\": 1}'),
        (wrong_loop_inputs, DAILY, MONTHS, f"months {MONTHS}"),
        (wrong_loop_inputs, DAILY, "[1, 2]", "1 2"),
        (wrong_dependencies, LOOP, "depends_on: [{ task_key: first }]", "depends_on: [{ task_key: frist }]"),
        (repeated_resource_keys, "resources/home.schema.yml", "home:", "loop:"),
    ],
)
def test_a_name_that_does_not_exist_is_found(toy, check, file, old, new):
    assert not check(toy.read())
    assert check(toy.edit(file, old, new))


@pytest.mark.parametrize("inputs", ["[]", "[1, 2]", MONTHS])
def test_an_array_is_accepted(toy, inputs):
    assert wrong_loop_inputs(toy.edit(DAILY, MONTHS, inputs)) == []


@pytest.mark.parametrize("reference", ["{{tasks.first.result_state}}", "{{job.run_id}}", "{{job.parameters.month}}"])
def test_a_name_that_exists_is_accepted(toy, reference):
    assert wrong_run_references(toy.edit(LOOP, VALUE, reference)) == []


def test_a_value_published_through_the_stage_counts(toy):
    by_hand = 'dbutils.jobs.taskValues.set(key="count", value="1")'
    assert wrong_run_references(toy.edit("notebooks/first.py", by_hand, 'stage.publish(total="1")')) != []
    assert wrong_run_references(toy.edit("notebooks/first.py", "total=", "total=1, count=")) == []
