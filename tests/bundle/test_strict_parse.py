"""Every resource parses strictly: an unknown field, a wrong enum value or a missing field is an error."""

import pytest
from databricks.bundles.experiments import MlflowExperiment
from databricks.bundles.jobs import Job
from databricks.bundles.schemas import Schema

TYPES = {"jobs": Job, "schemas": Schema, "experiments": MlflowExperiment}


def parse_everything(bundle):
    """How many resources of all targets were parsed; a type that TYPES does not know is a KeyError."""
    resources = [
        TYPES[kind].from_dict(resource)
        for target in bundle.targets.values()
        for kind, of_kind in target["resources"].items()
        for resource in of_kind.values()
    ]
    return len(resources)


def test_every_resource_of_every_target_parses(bundle):
    # Jobs, and the schema and experiment; the four jobs of the demos are for development.
    in_development, in_production = 30 + 2, 26 + 2
    assert parse_everything(bundle) == 2 * in_development + 2 * in_production


@pytest.mark.parametrize(
    ("file", "old", "new", "error"),
    [
        ("daily.job.yml", "inputs:", "input:", "Unexpected field 'input'"),
        ("daily.job.yml", "schedule: {", "schedule: { at: 6,", "Unexpected field 'at'"),
        ("loop.job.yml", "timeout_seconds: 60", "timeout: 60", "Unexpected field 'timeout'"),
        ("loop.job.yml", "depends_on: [{ task_key: first }]", "run_if: SOMETIMES", "'SOMETIMES' is not a valid RunIf"),
        ("loop.job.yml", "notebook_path: ../notebooks/last.py", "source: WORKSPACE", "'notebook_path'"),
        ("home.schema.yml", "catalog_name: ${var.catalog}", "comment: no catalog", "'catalog_name'"),
        ("home.schema.yml", "[SELECT]", "[LOOK]", "'LOOK' is not a valid Privilege"),
    ],
)
def test_a_wrong_field_is_refused(toy, file, old, new, error):
    parse_everything(toy.read())
    with pytest.raises((TypeError, ValueError), match=error):
        parse_everything(toy.edit(f"resources/{file}", old, new))
