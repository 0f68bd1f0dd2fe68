"""The last task of a run: one row, one page, and a failure if any task failed."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from retraining.adapters.registry.log_pages import address_of_pages, log_pages
from retraining.adapters.registry.registry import CHAMPION, Registry
from retraining.adapters.tables.ledgers_of_model import append_event, read_events, read_rows
from retraining.context import Context
from retraining.errors import ConcurrentRunError, IncidentOpenedError, NotifyError, RegistryError, TaskFailedError
from retraining.kinds.find_kind import kind_of
from retraining.records.batch import Batch
from retraining.records.control import Mode
from retraining.records.event import Event, Incident, IncidentChange
from retraining.records.gate import STOPS_NOBODY, GateResult
from retraining.report.headline import headlines, status_of
from retraining.report.index import ModelRuns, render_index
from retraining.report.page import render_run_page
from retraining.report.page_data import PageData
from retraining.report.run_json import run_as_json
from retraining.report.tasks import failed_tasks, parse_states, skipped_tasks
from retraining.report.words import listed, newest_path, run_path
from retraining.rules.champion.alias_state import newest_move
from retraining.rules.incidents import news_of_run, not_notified
from retraining.rules.ingest.ledger import Ledger
from retraining.steps.report.describe_champion import describe_champion
from retraining.steps.report.panel_page import panel_page
from retraining.steps.report.read_version_errors import read_version_errors
from retraining.steps.report.run_records import RunRecords, page_data, read_run_records
from retraining.steps.report.send_alerts import send_alerts
from retraining.steps.report.store_incidents import store_incidents

_OF_MODE: Mapping[Mode, str] = {"frozen": "FROZEN", "retired": "RETIRED", "active": "ACTIVE"}
_MOST_ATTEMPTS = 5
_MOST_RUNS = 200
"""A page lists this many of the newest runs; the table `events` has them all."""


@dataclass(frozen=True)
class RunReport:
    """What people are shown of a run."""

    event: Event
    """The run's row."""
    page: str
    pages_at: str | None
    """Where the page of all models is, for people; None when MLflow was down."""
    news: tuple[Incident, ...] = ()
    """The incidents that the run opened or resolved."""
    unreached: tuple[str, ...] = ()
    """Why webhooks were not reached."""
    fails_on_incident: bool = False
    """The spec's setting."""
    page_at: str | None = None
    """Where the model's own page is; the same from run to run."""
    gate_results: tuple[GateResult, ...] = ()
    """Every check of the gate."""

    @property
    def as_json(self) -> str:
        """What a caller of the job reads of its run: the row, and the checks of the gate, without a row's values."""
        return run_as_json(self.event, self.gate_results, self.page_at)

    @property
    def summary(self) -> str:
        """The headline, what to do, a line for each incident that the run opened or resolved, and where the pages
        are."""
        event = self.event
        said = status_of(event)
        lines = [f"{event.model}: {said.title}. {said.sentence} {said.todo}"]
        lines += [f"{'Opened' if incident.is_open else 'Resolved'}: {incident.line}" for incident in self.news]
        lines += [f"Page: {self.page_at}"] if self.page_at else []
        pages = self.pages_at or "not stored, because MLflow did not answer. The next run stores them"
        return "\n".join([*lines, f"All pages: {pages}"])

    def raise_if_failed(self) -> None:
        """Raises TaskFailedError when a task of the run failed, so that the run counts as failed; NotifyError when a
        webhook was not reached; IncidentOpenedError for a new incident, where the spec wants that."""
        event = self.event
        if event.unfinished_tasks:
            failed = f"{listed(event.failed_tasks)} failed" if event.failed_tasks else "a task did not end well"
            waited = f", so {listed(event.skipped_tasks)} did not start" if event.skipped_tasks else ""
            why = f" {event.error}" if event.error else " See its output."
            raise TaskFailedError(f"{event.model}: {failed} in run {event.run_id}{waited}.{why}")
        if self.unreached:
            raise NotifyError(" ".join(self.unreached))

        opened = [incident.line for incident in self.news if incident.is_open]
        if opened and self.fails_on_incident:
            raise IncidentOpenedError(f"alerts.fail_run is on, and this run opened an incident. {' '.join(opened)}")


def report(context: Context, task_states: str = "") -> RunReport:
    """Turn what this run wrote into a row, a page and the index of all models. The pages also go to MLflow, incidents
    into their table and to the webhooks that the spec names.

    task_states holds `task=state` pairs; every state but success and excluded counts as not ended well.
    """
    spec = context.spec
    states = parse_states(task_states)

    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read_events, context.tables)
        records = read_run_records(context, states, lambda: _earlier(context, reading.result()))

    all_events = reading.result()
    events = [row for row in all_events if row.model == spec.model]
    told, is_new = _this_run(context, states, records, events)
    event = told.run
    versions = read_version_errors(context, records.promotions, event.champion_after)
    data = replace(told, panel=panel_page(context), versions=versions)
    if is_new:
        _store(context, event, len(events))
        all_events = [*all_events, event]
    news, failures = _notify(context, records)

    page = render_run_page(data)
    index = render_index(_by_model(all_events))
    pages = {run_path(spec.model, event.run_id): page, newest_path(spec.model): page, "index.html": index}
    pages_run_id = _log_pages(context.registry, pages, event.unfinished_tasks)
    if pages_run_id and not event.unfinished_tasks:
        describe_champion(context, event, records, pages_run_id)

    unreached = tuple(sentence for found in failures.values() for sentence in found)
    page_at = address_of_pages(pages_run_id, newest_path(spec.model)) if pages_run_id else None
    pages_at = address_of_pages(pages_run_id) if pages_run_id else None
    checks = tuple(records.gate_results)
    return RunReport(event, page, pages_at, news, unreached, spec.alerts.fail_run, page_at, checks)


def _notify(context: Context, records: RunRecords) -> tuple[tuple[Incident, ...], dict[str, list[str]]]:
    """Sends what people do not know yet; returns that and all that this run opened or resolved, and what did not
    arrive. After a kill between the messages and their rows, the next run sends them again."""
    stored = read_rows(context.tables, IncidentChange, context.model)
    unknown = not_notified(records.incidents, stored)
    own = news_of_run(records.incidents, records.run_ids)
    news = tuple(each for each in records.incidents if each in unknown or each in own)

    failures = send_alerts(context, unknown)
    store_incidents(context, records.incidents, stored, failures)
    return news, failures


def _store(context: Context, event: Event, stored: int) -> None:
    """Appends the event behind those that are stored. An operator's job may report at the same moment as the loop."""
    for attempt in range(_MOST_ATTEMPTS):
        try:
            append_event(context.tables, event, stored + 1)
            return
        except ConcurrentRunError:
            if attempt == _MOST_ATTEMPTS - 1:
                raise
            stored = sum(row.model == event.model for row in read_events(context.tables))


def _this_run(
    context: Context, states: Mapping[str, str], records: RunRecords, events: Sequence[Event]
) -> tuple[PageData, bool]:
    """The page's values, whose last event is this run's, and whether that event is still to be stored."""
    failed = failed_tasks(states)
    stored = [row for row in events if row.run_id == context.run.run_id and row.failed_tasks == failed]
    event = stored[-1] if stored else _event(context, states, records)
    this_run_last = [*(row for row in events if row != event), event][-_MOST_RUNS:]
    facts = page_data(context.spec, records, this_run_last, states)
    data = replace(facts, in_workspace=context.run.in_workspace)
    if stored:
        return data, False

    said = headlines(data)[0]
    told = replace(event, level=said.tone, headline=said.title, headline_sentence=said.sentence, what_to_do=said.todo)
    return replace(data, events=(*data.events[:-1], told)), True


def _earlier(context: Context, events: Sequence[Event]) -> list[Event]:
    """The model's runs before this one."""
    return [row for row in events if row.model == context.model and row.run_id != context.run.run_id]


def _by_model(events: list[Event]) -> list[ModelRuns]:
    models = dict.fromkeys(row.model for row in events)
    of_model = {model: tuple(row for row in events if row.model == model)[-_MOST_RUNS:] for model in models}
    return [ModelRuns(rows, rows[-1].metric) for rows in of_model.values()]


def _log_pages(registry: Registry, pages: Mapping[str, str], failed: tuple[str, ...]) -> str | None:
    """Returns the MLflow run that holds the pages. Where a task did not end well, MLflow being down must not hide the
    reason."""
    try:
        return log_pages(registry, pages)
    except RegistryError:
        if not failed:
            raise
        return None


def _event(context: Context, states: Mapping[str, str], records: RunRecords) -> Event:
    failed = failed_tasks(states)
    skipped = skipped_tasks(states)
    champion = _champion(context)
    batch = records.batch
    decision = records.decision
    promotion = records.promotion
    gain = next((row for row in records.gate_results if row.check == "gain"), None)
    newest = records.batches[-1] if records.batches else None

    return Event(
        run_id=context.run.run_id,
        model=context.model,
        metric=kind_of(context.spec).followed.name,
        outcome="FAILED" if failed or skipped else _outcome(records),
        batch_seq=newest.batch_seq if newest else None,
        rows_read=_count(batch, "rows_read"),
        rows_accepted=_count(batch, "rows_accepted"),
        rows_quarantined=_count(batch, "rows_quarantined"),
        rows_already_present=_count(batch, "rows_already_present"),
        rows_late=_count(batch, "rows_late"),
        rows_older=newest.rows_older if newest else None,
        refusals=batch.refusals if batch else (),
        watermark_lag_days=_lag(context, newest),
        champion_before=_champion_before(records, champion),
        error_before=decision.realised_error if decision else None,
        static_error=records.static_error,
        drift_verdict=decision.drift_verdict if decision else None,
        worst_column=decision.drift_worst_column if decision else None,
        action=decision.action if decision else None,
        first_reason=decision.reasons[0] if decision else None,
        candidate_version=promotion.candidate_version if promotion else None,
        gate=_gate(records.gate_results),
        gate_sentence=gain.sentence if gain else None,
        champion_after=champion,
        failed_tasks=failed,
        attempt_id=context.run.attempt_id,
        at=context.run.started_at,
        previous_wins=decision.previous_wins if decision else None,
        tasks=tuple(states),
        skipped_tasks=skipped,
        error=records.errors[0].line if records.errors else None,
    )


def _outcome(records: RunRecords) -> str:
    """Of the promotion; where an operator's job made none, of what it did instead."""
    if records.promotion:
        return records.promotion.outcome
    if records.control:
        return _OF_MODE[records.control.mode]
    if records.requested:
        return "REPAIRED" if records.requested.usable_from is None else "BATCH_RELEASED"
    return "KEEP"


def _champion_before(records: RunRecords, champion: str | None) -> str | None:
    """The champion that the candidate was compared with; of a run that decided, the one that it decided about; of one
    that did neither, the one that earlier runs made, which is the present one where this run moved nothing."""
    decision = records.decision
    promotion = records.promotion
    if decision:
        return decision.champion_version
    if promotion:
        return promotion.previous_version
    move = newest_move([row for row in records.promotions if row.run_id not in records.run_ids])
    if move:
        return move.version
    return None if newest_move(records.promotions) else champion


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
    stopping = [row.verdict for row in results if row.verdict not in STOPS_NOBODY]
    if "failed" in stopping:
        return "failed"
    return (stopping[0] if stopping else "passed") if results else None


def _champion(context: Context) -> str | None:
    """The champion, or None when MLflow is down: the report of a failed run must still be written."""
    try:
        return context.registry.version_of(context.model, CHAMPION)
    except RegistryError:
        return None
