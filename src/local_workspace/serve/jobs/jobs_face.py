"""The part of the public API that is about jobs and their runs."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local_workspace.serve.http import ApiError, Reply, Request
from local_workspace.serve.jobs.job_queue import JobQueue
from local_workspace.serve.jobs.job_words import ShownRun, job_as_json, nested_runs, run_as_json, shown

_MOST_JOBS = 100
_MOST_RUNS = 26
_USUAL = 20


class JobsFace:
    """`/api/2.1/jobs` and `/api/2.2/jobs`."""

    def __init__(self, queue: JobQueue) -> None:
        """The runs that it tells of."""
        self._queue = queue

    async def answer(self, request: Request, parts: Sequence[str]) -> Reply:
        """List, read, start and cancel."""
        match request.method, "/".join(parts):
            case "GET", "list":
                return self._list_jobs(request.query)
            case "GET", "get":
                job = self._queue.find_job(_number(request.query, "job_id"))
                return Reply.of_json(job_as_json(job, with_tasks=True))
            case "POST", "run-now":
                return self._run_now(await request.json())
            case "GET", "runs/list":
                return self._list_runs(request.query)
            case "GET", "runs/get":
                return Reply.of_json(run_as_json(self._find(_number(request.query, "run_id")), with_tasks=True))
            case "GET", "runs/get-output":
                return Reply.of_json(self._output(_number(request.query, "run_id")))
            case "POST", "runs/cancel":
                await self._queue.cancel(_number(await request.json(), "run_id"))
                return Reply.of_json({})
        raise ApiError(404, "ENDPOINT_NOT_FOUND", f"{request.method} {request.path}: not served locally.")

    def _list_jobs(self, query: Mapping[str, str]) -> Reply:
        name = query.get("name", "").lower()
        jobs = [each for each in self._queue.jobs.values() if name in ("", each.name.lower())]
        with_tasks = query.get("expand_tasks") == "true"
        return _page(query, "jobs", jobs, lambda job: job_as_json(job, with_tasks), _MOST_JOBS)

    def _run_now(self, asked: Mapping[str, Any]) -> Reply:
        parameters = {str(name): str(value) for name, value in (asked.get("job_parameters") or {}).items()}
        token = str(asked.get("idempotency_token") or "")
        run = self._queue.submit(_number(asked, "job_id"), parameters, token)
        return Reply.of_json({"run_id": run.request.run_id, "number_in_job": run.request.run_id})

    def _list_runs(self, query: Mapping[str, str]) -> Reply:
        """Newest first."""
        runs = sorted(self._queue.runs.values(), key=lambda each: -each.request.run_id)
        wanted = self._queue.find_job(_number(query, "job_id")).key if "job_id" in query else None
        found = [
            each
            for each in runs
            if wanted in (None, each.request.job)
            and not (query.get("active_only") == "true" and not each.is_open)
            and not (query.get("completed_only") == "true" and each.is_open)
        ]
        with_tasks = query.get("expand_tasks") == "true"
        return _page(
            query, "runs", found, lambda run: run_as_json(self._shown(run.request.run_id), with_tasks), _MOST_RUNS
        )

    def _shown(self, run_id: int) -> ShownRun:
        record = self._queue.find_run(run_id)
        jobs = {each.key: each for each in self._queue.jobs.values()}
        return shown(record, jobs[record.request.job])

    def _find(self, run_id: int) -> ShownRun:
        """A run, or one inside a run."""
        if run_id in self._queue.runs:
            return self._shown(run_id)
        return next((run for run in self._all() if run.run_id == run_id), None) or _missing(run_id)

    def _all(self) -> list[ShownRun]:
        jobs = {each.key: each for each in self._queue.jobs.values()}
        outer = [shown(each, jobs[each.request.job]) for each in self._queue.runs.values() if each.request.job in jobs]
        return [run for each in outer for run in (each, *nested_runs(each.tasks, jobs))]

    def _output(self, run_id: int) -> dict[str, Any]:
        """What a task left: the value that its notebook ended with, or the run that it made."""
        for run in self._all():
            task = next((each for each in run.tasks if each.run_id == run_id), None)
            if task is None:
                continue

            as_json = run_as_json(run, with_tasks=True)
            said: dict[str, Any] = {"metadata": next(each for each in as_json["tasks"] if each["run_id"] == run_id)}
            if task.error:
                said["error"] = task.error
            if task.nested:
                said["run_job_output"] = {"run_id": task.nested["run_id"]}
            elif task.state is not None:
                said["notebook_output"] = {"result": task.exit_value, "truncated": False}
            return said

        if any(run.run_id == run_id for run in self._all()):
            raise ApiError(
                400, "INVALID_PARAMETER_VALUE", "Retrieving the output of runs with multiple tasks is not supported."
            )
        _missing(run_id)
        raise AssertionError


def _missing(run_id: int) -> ShownRun:
    raise ApiError(400, "INVALID_PARAMETER_VALUE", f"Run {run_id} does not exist.")


def _number(asked: Mapping[str, Any], name: str) -> int:
    try:
        return int(asked[name])
    except KeyError as err:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", f"{name} is missing.") from err
    except (TypeError, ValueError) as err:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", f"{name} {asked[name]!r}: expected a number.") from err


def _page(
    query: Mapping[str, str], what: str, found: Sequence[Any], as_json: Callable[[Any], dict[str, Any]], most: int
) -> Reply:
    """Part of a list, and the token of the next one. The token is opaque to callers, as at the public API."""
    limit = _number(query, "limit") if "limit" in query else min(_USUAL, most)
    if not 1 <= limit <= most:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", f"limit {limit}: expected 1 to {most}.")
    try:
        first = int(base64.urlsafe_b64decode(query.get("page_token") or b"MA=="))
    except ValueError as err:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", "page_token: not one of ours.") from err

    said: dict[str, Any] = {what: [as_json(each) for each in found[first : first + limit]], "has_more": False}
    if first + limit < len(found):
        said["has_more"] = True
        said["next_page_token"] = base64.urlsafe_b64encode(str(first + limit).encode()).decode()
    return Reply.of_json(said)
