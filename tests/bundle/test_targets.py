"""What keeps targets apart, and what a mistake in one of them cannot destroy."""

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


@pytest.mark.parametrize(("old", "new"), [("prevent_destroy: true", "prevent_destroy: false"), ("prod:", "dev:")])
def test_a_resource_that_could_be_destroyed_is_found(toy, old, new):
    assert unprotected(toy.read()) == []
    assert unprotected(toy.edit("resources/home.schema.yml", old, new))
