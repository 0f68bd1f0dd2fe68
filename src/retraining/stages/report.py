"""The last task of a run: one row, one page, and a failure if any task failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from retraining.adapters.registry.registry import CHAMPION, Registry
from retraining.adapters.tables.batches import read_batches
from retraining.adapters.tables.ledgers_of_model import append_event, read_events, read_rows
from retraining.adapters.tables.tables import Tables
from retraining.errors import RegistryError, TaskFailedError
from retraining.records.batch import Batch
from retraining.records.decision import Decision
from retraining.records.event import Event
from retraining.records.gate_result import GateResult
from retraining.records.promotion import Promotion
from retraining.records.run import Run
from retraining.report.page import render_page
from retraining.spec.model_spec import ModelSpec

_FAILED = ("failed", "timedout", "canceled", "upstream_failed", "upstream_canceled", "maximum_concurrent_runs_reached")


@dataclass(frozen=True)
class RunReport:
    """The run's row and its page."""

    event: Event
    page: str

    def raise_if_failed(self) -> None:
        """Raises TaskFailedError when a task of the run failed, so that the run is judged as failed."""
        failed = self.event.failed_tasks
        if failed:
            raise TaskFailedError(
                f"{self.event.model}: {', '.join(failed)} failed in run {self.event.run_id}; see their output."
            )


def report(spec: ModelSpec, tables: Tables, registry: Registry, run: Run, task_states: str = "") -> RunReport:
    """Gather what this run wrote. task_states holds `task=state` pairs; anything but success or excluded counts as
    failed."""
    failed = failed_tasks(parse_states(task_states))
    events = read_events(tables, spec.model)
    known = [row for row in events if row.run_id == run.run_id and row.failed_tasks == failed]
    event = known[-1] if known else _gather(spec, tables, registry, run, failed)
    if not known:
        append_event(tables, event, len(events) + 1)
    return RunReport(event, render_page([*events, event] if not known else events))


def parse_states(text: str) -> dict[str, str]:
    """{task: state} of `a=success b=failed`."""
    return dict(pair.split("=", 1) for pair in text.split() if "=" in pair)


def failed_tasks(states: Mapping[str, str]) -> tuple[str, ...]:
    """Tasks that did not end well, in order."""
    return tuple(task for task, state in states.items() if state.lower() in _FAILED)


def _gather(spec: ModelSpec, tables: Tables, registry: Registry, run: Run, failed: tuple[str, ...]) -> Event:
    closed = [row for row in read_batches(tables, spec.source_name) if row.state != "PLANNED"]
    batch = next((row for row in closed if row.run_id == run.run_id), None)
    decisions = read_rows(tables, Decision, spec.model)
    decision = decisions[-1] if decisions else None
    promotion = _newest([row for row in read_rows(tables, Promotion, spec.model) if row.state == "DECIDED"], run)
    checks = [row for row in read_rows(tables, GateResult, spec.model) if row.run_id == run.run_id]
    gain = next((row for row in checks if row.check == "gain"), None)
    return Event(
        run_id=run.run_id,
        model=spec.model,
        outcome="FAILED" if failed else promotion.outcome if promotion else "KEEP",
        batch_seq=closed[-1].batch_seq if closed else None,
        rows_read=_count(batch, "rows_read"),
        rows_accepted=_count(batch, "rows_accepted"),
        rows_quarantined=_count(batch, "rows_quarantined"),
        rows_already_present=_count(batch, "rows_already_present"),
        champion_before=decision.champion_version if decision else None,
        error_before=decision.realised_error if decision else None,
        action=decision.action if decision else None,
        first_reason=decision.reasons[0] if decision else None,
        candidate_version=promotion.candidate_version if promotion else None,
        gate=_gate(checks),
        gate_sentence=gain.sentence if gain else None,
        champion_after=_champion(spec, registry),
        failed_tasks=failed,
        attempt_id=run.attempt_id,
        at=run.started_at,
    )


Row = TypeVar("Row", Decision, Promotion)


def _newest(rows: list[Row], run: Run) -> Row | None:
    return next((row for row in reversed(rows) if row.run_id == run.run_id), None)


def _count(batch: Batch | None, field: str) -> int:
    return (getattr(batch, field) or 0) if batch else 0


def _gate(checks: list[GateResult]) -> str | None:
    worst = [row.verdict for row in checks if row.verdict != "passed"]
    return (worst[0] if worst else "passed") if checks else None


def _champion(spec: ModelSpec, registry: Registry) -> str | None:
    """The champion, or None when MLflow is down: the report of a failed run must still be written."""
    try:
        return registry.version_of(spec.model, CHAMPION)
    except RegistryError:
        return None
