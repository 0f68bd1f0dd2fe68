"""A run that was requested over HTTP: what was asked, and how far it is. It is a file in the run's folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from local_workspace.serve.tokens import write_private

REQUEST = "request.json"
EVENTS = "events.jsonl"
LOG = "process.log"


class Stage(StrEnum):
    """Where a run is."""

    QUEUED = "QUEUED"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    TERMINATING = "TERMINATING"
    TERMINATED = "TERMINATED"


@dataclass
class TaskRecord:
    """A task of a run, or of a run inside it. ended, state: None while it goes on."""

    key: str
    run_id: int
    started: int | None = None
    ended: int | None = None
    state: str | None = None
    error: str | None = None
    exit_value: str | None = None
    nested: dict[str, Any] | None = None
    """The run that a run_job_task made, as `result_as_json` writes it."""


@dataclass(frozen=True)
class RunRequest:
    """What was asked."""

    run_id: int
    job: str
    parameters: Mapping[str, str]
    token: str
    """Idempotency token; empty without one."""
    asked: int
    """Milliseconds since 1970."""


@dataclass
class RunRecord:
    """A run, as the server knows it."""

    request: RunRequest
    folder: Path
    stage: Stage = Stage.QUEUED
    result: str | None = None
    """SUCCESS, FAILED and so on; None while it goes on."""
    message: str = ""
    started: int | None = None
    ended: int | None = None
    tasks: dict[str, TaskRecord] = field(default_factory=dict)
    read_until: int = 0
    """Bytes of the events that are read."""

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.stage is not Stage.TERMINATED

    def write_request(self) -> None:
        """Store what was asked, before anything starts."""
        write_private(self.folder / REQUEST, json.dumps(asdict(self.request)))

    def end(self, result: str, message: str, at: int) -> None:
        """The run has ended. A task that was running shares its end."""
        self.stage = Stage.TERMINATED
        self.result = result
        self.message = message
        self.ended = at
        for task in self.tasks.values():
            if task.started is not None and task.ended is None:
                task.ended = at
                task.state = "canceled" if result == "CANCELED" else "failed"

    def read_events(self) -> None:
        """Take in what the run's process has written since."""
        file = self.folder / EVENTS
        if not file.exists():
            return
        with file.open("rb") as opened:
            opened.seek(self.read_until)
            for line in opened:
                if not line.endswith(b"\n"):
                    return  # it is being written
                self.read_until += len(line)
                self._apply(json.loads(line))

    def _apply(self, event: Mapping[str, Any]) -> None:
        match event["what"]:
            case "starts":
                if self.stage in (Stage.QUEUED, Stage.PENDING):
                    self.stage = Stage.RUNNING
                for place, key in enumerate(event["tasks"], start=1):
                    self.tasks[key] = TaskRecord(key, self.request.run_id * 100 + place)
            case "task_starts":
                self.tasks[event["task"]].started = event["at"]
            case "task_ends":
                task = self.tasks[event["task"]]
                self.tasks[event["task"]] = replace(task, ended=event["at"], **event["result"])
            case "ends":
                self.end(event["result"], event["message"], event["at"])


def read_record(folder: Path) -> RunRecord | None:
    """The run of a folder; None where it was not requested over HTTP."""
    file = folder / REQUEST
    if not file.exists():
        return None
    request = RunRequest(**json.loads(file.read_text("utf-8")))
    record = RunRecord(request, folder)
    record.read_events()
    return record


def read_records(runs: Path) -> Iterator[RunRecord]:
    """All runs that were requested over HTTP, oldest first."""
    folders = [each for each in runs.iterdir() if each.name.isdigit()] if runs.is_dir() else []
    for folder in sorted(folders, key=lambda each: int(each.name)):
        record = read_record(folder)
        if record is not None:
            yield record
