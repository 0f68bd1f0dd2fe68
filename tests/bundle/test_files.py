"""What the YAML says about files: what it names exists, and the deployed folder holds what runs and nothing else."""

import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from .reading import strings

NEEDED, LAPTOP_ONLY = ("notebooks", "specs", "src/recipes", "src/retraining"), ("src/local_workspace", "tests")


def named_files(bundle):
    """(YAML file, path) of every local path, resolved from the folder of the file that names it."""
    for file, content in bundle.files.items():
        for key, text in strings(content):
            if key in ("notebook_path", "requirements"):
                yield file, (file.parent / text).resolve()
            elif key == "dependencies" and text.startswith("-r "):
                yield file, (file.parent / text.removeprefix("-r ")).resolve()


def missing_files(bundle):
    return [f"{file.name}: {path}" for file, path in named_files(bundle) if not path.is_file()]


def notebooks_that_no_task_runs(bundle):
    return sorted(set(bundle.notebooks()) - {path for _, path in named_files(bundle)})


def excluded(bundle, file):
    path = file.relative_to(bundle.root).as_posix()
    return any(covers(pattern, path) for pattern in bundle.merged["sync"]["exclude"])


def covers(pattern, path):
    return path.startswith(pattern[:-2]) if pattern.endswith("/**") else fnmatch(path, pattern)


def files_under(bundle, *folders):
    files = [file for folder in folders for file in (bundle.root / folder).rglob("*") if file.suffix in (".py", ".yml")]
    assert files, f"nothing in {folders}"
    return files


def files_at(path):
    return [path] if path.is_file() else path.rglob("*")


def wrong_exclusions(bundle):
    """Patterns that match nothing (a warning, so a failure of strict validation), files on the wrong side of them."""
    tops = {pattern.split("/")[0] for pattern in bundle.merged["sync"]["exclude"]}
    there = [file.relative_to(bundle.root).as_posix() for top in tops for file in files_at(bundle.root / top)]
    empty = [
        pattern for pattern in bundle.merged["sync"]["exclude"] if not any(covers(pattern, path) for path in there)
    ]
    missing = [file for file in files_under(bundle, *NEEDED) if excluded(bundle, file)]
    deployed = [file for file in files_under(bundle, *LAPTOP_ONLY) if not excluded(bundle, file)]
    return empty + missing + deployed


def test_named_files_exist(bundle):
    assert len(list(named_files(bundle))) > 10
    assert missing_files(bundle) == []


def test_every_notebook_is_run_by_a_task(bundle):
    assert notebooks_that_no_task_runs(bundle) == []


REQUIREMENTS = {"requirements.txt", "requirements-forecasting.txt", "requirements-search.txt"}
DEPLOYED = {"LICENSE", "README.md", "databricks.yml", "notebooks", "resources", "specs", "src", *REQUIREMENTS}
EXAMPLES = {
    *("notebooks/demo/load_diabetes.py", "notebooks/demo/load_flights.py", "notebooks/demo/summary.py"),
    *("notebooks/demo/load_series.py", "notebooks/demo/compare_refit.py", "notebooks/demo/summary_of_series.py"),
    *(
        "specs/air_passengers.yml",
        "specs/batches/flights.yml",
        "specs/indexes/demo_pages.yml",
        "specs/diabetes.yml",
        "specs/flights_air_time.yml",
        "specs/flights_sgd.yml",
        "specs/route_demand.yml",
        "specs/sources/flights.yml",
    ),
    *(f"specs/examples/{path.name}" for path in (Path(__file__).parents[2] / "specs" / "examples").glob("*.yml")),
}


def deployed(bundle, target):
    """Files of the repository that a deploy of the target copies: those that git knows, minus what sync excludes."""
    listed = subprocess.run(["git", "ls-files"], cwd=bundle.root, capture_output=True, text=True, check=True).stdout
    patterns = bundle.targets[target]["sync"]["exclude"]
    return {path for path in listed.splitlines() if not any(covers(pattern, path) for pattern in patterns)}


def test_what_is_deployed_is_this_and_the_examples_stay_in_development(bundle):
    dev = deployed(bundle, "dev")

    assert {path.split("/")[0] for path in dev} == DEPLOYED
    assert {path.split("/")[1] for path in dev if path.startswith("src/")} == {"recipes", "retraining", "served_model"}
    assert dev == deployed(bundle, "classic")
    for target in ("staging", "prod"):
        assert dev - deployed(bundle, target) == EXAMPLES


def test_the_job_of_search_indexes_installs_what_the_tests_use(bundle):
    project = tomllib.loads((bundle.root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = (bundle.root / "requirements-search.txt").read_text("utf-8").splitlines()

    assert [line for line in lines if not line.startswith("#")] == extras["search"]
    assert set(extras["search"]) <= set(extras["dev"])


def test_the_deployed_folder_holds_what_runs_and_nothing_of_the_laptop(bundle):
    assert wrong_exclusions(bundle) == []


@pytest.mark.parametrize(
    ("check", "file", "old", "new"),
    [
        (missing_files, "resources/loop.job.yml", "notebooks/last.py", "notebooks/least.py"),
        (missing_files, "resources/compute.yml", "../requirements.txt", "requirements.txt"),
        (notebooks_that_no_task_runs, "resources/loop.job.yml", "notebooks/last.py", "notebooks/first.py"),
        (wrong_exclusions, "databricks.yml", "tests/**]", "tests/**, docs/**]"),
        (wrong_exclusions, "databricks.yml", ", tests/**]", "]"),
        (wrong_exclusions, "databricks.yml", "src/local_workspace/**", "src/**"),
        (wrong_exclusions, "databricks.yml", "tests/**]", "tests/**, notebooks/last.py]"),
    ],
)
def test_a_wrong_path_is_found(toy, check, file, old, new):
    assert check(toy.read()) == []
    assert check(toy.edit(file, old, new))
