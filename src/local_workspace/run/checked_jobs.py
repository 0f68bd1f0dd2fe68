"""All checks of a job that are possible before anything starts. They need no Spark: errors come at once."""

from __future__ import annotations

from collections.abc import Mapping

from local_workspace.bundle.bundle import Bundle, jobs_of_run
from local_workspace.bundle.jobs import Job, NotebookTask, RunJobTask
from local_workspace.errors import ParameterError
from local_workspace.notebook.notebook import read_notebook
from local_workspace.run.run_references import check_run_references


def checked_jobs(bundle: Bundle, key: str, parameters: Mapping[str, str]) -> dict[str, Job]:
    """By key, the job and every job that its run may start, after all checks that are possible before the start."""
    jobs = jobs_of_run(bundle, key)
    _check_names(f"job {key}: --params", parameters, jobs[key])

    for job in jobs.values():
        check_run_references(job)
        for task in job.tasks:
            match task.innermost:
                case NotebookTask(path):
                    read_notebook(path)
                case RunJobTask(job_key, job_parameters):
                    _check_names(f"job {job.key}, task {task.key}: job_parameters", job_parameters, jobs[job_key])
    return jobs


def _check_names(place: str, parameters: Mapping[str, str], job: Job) -> None:
    for name in parameters:
        if name not in job.parameters:
            known = ", ".join(job.parameters) or "none"
            raise ParameterError(f"{place} {name}: job {job.key} does not have this parameter. It has: {known}.")
