"""The page of all jobs, written from the bundle's YAML: its descriptions, and the comments beside its parameters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from markdown_table import code, table

from local_workspace.bundle.bundle import Bundle, job, job_description, job_keys, read_bundle
from local_workspace.bundle.job_help import JobParameter, job_parameters
from local_workspace.bundle.jobs import ConditionTask, ForEachTask, NotebookTask, RunJobTask, Task

ROOT = Path(__file__).parents[2]
SHARED = ("as_of", "run_id", "code_version", "catalog", "schema", "experiment", "bundle_files")
"""Parameters that most jobs have, described once."""

_SIGNS = {"EQUAL_TO": "is", "NOT_EQUAL": "is not"}


@dataclass(frozen=True)
class JobText:
    """One job, for the page."""

    key: str
    """As commands name it."""
    description: str
    """A sentence."""
    parameters: str
    """The table of its parameters, or a sentence."""
    tasks: str
    """The table of its tasks, in the order in which they run."""


def jobs() -> list[JobText]:
    """The jobs of the development target: it has all of them but those that an event starts."""
    bundle = read_bundle(ROOT, "dev", environment={})
    return [_job(bundle, key) for key in job_keys(bundle)]


def variables() -> str:
    """The bundle's variables, those of the jobs that an event starts included."""
    files = [ROOT / "databricks.yml", *sorted((ROOT / "resources" / "events").glob("*.yml"))]
    rows = [row for file in files for row in _variables(yaml.safe_load(file.read_text("utf-8"))["variables"])]
    return table(("Variable", "Default", "Meaning"), rows)


def _variables(declared: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, ...]]:
    for name, variable in declared.items():
        yield code(name), code(variable.get("default")), variable["description"]


def _job(bundle: Bundle, key: str) -> JobText:
    text = job_description(bundle, key)
    tasks = table(("Task", "After", "Does"), [_task(each) for each in job(bundle, key).tasks])
    return JobText(key, f"{text[0].upper()}{text[1:]}.", _parameters(bundle, key), tasks)


def _parameters(bundle: Bundle, key: str) -> str:
    own = [each for each in job_parameters(bundle, key) if each.name not in SHARED]
    rows = [(code(each.name), _default(each), each.description) for each in own]
    return table(("Parameter", "Default", "Meaning"), rows) if rows else "It has no parameters."


def _default(parameter: JobParameter) -> str:
    """What the bundle sets is another value in every place that it is deployed to."""
    return "set by the bundle" if parameter.is_set_by_bundle else code(parameter.default)


def _task(task: Task) -> tuple[str, ...]:
    after = [code(each.task_key) + (f" says {each.outcome}" if each.outcome else "") for each in task.depends_on]
    waits = " (however they end)" if task.run_if == "ALL_DONE" else ""
    return code(task.key), f"{', '.join(after)}{waits}", _work(task.work)


def _work(work: NotebookTask | ConditionTask | RunJobTask | ForEachTask) -> str:
    if isinstance(work, ForEachTask):
        return f"for each of `{work.inputs}`: {_work(work.work)}"
    if isinstance(work, RunJobTask):
        given = ", ".join(f"{name}={value}" for name, value in work.job_parameters.items())
        return f"job `{work.job_key}`" + (f" with `{given}`" if given else "")
    if isinstance(work, ConditionTask):
        return f"asks whether `{work.left}` {_SIGNS[work.op]} `{work.right}`"
    return f"notebook `{work.path.resolve().relative_to(ROOT)}`"
