"""What jobs run on is one word for each of staging and prod."""

import re
import shutil

import pytest

from .reading import Bundle
from .test_jobs import wrong_compute

KEYS = {"serverless": "environment_key", "classic": "job_cluster_key"}


def kinds(bundle, target):
    """What the notebook tasks of a target run on."""
    return {
        kind
        for place, _, task in bundle.work()
        for kind, key in KEYS.items()
        if place.startswith(f"{target}: ") and key in task
    }


def test_only_the_target_classic_runs_on_job_clusters(bundle):
    assert {target: kinds(bundle, target) for target in bundle.targets} == {
        **{target: {"serverless"} for target in ("dev", "staging", "prod")},
        "classic": {"classic"},
    }


@pytest.mark.parametrize("target", ["staging", "prod"])
def test_another_word_moves_all_jobs_of_a_live_target_to_job_clusters(bundle, tmp_path, target):
    for name in ("databricks.yml", "requirements.txt"):
        shutil.copy(bundle.root / name, tmp_path)
    for name in ("resources", "notebooks"):
        shutil.copytree(bundle.root / name, tmp_path / name)
    file = tmp_path / "resources" / "compute.yml"
    line = f"  {target}: {{ resources: {{ jobs: *serverless }} }}\n"
    text = file.read_text("utf-8")
    assert text.count(line) == 1
    file.write_text(text.replace(line, line.replace("*serverless", "*classic")), "utf-8")

    moved = Bundle(tmp_path)

    assert wrong_compute(moved) == []
    assert kinds(moved, target) == {"classic"}
    assert keys_of(moved, target) == keys_of(Bundle(bundle.root), target)


def keys_of(bundle, target):
    return {key for of, key, _ in bundle.jobs() if of == target}


def test_what_is_merged_is_written_as_the_cli_reads_it(bundle):
    """Its YAML reader takes an alias or a list after `<<:`, and refuses a mapping, which Python's reader accepts."""
    for file in bundle.files:
        assert re.findall(r"<<: *(?!\*)\S.*", file.read_text("utf-8")) == []
