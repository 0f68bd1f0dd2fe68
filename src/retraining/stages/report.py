"""The last task of a run: one row, one page, and a failure if any task failed."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from retraining.adapters.registry.log_pages import address_of_pages, log_pages
from retraining.adapters.registry.registry import CHAMPION, Registry
from retraining.adapters.tables.ledgers_of_model import append_event, read_events
from retraining.context import Context
from retraining.errors import IncidentOpenedError, NotifyError, RegistryError, TaskFailedError
from retraining.kinds.find_kind import kind_of
from retraining.records.batch import Batch
from retraining.records.event import Event, Incident
from retraining.records.gate import STOPS_NOBODY, GateResult
from retraining.report.index import ModelRuns, render_index
from retraining.report.page import render_run_page
from retraining.report.words import run_path
from retraining.rules.champion.alias_state import newest_move
from retraining.rules.incidents import news_of_run
from retraining.rules.ingest.ledger import Ledger
from retraining.steps.report.describe_champion import describe_champion
from retraining.steps.report.run_records import RunRecords, page_data, read_run_records
from retraining.steps.report.send_alerts import send_alerts

_FINE = ("success", "excluded")
COPY = "copy"
"""The task of a run that judges a copied version: no decision led to it."""
_MOST_RUNS = 200
"""A page lists this many of the newest runs; the table `events` has them all."""


@dataclass(frozen=True)
class RunReport:
    """What people are shown of a run."""

    event: Event
    """The run's row."""
    page: str
    pages_at: str | None
    """Where all pages are, for people; None when MLflow was down."""
    news: tuple[Incident, ...] = ()
    """The incidents that the run opened or resolved."""
    unreached: tuple[str, ...] = ()
    """Why webhooks were not reached."""
    fails_on_incident: bool = False
    """The spec's setting."""

    @property
    def summary(self) -> str:
        """A line for each incident that the run opened or resolved, and where the pages are."""
        lines = [f"{'Opened' if incident.is_open else 'Resolved'}: {incident.line}" for incident in self.news]
        pages = self.pages_at or "not stored, because MLflow did not answer. The next run stores them"
        return "\n".join([*lines, f"All pages: {pages}"])

    def raise_if_failed(self) -> None:
        """Raises TaskFailedError when a task of the run failed, so that the run counts as failed; NotifyError when a
        webhook was not reached; IncidentOpenedError for a new incident, where the spec wants that."""
        failed = self.event.failed_tasks
        if failed:
            raise TaskFailedError(
                f"{self.event.model}: {', '.join(failed)} failed in run {self.event.run_id}; see their output."
            )
        if self.unreached:
            raise NotifyError(" ".join(self.unreached))

        opened = [incident.line for incident in self.news if incident.is_open]
        if opened and self.fails_on_incident:
            raise IncidentOpenedError(f"alerts.fail_run is on, and this run opened an incident. {' '.join(opened)}")


def report(context: Context, task_states: str = "") -> RunReport:
    """Turn what this run wrote into a row, a page and the index of all runs. The pages also go to MLflow, and incidents
    to the webhooks that the spec names.

    task_states holds `task=state` pairs; every state but success and excluded counts as failed.
    """
    spec = context.spec
    states = parse_states(task_states)
    failed = failed_tasks(states)

    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read_events, context.tables)
        decided = "check_drift" not in failed and COPY not in states
        records = read_run_records(context, decided, lambda: _last_page(spec.model, reading.result()))

    all_events = reading.result()
    events = _events_of(spec.model, all_events)
    stored = [row for row in events if row.run_id == context.run.run_id and row.failed_tasks == failed]
    event = stored[-1] if stored else _event(context, failed, records)
    if not stored:
        append_event(context.tables, event, len(events) + 1)
        events = [*events, event]
        all_events = [*all_events, event]

    this_run_last = [*(row for row in events if row != event), event]
    page = render_run_page(page_data(spec, records, this_run_last[-_MOST_RUNS:], states))
    pages = {run_path(spec.model, context.run.run_id): page, "index.html": render_index(_by_model(all_events))}
    pages_run_id = _log_pages(context.registry, pages, failed)
    if pages_run_id and not failed:
        describe_champion(context, event, records, pages_run_id)

    news = tuple(news_of_run(records.incidents, records.run_ids))
    unreached = send_alerts(context, news)
    pages_at = address_of_pages(pages_run_id) if pages_run_id else None
    return RunReport(event, page, pages_at, news, unreached, spec.alerts.fail_run)


def _events_of(model: str, events: Sequence[Event]) -> list[Event]:
    return [row for row in events if row.model == model]


def _last_page(model: str, events: Sequence[Event]) -> datetime | None:
    return max((row.at for row in _events_of(model, events)), default=None)


def _by_model(events: list[Event]) -> list[ModelRuns]:
    models = dict.fromkeys(row.model for row in events)
    of_model = {model: tuple(row for row in events if row.model == model)[-_MOST_RUNS:] for model in models}
    return [ModelRuns(rows, rows[-1].metric) for rows in of_model.values()]


def _log_pages(registry: Registry, pages: Mapping[str, str], failed: tuple[str, ...]) -> str | None:
    """Returns the MLflow run that holds the pages. Where a task failed, MLflow being down must not hide the reason."""
    try:
        return log_pages(registry, pages)
    except RegistryError:
        if not failed:
            raise
        return None


def parse_states(text: str) -> dict[str, str]:
    """{task: state} of `a=success b=failed`."""
    return dict(pair.split("=", 1) for pair in text.split() if "=" in pair)


def failed_tasks(states: Mapping[str, str]) -> tuple[str, ...]:
    """Tasks that did not succeed, in order."""
    return tuple(task for task, state in states.items() if state.lower() not in _FINE)


def _event(context: Context, failed: tuple[str, ...], records: RunRecords) -> Event:
    batch = records.batch
    decision = records.decision
    promotion = records.promotion
    gain = next((row for row in records.gate_results if row.check == "gain"), None)
    newest = records.batches[-1] if records.batches else None

    return Event(
        run_id=context.run.run_id,
        model=context.model,
        metric=kind_of(context.spec).followed.name,
        outcome="FAILED" if failed else promotion.outcome if promotion else "KEEP",
        batch_seq=newest.batch_seq if newest else None,
        rows_read=_count(batch, "rows_read"),
        rows_accepted=_count(batch, "rows_accepted"),
        rows_quarantined=_count(batch, "rows_quarantined"),
        rows_already_present=_count(batch, "rows_already_present"),
        rows_late=_count(batch, "rows_late"),
        rows_older=newest.rows_older if newest else None,
        refusals=batch.refusals if batch else (),
        watermark_lag_days=_lag(context, newest),
        champion_before=_champion_before(records),
        error_before=decision.realised_error if decision else None,
        static_error=records.static_error,
        drift_verdict=decision.drift_verdict if decision else None,
        worst_column=decision.drift_worst_column if decision else None,
        action=decision.action if decision else None,
        first_reason=decision.reasons[0] if decision else None,
        candidate_version=promotion.candidate_version if promotion else None,
        gate=_gate(records.gate_results),
        gate_sentence=gain.sentence if gain else None,
        champion_after=_champion(context),
        failed_tasks=failed,
        attempt_id=context.run.attempt_id,
        at=context.run.started_at,
        previous_wins=decision.previous_wins if decision else None,
    )


def _champion_before(records: RunRecords) -> str | None:
    """The champion that the candidate was compared with; of a run that decided, the one that it decided about; of one
    that did neither, the one that earlier runs made."""
    decision = records.decision
    promotion = records.promotion
    if decision:
        return decision.champion_version
    if promotion:
        return promotion.previous_version
    move = newest_move([row for row in records.promotions if row.run_id not in records.run_ids])
    return move.version if move else None


def _lag(context: Context, newest: Batch | None) -> float | None:
    if newest is None:
        return None

    ledger = Ledger(context.spec.source.ledger_column, newest.ledger_type)
    watermark = ledger.from_text(newest.watermark_after)
    if watermark is None or not ledger.has_time:
        return None
    return float(ledger.from_time(context.run.as_of) - watermark) / ledger.units_a_day


def _count(batch: Batch | None, field: str) -> int:
    return (getattr(batch, field) or 0) if batch else 0


def _gate(results: Sequence[GateResult]) -> str | None:
    worst = [row.verdict for row in results if row.verdict not in STOPS_NOBODY]
    return (worst[0] if worst else "passed") if results else None


def _champion(context: Context) -> str | None:
    """The champion, or None when MLflow is down: the report of a failed run must still be written."""
    try:
        return context.registry.version_of(context.model, CHAMPION)
    except RegistryError:
        return None
