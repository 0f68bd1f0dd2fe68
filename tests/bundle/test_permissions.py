"""Who may do what: nobody beside the jobs' principal, until a target says so."""

import re

import pytest
import yaml
from databricks.bundles.experiments import ExperimentPermissionLevel, MlflowExperimentPermission
from databricks.bundles.jobs import JobPermission, JobPermissionLevel

OPERATED = {
    *("adopt", "copy_version", "freeze", "release_batch", "release_retraining", "repair", "retire", "rollback"),
    *("on_champion_change", "refresh_index", "score_batch", "unfreeze", "unretire", "update_endpoint"),
}
LEVELS = {
    "operators": JobPermissionLevel.CAN_MANAGE_RUN,
    "approvers": JobPermissionLevel.CAN_MANAGE_RUN,
    "erasers": JobPermissionLevel.CAN_MANAGE_RUN,
    "viewers": JobPermissionLevel.CAN_VIEW,
    "readers": ExperimentPermissionLevel.CAN_READ,
}


def variable_of(key):
    of_one_job = {"approve": "approvers", "forget": "erasers"}
    return "operators" if key in OPERATED else of_one_job.get(key, "viewers")


def wrong_permissions(bundle):
    """Jobs that other people may run than those whose work it is."""
    return [
        f"{target}: {key}: {job.get('permissions')}"
        for target, key, job in bundle.jobs()
        if not key.startswith("demo") and job.get("permissions") != f"${{var.{variable_of(key)}}}"
    ]


def open_to_others(bundle):
    """Whoever else may do something in production without a word of its own in databricks.yml."""
    wrong = [
        f"{target}: {name} is {value}"
        for target in ("staging", "prod")
        for name in LEVELS
        if (value := bundle.variable(target, name)) != []
    ]
    return wrong + [
        f"{target}: {entry}"
        for target in ("staging", "prod")
        for entry in bundle.targets[target]["permissions"]
        if entry != {"level": "CAN_MANAGE", "service_principal_name": "${var.run_as}"}
    ]


def test_each_job_may_be_run_by_those_whose_work_it_is(bundle):
    keys = {key for _, key, _ in bundle.jobs()}
    assert OPERATED | {"approve"} < keys
    assert wrong_permissions(bundle) == []


def test_nobody_else_may_run_or_read_anything_unless_a_target_says_so(bundle):
    assert open_to_others(bundle) == []
    for content in bundle.targets.values():
        assert content["resources"]["experiments"]["retraining_experiment"]["permissions"] == "${var.readers}"


@pytest.mark.parametrize("name", LEVELS)
def test_lists_of_people_are_complex_variables_and_say_their_level(bundle, name):
    declared = bundle.merged["variables"][name]

    assert declared["type"] == "complex"
    assert declared["description"].endswith(f"level {LEVELS[name].value}.")


def test_the_lists_of_the_page_about_deploying_parse_and_name_every_variable(bundle):
    page = (bundle.root / "docs/how-to/deploy.md").read_text("utf-8")
    (snippet,) = re.findall(r"```yaml\n(# databricks.yml\n.*?)```", page, re.DOTALL)
    lists = yaml.safe_load(snippet)["targets"]["prod"]["variables"]

    assert lists.keys() == LEVELS.keys()
    for name, entries in lists.items():
        kind = MlflowExperimentPermission if name == "readers" else JobPermission
        assert kind.from_dict(entries[0]).level is LEVELS[name]


def test_the_page_about_deploying_says_which_jobs_operators_may_run(bundle):
    page = (bundle.root / "docs/how-to/deploy.md").read_text("utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith("| `operators` |")]

    assert set(re.findall(r"`(\w+)`", row)) - {"operators"} == OPERATED
