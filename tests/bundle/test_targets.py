"""What keeps targets apart, and what a mistake in one of them cannot destroy."""

import re

import pytest

KEPT = ("schemas", "experiments", "volumes")


def unprotected(bundle):
    """Resources of live targets that hold data and may be destroyed, and those of development that may not."""
    return [
        f"{target}: {key}"
        for target, content in bundle.targets.items()
        for kind in KEPT
        for key, resource in content["resources"].get(kind, {}).items()
        if resource.get("lifecycle", {}).get("prevent_destroy", False) != (content["mode"] == "production")
    ]


def test_no_deploy_destroys_data_of_staging_or_prod(bundle):
    assert unprotected(bundle) == []


def same_names(bundle):
    """Jobs that do not say whose they are, and schemas that two targets would share in one catalog."""
    wrong = [
        f"{target}: {key}: {job['name']}"
        for target, key, job in bundle.jobs()
        if job["name"] != f"${{bundle.name}}: {key} [${{bundle.target}}]"
    ]
    names = [
        (target, resolved(bundle, target, schema["name"]))
        for target, content in bundle.targets.items()
        for schema in content["resources"]["schemas"].values()
    ]
    return wrong + [target for target, name in names if [other for _, other in names].count(name) > 1]


def resolved(bundle, target, text):
    """A text with the target's variables in it."""
    for name in re.findall(r"\$\{var\.(\w+)\}", text):
        value = bundle.variable(target, name)
        text = text.replace(f"${{var.{name}}}", f"<{name}>" if value is None else resolved(bundle, target, value))
    return text.replace("${bundle.target}", target)


def wandering_roots(bundle):
    """Production targets whose deployed folder, which holds the state, is shared or depends on who deploys or runs."""
    roots = {
        target: resolved(bundle, target, content["workspace"]["root_path"])
        for target, content in bundle.targets.items()
        if content["mode"] == "production"
    }
    return [
        f"{target}: {root}"
        for target, root in roots.items()
        if any(word in root for word in ("run_as", "current_user", "/Users/")) or not root.endswith(f"/{target}")
    ]


@pytest.mark.parametrize("check", [same_names, wandering_roots])
def test_targets_do_not_collide(bundle, check):
    assert check(bundle) == []


@pytest.mark.parametrize(
    ("check", "file", "old", "new"),
    [
        (same_names, "resources/loop.job.yml", "loop [${bundle.target}]", "loop"),
        (same_names, "resources/home.schema.yml", "home_${bundle.target}", "home"),
        (wandering_roots, "databricks.yml", "/${bundle.target}", ""),
        (wandering_roots, "databricks.yml", "/Workspace/Deployments", "/Workspace/Users/me"),
        (wandering_roots, "databricks.yml", "/Workspace/Deployments", "/Workspace/${var.run_as}"),
    ],
)
def test_targets_that_collide_are_found(toy, check, file, old, new):
    assert check(toy.read()) == []
    assert check(toy.edit(file, old, new))


@pytest.mark.parametrize(("old", "new"), [("prevent_destroy: true", "prevent_destroy: false"), ("prod:", "dev:")])
def test_a_resource_that_could_be_destroyed_is_found(toy, old, new):
    assert unprotected(toy.read()) == []
    assert unprotected(toy.edit("resources/home.schema.yml", old, new))
