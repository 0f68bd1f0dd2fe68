"""What a platform team asks for: policies, rights, slow runs, and pages that say the same as the YAML."""

import re

import pytest
import yaml
from databricks.bundles.jobs import Job

from .reading import Bundle, merge
from .test_params import commands
from .test_targets import resolved

OWN_GRANT = {
    "principal": "${var.run_as}",
    "privileges": [
        *("USE_SCHEMA", "CREATE_TABLE", "CREATE_MODEL", "CREATE_VOLUME"),
        *("SELECT", "MODIFY", "EXECUTE"),
    ],
}
WARNED = ("retraining", "retrain_all", "repair", "forget", "copy_version", "approve", "adopt")
DEVELOPMENT_PAGES = ("check-a-spec.md", "work-on-a-laptop.md", "deploy.md")


def page(bundle, name="deploy.md"):
    return (bundle.root / "docs/how-to" / name).read_text("utf-8")


def snippet(bundle, title):
    (text,) = re.findall(rf"```yaml\n# databricks.yml: {title}\n(.*?)```", page(bundle), re.DOTALL)
    return yaml.safe_load(text)["targets"]["prod"]


def test_each_live_target_has_a_folder_that_the_page_names(bundle):
    for target in ("staging", "prod"):
        root = resolved(bundle, target, bundle.targets[target]["workspace"]["root_path"])
        assert f"`{root.replace('${bundle.name}', bundle.merged['bundle']['name'])}`" in page(bundle)


def test_grants_of_a_target_are_added_to_the_one_of_the_jobs(bundle):
    readers = snippet(bundle, "readers of prod")
    schema = merge(bundle.targets["prod"], readers)["resources"]["schemas"]["retraining_schema"]

    assert bundle.targets["prod"]["resources"]["schemas"]["retraining_schema"]["grants"] == [OWN_GRANT]
    assert schema["grants"][0] == OWN_GRANT
    assert len(schema["grants"]) == 2


def test_a_deployer_of_its_own_is_listed_beside_the_jobs_principal(bundle):
    own, deployer = snippet(bundle, "the deployer of prod")["permissions"]

    assert [own] == bundle.targets["prod"]["permissions"]
    assert deployer.keys() == own.keys()


@pytest.mark.parametrize(
    ("old", "field"),
    [("# budget_policy_id: <id>", "budget_policy_id"), ("# policy_id: <id>", "policy_id")],
)
def test_one_line_gives_every_job_a_policy(bundle, old, field):
    file = bundle.root / "resources" / "compute.yml"
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    target = "prod" if field == "budget_policy_id" else "classic"
    jobs = yaml.safe_load(text.replace(old, f"{field}: 1234 #"))["targets"][target]["resources"]["jobs"]

    assert len(jobs) > 15
    for key, compute in jobs.items():
        holder = compute if target == "prod" else compute["job_clusters"][0]["new_cluster"]
        assert holder[field] == 1234, key
        Job.from_dict({"name": key, **compute, field: "1234"} if target == "prod" else {"name": key, **compute})


def test_no_policy_is_sent_before_somebody_names_one(bundle):
    assert all("budget_policy_id" not in job for _, _, job in bundle.jobs())


def test_a_job_that_takes_long_says_so_before_its_timeout(bundle):
    for _, key, job in bundle.jobs():
        if key in WARNED:
            (rule,) = job["health"]["rules"]
            assert 0 < rule["value"] < job["timeout_seconds"], key
            assert job["email_notifications"]["on_duration_warning_threshold_exceeded"] == ["${var.notify}"], key


def test_every_command_for_operators_names_a_target(bundle):
    pages = sorted((bundle.root / "docs/how-to").glob("*.md"))
    found = [
        command for file in pages if file.name not in DEVELOPMENT_PAGES for command in commands(file.read_text("utf-8"))
    ]

    assert len(found) > 20
    assert [command for command in found if " -t " not in command] == []


def test_job_names_to_search_for_and_pause_variables_exist(bundle):
    names = {job["name"].replace("${bundle.name}", "model_retraining") for _, _, job in bundle.jobs()}
    searched = re.findall(r'--name "(.*?)"', page(bundle))

    assert searched
    assert {name.replace("[prod]", "[${bundle.target}]") for name in searched} <= names
    for name in set(re.findall(r"`(\w+_pause_status)`", page(bundle))):
        assert name in bundle.merged["variables"]


def test_the_page_names_all_that_leaves_with_the_examples(bundle):
    """Each pattern that would match nothing without the examples is on the page, in the section about them."""
    section = page(bundle).split("## Without the examples")[1].split("\n## ")[0]
    own = Bundle(bundle.root).merged["targets"]["prod"]["sync"]["exclude"]

    assert own
    assert [pattern for pattern in own if pattern.removesuffix("**") not in section] == []
