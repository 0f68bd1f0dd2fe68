"""How a bundle is read for a target."""

from pathlib import Path

import pytest
from tests.local_workspace.make_bundle import DATABRICKS_YML, make_bundle

from local_workspace.bundle import facts
from local_workspace.bundle.bundle import Bundle, job, job_keys, jobs_of_run, read_bundle, resource_names
from local_workspace.bundle.jobs import NotebookTask
from local_workspace.errors import BundleError, ParameterError
from local_workspace.run.checked_jobs import checked_jobs

REPOSITORY = Path(__file__).parents[3]

RESOURCES = """
resources:
  schemas:
    tables: { catalog_name: "${var.catalog}", name: "toys_${var.size}" }
  experiments:
    trials: { name: "/Users/${workspace.current_user.userName}/${bundle.name}" }
  jobs:
    play:
      name: play
      email_notifications: { on_failure: ["${var.size}"] }
      parameters:
        - { name: schema, default: "${resources.schemas.tables.name}" }
      tasks:
        - task_key: only
          notebook_task: { notebook_path: ../notebooks/nothing.py }
"""


@pytest.fixture(autouse=True)
def _as_ada(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "user_short_name", lambda: "ada")


def toy(root: Path, resources: str = RESOURCES, target: str | None = None, main: str = DATABRICKS_YML) -> Bundle:
    return read_bundle(make_bundle(root, resources, main=main), target, environment={})


def play(task: str) -> str:
    """A job with one more task."""
    return f"{RESOURCES}        - {task}\n"


def test_development_marks_schemas_jobs_and_experiments_with_the_user(tmp_path: Path) -> None:
    dev = toy(tmp_path)

    assert resource_names(dev) == {
        "schemas.tables.catalog_name": "spark_catalog",
        "schemas.tables.name": "dev_ada_toys_small",
        "experiments.trials.name": "/Users/ada@localhost/[dev ada] toy",
    }
    assert job(dev, "play").name == "[dev ada] play"


def test_production_keeps_names(tmp_path: Path) -> None:
    prod = toy(tmp_path, target="prod")

    assert resource_names(prod)["schemas.tables.name"] == "toys_small"
    assert job(prod, "play").name == "play"


def test_a_job_gets_the_name_that_the_schema_has_in_this_target(tmp_path: Path) -> None:
    assert job(toy(tmp_path), "play").parameters == {"schema": "dev_ada_toys_small"}


@pytest.mark.parametrize(
    ("flag", "environment", "expected"),
    [
        ({}, {}, "dev_ada_toys_small"),
        ({}, {"BUNDLE_VAR_size": "medium"}, "dev_ada_toys_medium"),
        ({"size": "large"}, {"BUNDLE_VAR_size": "medium"}, "dev_ada_toys_large"),
    ],
)
def test_a_variable_takes_the_flag_then_the_environment_then_its_default(
    tmp_path: Path, flag: dict[str, str], environment: dict[str, str], expected: str
) -> None:
    read = read_bundle(make_bundle(tmp_path, RESOURCES), None, flag, environment)

    assert resource_names(read)["schemas.tables.name"] == expected


def test_a_target_may_set_a_variable(tmp_path: Path) -> None:
    main = DATABRICKS_YML.replace("prod: { mode: production }", "prod: { variables: { size: huge } }")

    assert resource_names(toy(tmp_path, target="prod", main=main))["schemas.tables.name"] == "toys_huge"


def test_a_default_may_refer_to_another_variable(tmp_path: Path) -> None:
    main = DATABRICKS_YML.replace("default: small", 'default: "${bundle.target}"')

    assert resource_names(toy(tmp_path, main=main))["schemas.tables.name"] == "dev_ada_toys_dev"


def test_a_variable_without_a_value_is_an_error_only_where_it_is_used(tmp_path: Path) -> None:
    main = DATABRICKS_YML.replace("size: { default: small }", "size: {}")
    read = toy(tmp_path, main=main)

    assert job_keys(read) == ["play"]
    with pytest.raises(BundleError, match=r"resources/toy.yml:4: .*variable size has no value.*BUNDLE_VAR_size"):
        resource_names(read)


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("${var.sise}", r"resources/toy.yml:4: resources.schemas.tables.name: .*Declared: catalog, size"),
        ("${bundle.nmae}", r"resources/toy.yml:4: .*unknown reference \$\{bundle.nmae\}. Known: bundle.name"),
        (
            "${resources.jobs.sing.id}",
            r"toy.yml:4: .*does not have this resource. It has .*resources.jobs.play",
        ),
    ],
)
def test_an_unknown_reference_names_the_file_the_key_and_the_known_names(
    tmp_path: Path, reference: str, message: str
) -> None:
    with pytest.raises(BundleError, match=message):
        toy(tmp_path, RESOURCES.replace("toys_${var.size}", reference))


def test_a_typo_in_a_field_that_is_ignored_locally_is_still_found(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"toy.yml:10: resources.jobs.play.email_notifications.on_failure\[0\]"):
        toy(tmp_path, RESOURCES.replace('["${var.size}"]', '["${var.sise}"]'))


def test_a_variable_that_refers_to_itself_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"var.size -> var.size refers to itself"):
        resource_names(toy(tmp_path, main=DATABRICKS_YML.replace("default: small", 'default: "${var.size}"')))


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (
            "{ task_key: x, spark_jar_task: {} }",
            r"resources/toy.yml:16: resources.jobs.play.tasks\[x\].spark_jar_task is not run locally yet",
        ),
        (
            "{ task_key: x, notebook_task: { notebook_path: ../notebooks/nothing.py, source: GIT } }",
            r"toy.yml:16: resources.jobs.play.tasks\[x\].notebook_task.source is not run locally yet",
        ),
    ],
)
def test_what_is_not_run_locally_is_refused_by_file_and_key(tmp_path: Path, task: str, message: str) -> None:
    with pytest.raises(BundleError, match=message):
        toy(tmp_path, play(task))


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ("{ task_key: x }", r"toy.yml:16: resources.jobs.play.tasks\[1\] \(x\) has 0 task types"),
        (
            "{ task_key: x, notebook_task: { notebook_path: no.py } }",
            r"toy.yml:16: .*the file .*resources/no.py does not exist",
        ),
        (
            "{ task_key: x, depends_on: [{ task_key: y }], run_job_task: { job_id: play } }",
            r"x depends on y, which this job does not have in this target. Its tasks: only, x",
        ),
        (
            '{ task_key: x, depends_on: [{ task_key: only, outcome: "true" }], run_job_task: { job_id: play } }',
            r"x waits for an outcome of only, which is not a condition_task",
        ),
        (
            "{ task_key: x, run_if: SOMETIMES, run_job_task: { job_id: play } }",
            r"run_if SOMETIMES: expected one of ALL_SUCCESS",
        ),
        ("{ task_key: x, run_job_task: { job_id: play } }", r"jobs run each other in a circle: play -> play"),
        ("{ task_key: x, condition_task: { op: EQUAL_TO, left: a } }", r"condition_task.right is missing"),
        ("{ task_key: x, condition_task: { op: LIKE, left: a, right: b } }", r"op LIKE: expected one of EQUAL_TO"),
        (
            "{ task_key: x, depends_on: [{ task_key: x }], run_job_task: { job_id: play } }",
            r"tasks wait for each other: x -> x",
        ),
    ],
)
def test_a_job_that_contradicts_itself_is_refused_by_name(tmp_path: Path, task: str, message: str) -> None:
    with pytest.raises(BundleError, match=message):
        jobs_of_run(toy(tmp_path, play(task)), "play")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{tasks.onyl.values.rows}}", r"toy.yml:16: .*tasks\[x\]: unknown reference \{\{tasks.onyl.values.rows\}\}"),
        ("{{job.parameters.model}}", r"Known here: job.parameters.schema"),
        ("{{job.owner}}", r"Known here: job.id, job.name"),
    ],
)
def test_a_run_time_reference_to_nothing_is_refused_before_the_run(tmp_path: Path, text: str, message: str) -> None:
    task = f"{{ task_key: x, condition_task: {{ op: EQUAL_TO, left: '{text}', right: a }} }}"

    with pytest.raises(BundleError, match=message):
        checked_jobs(toy(tmp_path, play(task)), "play", {})


def test_an_unknown_parameter_names_those_the_job_has(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"--params shcema: job play does not have this parameter. It has: schema"):
        checked_jobs(toy(tmp_path), "play", {"shcema": "x"})


def test_an_unknown_job_target_or_variable_names_the_choices(tmp_path: Path) -> None:
    root = make_bundle(tmp_path, RESOURCES)

    with pytest.raises(ParameterError, match=r"job sing: .* Choose one of play"):
        job(read_bundle(root, environment={}), "sing")
    with pytest.raises(ParameterError, match=r"target test: .* Choose one of dev, prod"):
        read_bundle(root, "test")
    with pytest.raises(ParameterError, match=r"--var sise: .* Choose from catalog, size"):
        read_bundle(root, None, {"sise": "x"})


def test_a_target_replaces_a_list_of_a_variable_as_a_whole(tmp_path: Path) -> None:
    main = DATABRICKS_YML.replace("variables:\n", "variables:\n  people: { type: complex, default: [ada] }\n", 1)
    main = main.replace("  prod: { mode", "  prod: { variables: { people: [bob] }, mode", 1)

    assert toy(tmp_path / "dev", main=main).reference_values["var.people"] == ["ada"]
    assert toy(tmp_path / "prod", target="prod", main=main).reference_values["var.people"] == ["bob"]


def test_paths_are_relative_to_the_file_that_holds_them(tmp_path: Path) -> None:
    (task,) = job(toy(tmp_path), "play").tasks

    assert isinstance(task.work, NotebookTask)
    assert task.work.path == tmp_path / "notebooks" / "nothing.py"


@pytest.mark.parametrize("target", ["dev", "classic", "staging", "prod"])
def test_every_job_of_this_repository_resolves_in_every_target(target: str) -> None:
    read = read_bundle(REPOSITORY, target, {"run_as": "robot", "notify": "ada@example.com"}, environment={})
    keys = job_keys(read)

    assert {"retraining", "rollback", "preflight", "retrain_all", "on_schedule"} <= {*keys}
    for key in keys:
        assert jobs_of_run(read, key)[key].tasks

    marked = {"dev": "dev_ada_retraining", "classic": "dev_ada_retraining_classic"}
    assert resource_names(read)["schemas.retraining_schema.name"] == marked.get(target, f"retraining_{target}")
    mark = "[dev ada] " if target in marked else ""
    assert job(read, "forget").name == f"{mark}model_retraining: forget [{target}]"


def test_the_files_that_databricks_yml_offers_to_include_resolve_too(tmp_path: Path) -> None:
    for name in ("resources", "notebooks", "requirements.txt"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    text = (REPOSITORY / "databricks.yml").read_text()
    (tmp_path / "databricks.yml").write_text(text.replace("# - resources/events/", "- resources/events/"))

    read = read_bundle(tmp_path, "dev", environment={})

    for key in ("on_table_update", "on_file_arrival"):
        assert {*jobs_of_run(read, key)} == {key, "retraining"}
