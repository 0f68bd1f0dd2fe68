"""Runs that were requested over HTTP: one at a time, because they share tables; the others wait in their order."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local_workspace.bundle.bundle import Bundle, job, job_keys
from local_workspace.bundle.jobs import Job
from local_workspace.engines.server_process import end_server_process, start_server_process
from local_workspace.errors import LocalWorkspaceError
from local_workspace.run.checked_jobs import checked_jobs
from local_workspace.run.state_folder import new_run_folder
from local_workspace.serve.http import ApiError
from local_workspace.serve.jobs.run_record import LOG, RunRecord, RunRequest, Stage, read_records

MOST_WAITING = 100
"""Runs that wait. More are refused, and may come again."""
_LOOK_SECONDS = 0.3


@dataclass(frozen=True)
class JobSource:
    """Which bundle the jobs are from, the variables that it was read with, and the environment of their processes."""

    bundle: Bundle
    variables: Mapping[str, str]
    state: Path
    environment: Mapping[str, str]


def job_id_of(key: str) -> int:
    """A number that stays the same as long as the job's key does."""
    return 1_000_000_000 + zlib.crc32(key.encode())


class JobQueue:
    """The runs of a served workspace."""

    def __init__(self, source: JobSource) -> None:
        """Runs that an earlier server did not bring to their end have failed."""
        self.source = source
        self.jobs: dict[int, Job] = {job_id_of(key): job(source.bundle, key) for key in job_keys(source.bundle)}
        self.runs: dict[int, RunRecord] = {each.request.run_id: each for each in read_records(source.state / "runs")}
        for run in self.runs.values():
            if run.is_open:
                run.end("FAILED", "The server was stopped while this run waited or ran. Start it again.", _now())
        self._process: subprocess.Popen[bytes] | None = None

    def find_job(self, job_id: int) -> Job:
        """A job. Raises ApiError where there is none."""
        if job_id not in self.jobs:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"Job {job_id} does not exist.")
        return self.jobs[job_id]

    def find_run(self, run_id: int) -> RunRecord:
        """A run. Raises ApiError where there is none."""
        if run_id not in self.runs:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"Run {run_id} does not exist.")
        return self.runs[run_id]

    def submit(self, job_id: int, parameters: Mapping[str, str], token: str) -> RunRecord:
        """A run that waits for its turn; the earlier one where the idempotency token was used before."""
        chosen = self.find_job(job_id)
        if len(token) > 64:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", "idempotency_token: at most 64 characters.")
        earlier = next((each for each in self.runs.values() if token and each.request.token == token), None)
        if earlier is not None:
            return earlier
        if sum(each.is_open for each in self.runs.values()) >= MOST_WAITING:
            raise ApiError(429, "REQUEST_LIMIT_EXCEEDED", f"{MOST_WAITING} runs wait already.", {"retry-after": "10"})
        try:
            checked_jobs(self.source.bundle, chosen.key, parameters)
        except LocalWorkspaceError as err:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", str(err)) from err

        folder = new_run_folder(self.source.state / "runs")
        run = RunRecord(RunRequest(int(folder.name), str(chosen.key), dict(parameters), token, _now()), folder)
        run.write_request()
        self.runs[run.request.run_id] = run
        return run

    async def cancel(self, run_id: int) -> None:
        """End a run; one that has ended stays as it is."""
        run = self.find_run(run_id)
        if run.stage is Stage.QUEUED:
            run.end("CANCELED", "Canceled before it started.", _now())
        elif run.is_open:
            run.stage = Stage.TERMINATING

    async def work(self) -> None:
        """Run what waits, one run after the other, until this task is cancelled."""
        try:
            while True:
                waiting = next((each for each in self.runs.values() if each.stage is Stage.QUEUED), None)
                if waiting is not None:
                    await self._run(waiting)
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            if self._process is not None:
                end_server_process(self._process)

    async def _run(self, run: RunRecord) -> None:
        run.stage = Stage.PENDING
        run.started = _now()
        process = self._process = self._start(run)
        while process.poll() is None and run.stage is not Stage.TERMINATING:
            await asyncio.sleep(_LOOK_SECONDS)
            run.read_events()

        was_canceled = run.stage is Stage.TERMINATING
        await asyncio.to_thread(end_server_process, process)
        self._process = None
        run.read_events()
        if run.is_open:
            said = "Canceled." if was_canceled else f"The run's process ended by itself. Its log is {run.folder / LOG}."
            run.end("CANCELED" if was_canceled else "FAILED", said, _now())

    def _start(self, run: RunRecord) -> subprocess.Popen[bytes]:
        source = self.source
        order = {
            "folder": str(run.folder),
            "state": str(source.state),
            "bundle": str(source.bundle.root),
            "target": source.bundle.target,
            "variables": dict(source.variables),
            "job": run.request.job,
            "parameters": dict(run.request.parameters),
        }
        file = run.folder / "order.json"
        file.write_text(json.dumps(order), "utf-8")

        command = [sys.executable, "-m", "local_workspace.serve.jobs.run_process", str(file)]
        environment = {**os.environ, **source.environment, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        return start_server_process(command, run.folder, run.folder / LOG, environment)


async def stop(task: asyncio.Task[None]) -> None:
    """End a task that does not end by itself."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _now() -> int:
    return int(time.time() * 1000)
