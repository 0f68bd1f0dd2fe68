"""Runs a job: walks its graph, one task after the other, and returns how everything ended."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from local_workspace.bundle.jobs import ConditionTask, ForEachTask, Job, NotebookTask, RunJobTask, Task, for_each_items
from local_workspace.errors import LocalWorkspaceError, TaskError
from local_workspace.notebook.dbutils import DBUtils
from local_workspace.notebook.display import display, html_writer
from local_workspace.notebook.notebook import run_notebook
from local_workspace.run.conditions import holds
from local_workspace.run.graph import Ended, Fate, fate_of, run_state
from local_workspace.run.progress import Progress, TaskPath
from local_workspace.run.results import RunResult, RunState, State, TaskResult
from local_workspace.run.run_references import RunFacts, filled_in
from local_workspace.run.state_folder import new_run_folder
from local_workspace.run.task_output import task_output

PASSED_OVER = {
    Fate.EXCLUDE: State.EXCLUDED,
    Fate.FAIL_UPSTREAM: State.UPSTREAM_FAILED,
    Fate.CANCEL_UPSTREAM: State.UPSTREAM_CANCELED,
}


@dataclass(frozen=True)
class Room:
    """Where runs happen: the session, the folder of runs, the jobs that may be run, and who watches."""

    spark: SparkSession
    runs: Path
    jobs: Mapping[str, Job]
    progress: Progress


@dataclass
class _Run:
    """A run under way."""

    job: Job
    folder: Path
    started: datetime
    path: TaskPath
    parameters: dict[str, str] = field(default_factory=dict)
    results: dict[str, TaskResult] = field(default_factory=dict)

    @property
    def run_id(self) -> int:
        return int(self.folder.name)

    def facts(self, item: object = None) -> RunFacts:
        states = {key: result.state for key, result in self.results.items()}
        values = {key: result.values for key, result in self.results.items()}
        return RunFacts(self.job, self.run_id, self.started, self.parameters, states, values, item)

    def ended(self) -> dict[str, Ended]:
        return {key: Ended(result.state, result.outcome) for key, result in self.results.items()}


@dataclass(frozen=True)
class _Step:
    """A task under way, or one iteration of a for_each_task with its item."""

    work: NotebookTask | ConditionTask | RunJobTask | ForEachTask
    key: str
    path: TaskPath
    log_path: Path
    run_id: int
    item: object = None


def run_job(room: Room, key: str, parameters: Mapping[str, str], path: TaskPath = ()) -> RunResult:
    """Run a job to its end. A failed task is a result, not an error; Ctrl-C passes through."""
    run = _Run(room.jobs[key], new_run_folder(room.runs), datetime.now(UTC), path)
    defaults = {name: filled_in(text, run.facts()) for name, text in run.job.parameters.items()}
    run.parameters.update({**defaults, **parameters})
    room.progress.run_starts(path, [task.key for task in run.job.tasks])
    for task in run.job.tasks:
        fate = fate_of(task.depends_on, task.run_if, run.ended())
        result = _run_task(room, run, task) if fate is Fate.RUN else TaskResult(PASSED_OVER[fate])
        run.results[task.key] = result
        room.progress.task_ends((*path, task.key), result)
    return RunResult(run.run_id, key, _state_of(run), run.parameters, run.results)


def _state_of(run: _Run) -> RunState:
    dependencies = {task.key: task.depends_on for task in run.job.tasks}
    state = run_state(dependencies, {key: result.state for key, result in run.results.items()})
    nested = [inner.state for result in run.results.values() for inner in result.inner_runs()]
    hidden = state is RunState.SUCCESS and RunState.SUCCESS_WITH_FAILURES in nested
    return RunState.SUCCESS_WITH_FAILURES if hidden else state


def _run_task(room: Room, run: _Run, task: Task) -> TaskResult:
    number = [known.key for known in run.job.tasks].index(task.key) + 1
    log_path = run.folder / f"{task.key}.log"
    return _take(room, run, _Step(task.work, task.key, (*run.path, task.key), log_path, run.run_id * 100 + number))


def _take(room: Room, run: _Run, step: _Step) -> TaskResult:
    room.progress.task_starts(step.path)
    begin = time.monotonic()
    try:
        result = _work(room, run, step)
    except KeyboardInterrupt:
        canceled = TaskResult(State.CANCELED, time.monotonic() - begin, log_path=step.log_path)
        room.progress.task_ends(step.path, canceled)
        raise
    except LocalWorkspaceError as err:
        result = TaskResult(State.FAILED, error=short(str(err)), log_path=step.log_path)
    return replace(result, seconds=time.monotonic() - begin)


def _work(room: Room, run: _Run, step: _Step) -> TaskResult:
    match step.work:
        case NotebookTask():
            return _notebook(room, run, step, step.work)
        case ConditionTask(op, left, right):
            outcome = holds(op, _filled(left, run, step), _filled(right, run, step))
            return TaskResult(State.SUCCESS, outcome=str(outcome).lower())
        case RunJobTask(job_key, job_parameters):
            given = {name: _filled(text, run, step) for name, text in job_parameters.items()}
            nested = run_job(room, job_key, given, step.path)
            good = nested.state in (RunState.SUCCESS, RunState.SUCCESS_WITH_FAILURES)
            return TaskResult(State.SUCCESS if good else State.FAILED, run=nested)
        case ForEachTask():
            return _for_each(room, run, step, step.work)


def _for_each(room: Room, run: _Run, step: _Step, loop: ForEachTask) -> TaskResult:
    """All iterations, whatever became of those before. Their task values stay inside them, as on Databricks."""
    items = for_each_items(_filled(loop.inputs, run, step))
    room.progress.loop_starts(step.path, len(items))
    done: dict[str, TaskResult] = {}
    for number, (label, item) in enumerate(zip(labels_of(loop.key, items), items, strict=True), start=1):
        log_path = step.log_path.with_suffix(f".{number}.log")
        path = (*step.path, label)
        done[label] = _take(room, run, _Step(loop.work, loop.key, path, log_path, step.run_id * 1000 + number, item))
        room.progress.task_ends(path, done[label])
    failed = [label for label, result in done.items() if result.state is not State.SUCCESS]
    if failed:
        error = f"{len(failed)} of {len(items)} iterations failed: {', '.join(failed)}"
        return TaskResult(State.FAILED, error=error, iterations=done)
    return TaskResult(State.SUCCESS, iterations=done)


def _notebook(room: Room, run: _Run, step: _Step, work: NotebookTask) -> TaskResult:
    """Job parameters beat base_parameters of the same name. What a failing task set is kept, as on Databricks."""
    own: dict[str, object] = {}
    base = {name: _filled(text, run, step) for name, text in work.base_parameters.items()}
    injected = {
        "spark": room.spark,
        "dbutils": DBUtils({**base, **run.parameters}, own, run.facts().values),
        "display": display,
        "displayHTML": html_writer(step.log_path.with_suffix(".html")),
    }

    def echo(text: str) -> None:
        room.progress.task_prints(step.path, text)

    with task_output(step.log_path, echo, sys.stdout, sys.stderr) as log:
        try:
            exit_value = run_notebook(work.path, injected)
        except TaskError as err:
            log.write(f"\n{err}\n")
            return TaskResult(State.FAILED, values=own, error=short(str(err)), log_path=step.log_path)
        except KeyboardInterrupt:
            log.write(f"\ncanceled\n{traceback.format_exc()}\n")
            raise
    return TaskResult(State.SUCCESS, values=own, log_path=step.log_path, exit_value=exit_value)


def _filled(text: str, run: _Run, step: _Step) -> str:
    return filled_in(text, run.facts(step.item), step.key, step.run_id)


def short(error: str, lines: int = 6) -> str:
    """The part of an error that a console has room for: up to the first empty line, at most a few lines."""
    return "\n".join(error.split("\n\n", 1)[0].splitlines()[:lines])


def labels_of(key: str, items: Sequence[object]) -> list[str]:
    """`month 3 of 12` for each item, with the item behind it where it is a text."""
    return [
        f"{key} {number} of {len(items)}{f' ({item})' if isinstance(item, str) else ''}"
        for number, item in enumerate(items, start=1)
    ]
