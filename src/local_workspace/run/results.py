"""What a run returns: how it and each of its tasks ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class State(StrEnum):
    """How a task ended, as `{{tasks.<key>.result_state}}` writes it."""

    SUCCESS = "success"
    FAILED = "failed"
    TIMEDOUT = "timedout"
    CANCELED = "canceled"
    EXCLUDED = "excluded"
    UPSTREAM_FAILED = "upstream_failed"
    UPSTREAM_CANCELED = "upstream_canceled"


class RunState(StrEnum):
    """How a run ended. Databricks judges it by its leaves: the tasks that no other task depends on."""

    SUCCESS = "SUCCESS"
    SUCCESS_WITH_FAILURES = "SUCCESS_WITH_FAILURES"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


@dataclass(frozen=True)
class TaskResult:
    """How a task ended.

    values: the task values that it set. outcome: of a condition_task. run: the nested run of a run_job_task.
    iterations: of a for_each_task, by their labels.
    """

    state: State
    seconds: float = 0.0
    values: Mapping[str, object] = field(default_factory=dict)
    error: str | None = None
    log_path: Path | None = None
    outcome: str | None = None
    exit_value: str | None = None
    run: RunResult | None = None
    iterations: Mapping[str, TaskResult] = field(default_factory=dict)

    def inner_runs(self) -> Iterator[RunResult]:
        """The nested run, or the nested runs of the iterations."""
        if self.run is not None:
            yield self.run
        for iteration in self.iterations.values():
            yield from iteration.inner_runs()


@dataclass(frozen=True)
class RunResult:
    """How a run of a job ended, with its tasks by key, in the order in which they ended."""

    run_id: int
    job: str
    state: RunState
    parameters: Mapping[str, str]
    tasks: Mapping[str, TaskResult]

    @property
    def succeeded(self) -> bool:
        """Whether no task failed anywhere: the only result for which the command exits with 0."""
        return self.state is RunState.SUCCESS
