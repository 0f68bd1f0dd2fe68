"""One notebook by hand: which file is meant, and the parameters that it would get from its job."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from local_workspace.bundle.bundle import Bundle, job, job_keys
from local_workspace.bundle.jobs import Job, NotebookTask
from local_workspace.errors import BundleError, ParameterError
from local_workspace.run.run_references import RUN_REFERENCE, RunSnapshot, resolve_run_references

FOLDER = "notebooks"
PREFERRED_JOB = "retraining"


@dataclass(frozen=True)
class NotebookOfJob:
    """A notebook, and the job whose task runs it."""

    path: Path
    """The file."""
    job: Job | None
    """None if no job of the target runs it; `retraining` if several do."""
    base_parameters: Mapping[str, str]
    """Those of the task."""


def find_notebook(bundle: Bundle, name: str) -> NotebookOfJob:
    """The notebook of this name in `notebooks/`, or at this path; a ParameterError lists those that are there."""
    folder = bundle.root / FOLDER
    known = {path.relative_to(folder).with_suffix("").as_posix(): path for path in sorted(folder.rglob("*.py"))}
    given = Path(name).with_suffix("").as_posix().removeprefix(f"{FOLDER}/")
    path = known.get(given) or (Path(name).resolve() if Path(name).is_file() else None)
    if path is None:
        near = difflib.get_close_matches(given, known, n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise ParameterError(f"notebook {name}: not in {folder}.{meant} There are {', '.join(known)}.")

    for found in _jobs(bundle):
        for task in found.tasks:
            if isinstance(task.innermost, NotebookTask) and task.innermost.path == path:
                return NotebookOfJob(path, found, task.innermost.base_parameters)
    return NotebookOfJob(path, None, {})


def notebook_parameters(notebook: NotebookOfJob, run_id: int, given: Mapping[str, str]) -> dict[str, str]:
    """What the notebook gets: defaults of its job, then what is given.

    References to other tasks have no value by hand; the notebook's own defaults count for them.
    """
    if notebook.job is None:
        return dict(given)

    snapshot = RunSnapshot(notebook.job, run_id, datetime.now(UTC), {})
    defaults = {name: resolve_run_references(text, snapshot) for name, text in notebook.job.parameters.items()}
    fixed = {name: text for name, text in notebook.base_parameters.items() if not RUN_REFERENCE.search(text)}
    return {**fixed, **defaults, **given}


def check_parameters(notebook: NotebookOfJob, given: Mapping[str, str]) -> None:
    """A ParameterError for a name that neither the job nor its task has."""
    if notebook.job is None:
        return
    known = [*dict.fromkeys([*notebook.job.parameters, *notebook.base_parameters])]
    for name in given:
        if name not in known:
            raise ParameterError(
                f"notebook {notebook.path.stem}: --params {name}: job {notebook.job.key}, which runs this notebook, "
                f"does not have this parameter. It has: {', '.join(known)}."
            )


def _jobs(bundle: Bundle) -> list[Job]:
    """All jobs that can be read, the preferred one first."""
    jobs: list[Job] = []
    for key in sorted(job_keys(bundle), key=lambda key: key != PREFERRED_JOB):
        try:
            jobs.append(job(bundle, key))
        except BundleError:  # Another job needs a variable that has no value here.
            continue
    return jobs
