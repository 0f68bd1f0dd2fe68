"""Runs a job: walks its graph, one task after the other, and returns how everything ended."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from local_workspace.bundle.jobs import (
    ConditionTask,
    ForEachTask,
    Job,
    NotebookTask,
    RunJobTask,
    Task,
    for_each_items,
)
from local_workspace.errors import LocalWorkspaceError
from local_workspace.machine_faults import reported
from local_workspace.run.conditions import condition_holds
from local_workspace.run.graph import NextAction, TaskEnd, next_action, run_state
from local_workspace.run.notebook_task import NotebookInputs, run_notebook_task, short_error
from local_workspace.run.progress import Progress, TaskPath
from local_workspace.run.results import RunResult, RunState, State, TaskResult
from local_workspace.run.run_references import RunSnapshot, resolve_run_references
from local_workspace.run.state_folder import new_run_folder

# A task's run id is the run's id times 100 plus the task's number. An iteration's is its task's run id times 1000 plus
# the iteration's number.
TASK_IDS_PER_RUN = 100
ITERATION_IDS_PER_TASK = 1000

STATES_WITHOUT_RUNNING = {
    NextAction.EXCLUDE: State.EXCLUDED,
    NextAction.FAIL_UPSTREAM: State.UPSTREAM_FAILED,
    NextAction.CANCEL_UPSTREAM: State.UPSTREAM_CANCELED,
}


@dataclass(frozen=True)
class RunContext:
    """What all runs share: the session, the folder of runs, the jobs that may run, and who is informed."""

    spark: SparkSession
    runs: Path
    jobs: Mapping[str, Job]
    progress: Progress


@dataclass
class _Run:
    """A run in progress. path: the task that runs it; empty for the outermost run."""

    job: Job
    folder: Path
    started: datetime
    path: TaskPath
    parameters: dict[str, str] = field(default_factory=dict)
    results: dict[str, TaskResult] = field(default_factory=dict)

    @property
    def run_id(self) -> int:
        return int(self.folder.name)

    def snapshot(self, item: object = None) -> RunSnapshot:
        states = {key: result.state for key, result in self.results.items()}
        values = {key: result.values for key, result in self.results.items()}
        return RunSnapshot(self.job, self.run_id, self.started, self.parameters, states, values, item)

    def task_ends(self) -> dict[str, TaskEnd]:
        return {key: TaskEnd(result.state, result.outcome) for key, result in self.results.items()}


@dataclass(frozen=True)
class _Step:
    """A task in progress, or one iteration of a for_each_task with its item."""

    work: NotebookTask | ConditionTask | RunJobTask | ForEachTask
    key: str
    path: TaskPath
    log_path: Path
    run_id: int
    item: object = None


def run_job(
    context: RunContext, key: str, parameters: Mapping[str, str], path: TaskPath = (), folder: Path | None = None
) -> RunResult:
    """Run a job to its end. A failed task is part of the result; only Ctrl-C leaves this function as an exception.

    folder: of the run, made by `new_run_folder`; None makes one.
    """
    run = _Run(context.jobs[key], folder or new_run_folder(context.runs), datetime.now(UTC), path)
    defaults = {name: resolve_run_references(text, run.snapshot()) for name, text in run.job.parameters.items()}
    run.parameters.update({**defaults, **parameters})

    context.progress.run_starts(path, [task.key for task in run.job.tasks])
    for task in run.job.tasks:
        action = next_action(task.depends_on, task.run_if, run.task_ends())
        runs_now = action is NextAction.RUN
        result = _run_task(context, run, task) if runs_now else TaskResult(STATES_WITHOUT_RUNNING[action])
        run.results[task.key] = result
        context.progress.task_ends((*path, task.key), result)

    return RunResult(run.run_id, key, _state_of(run), run.parameters, run.results)


def iteration_labels(key: str, items: Sequence[object]) -> list[str]:
    """`month 3 of 12` for each item, followed by the item if it is a text."""
    return [
        f"{key} {number} of {len(items)}{f' ({item})' if isinstance(item, str) else ''}"
        for number, item in enumerate(items, start=1)
    ]


def _state_of(run: _Run) -> RunState:
    dependencies = {task.key: task.depends_on for task in run.job.tasks}
    state = run_state(dependencies, {key: result.state for key, result in run.results.items()})

    nested = [inner.state for result in run.results.values() for inner in result.inner_runs()]
    has_hidden_failure = state is RunState.SUCCESS and RunState.SUCCESS_WITH_FAILURES in nested
    return RunState.SUCCESS_WITH_FAILURES if has_hidden_failure else state


def _run_task(context: RunContext, run: _Run, task: Task) -> TaskResult:
    number = [known.key for known in run.job.tasks].index(task.key) + 1
    step = _Step(
        work=task.work,
        key=task.key,
        path=(*run.path, task.key),
        log_path=run.folder / f"{task.key}.log",
        run_id=run.run_id * TASK_IDS_PER_RUN + number,
    )
    return _run_step(context, run, step)


def _run_step(context: RunContext, run: _Run, step: _Step) -> TaskResult:
    """Do the step's work and measure it. An error of the local workspace becomes a failed result."""
    context.progress.task_starts(step.path)
    begin = time.monotonic()
    try:
        with reported(context.runs):
            result = _work(context, run, step)
    except KeyboardInterrupt:
        canceled = TaskResult(State.CANCELED, time.monotonic() - begin, log_path=step.log_path)
        context.progress.task_ends(step.path, canceled)
        raise
    except LocalWorkspaceError as err:
        result = TaskResult(State.FAILED, error=short_error(str(err)), log_path=step.log_path)

    return replace(result, seconds=time.monotonic() - begin)


def _work(context: RunContext, run: _Run, step: _Step) -> TaskResult:
    match step.work:
        case NotebookTask():
            return _notebook(context, run, step, step.work)
        case ConditionTask(op, left, right):
            outcome = condition_holds(op, _resolved(left, run, step), _resolved(right, run, step))
            return TaskResult(State.SUCCESS, outcome=str(outcome).lower())
        case RunJobTask(job_key, job_parameters):
            parameters = {name: _resolved(text, run, step) for name, text in job_parameters.items()}
            nested = run_job(context, job_key, parameters, step.path)
            passed = nested.state in (RunState.SUCCESS, RunState.SUCCESS_WITH_FAILURES)
            return TaskResult(State.SUCCESS if passed else State.FAILED, run=nested)
        case ForEachTask():
            return _for_each(context, run, step, step.work)


def _notebook(context: RunContext, run: _Run, step: _Step, work: NotebookTask) -> TaskResult:
    """Job parameters override base_parameters of the same name."""
    base_parameters = {name: _resolved(text, run, step) for name, text in work.base_parameters.items()}
    inputs = NotebookInputs(context.spark, {**base_parameters, **run.parameters}, run.snapshot().values)

    def echo(text: str) -> None:
        context.progress.task_prints(step.path, text)

    return run_notebook_task(work.path, inputs, step.log_path, echo)


def _for_each(context: RunContext, run: _Run, step: _Step, loop: ForEachTask) -> TaskResult:
    """Run all iterations, also after one has failed. As on Databricks, their task values stay inside them."""
    items = for_each_items(_resolved(loop.inputs, run, step))
    context.progress.loop_starts(step.path, len(items))

    results: dict[str, TaskResult] = {}
    for number, (label, item) in enumerate(zip(iteration_labels(loop.key, items), items, strict=True), start=1):
        iteration = _Step(
            work=loop.work,
            key=loop.key,
            path=(*step.path, label),
            log_path=step.log_path.with_suffix(f".{number}.log"),
            run_id=step.run_id * ITERATION_IDS_PER_TASK + number,
            item=item,
        )
        results[label] = _run_step(context, run, iteration)
        context.progress.task_ends(iteration.path, results[label])

    failed = [label for label, result in results.items() if result.state is not State.SUCCESS]
    if failed:
        error = f"{len(failed)} of {len(items)} iterations failed: {', '.join(failed)}"
        return TaskResult(State.FAILED, error=error, iterations=results)
    return TaskResult(State.SUCCESS, iterations=results)


def _resolved(text: str, run: _Run, step: _Step) -> str:
    return resolve_run_references(text, run.snapshot(step.item), step.key, step.run_id)
