"""What a run wrote, read back for its event and its page."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from retraining.adapters.tables.batches import newest_rows, read_all_rows
from retraining.adapters.tables.ledgers_of_model import read_errors, read_profiles, read_references, read_rows
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.batch import Batch
from retraining.records.control import Control
from retraining.records.decision import DailyLoss, Decision
from retraining.records.drift import DetectorState, DriftMetric
from retraining.records.event import LOOPS_OWN_TASK, Event, Incident, TaskError
from retraining.records.gate import GateResult
from retraining.records.promotion import Promotion
from retraining.records.run import BY_HAND, Run, Stamped
from retraining.records.version import Manifest
from retraining.report.outcome import stopping_errors
from retraining.report.page_data import DailyError, PageData, Sample
from retraining.report.tasks import failed_tasks, is_of_loop, unfinished_tasks
from retraining.rules.champion.history import first_champion
from retraining.rules.drift.profile import merge_profiles
from retraining.rules.drift.shares import ColumnShares, compare_shares
from retraining.rules.incidents import incidents, waiting_candidates
from retraining.rules.ingest.batch_numbers import BatchNumbers, batch_numbers
from retraining.spec.feed import rows_feed
from retraining.spec.model_spec import ModelSpec
from retraining.steps.drift.profile_batch import profiles_by_column
from retraining.steps.performance.daily_losses import error_on_batch, losses_of
from retraining.steps.report.sample_refusals import sample_refusals

_SHOWN = timedelta(days=400)
"""A page shows a little more than a year."""


@dataclass(frozen=True)
class RunRecords:
    """The records of a run, and of the model's history where the page shows it."""

    run_ids: frozenset[str]
    """The run's, and those of killed runs that it finished; of one by hand those of all notebooks since the last
    page."""
    batches: tuple[Batch, ...]
    """The closed ones of the source, oldest first."""
    batch: Batch | None
    """The one whose rows are new to this run: the one that it closed, or that a run of another model of the source had
    closed since this model's last run."""
    requested: Batch | None
    """The one that an operator's job was about, as this run left it."""
    control: Control | None
    """The change of the model's mode that this run made."""
    errors: tuple[TaskError, ...]
    """What stopped this run's tasks."""
    decision: Decision | None
    """The one that this run follows."""
    champion_of_batch: Mapping[int, str | None]
    """Who was live when a batch arrived."""
    promotion: Promotion | None
    """Of this run."""
    promotions: tuple[Promotion, ...]
    candidate: Manifest | None
    """The one that this run fitted."""
    gate_results: tuple[GateResult, ...]
    """Of this run."""
    verdicts: tuple[GateResult, ...]
    """The gains of all candidates, oldest first."""
    drift: tuple[DriftMetric, ...]
    losses: tuple[DailyLoss, ...]
    samples: tuple[Sample, ...]
    static_error: float | None
    """The first champion's error on the newest batch."""
    incidents: tuple[Incident, ...]
    shares: tuple[ColumnShares, ...]
    detectors: tuple[DetectorState, ...]
    """The newest state of each."""


def read_run_records(context: Context, states: Mapping[str, str], earlier: Callable[[], Sequence[Event]]) -> RunRecords:
    """Reads every table of the model once, all of them at the same time. states: those of the run's tasks, none in a
    run by hand. earlier: the events of the model's runs before this one, oldest first; they are read meanwhile."""
    spec = context.spec
    tables = context.tables
    of_loop = is_of_loop(states)
    decided = of_loop and LOOPS_OWN_TASK not in unfinished_tasks(states)

    def last_page() -> datetime | None:
        return max((row.at for row in _of_loop(earlier())), default=None)

    with ThreadPoolExecutor() as pool:
        all_batches = pool.submit(read_all_rows, tables, spec.source_name)
        all_decisions = pool.submit(read_rows, tables, Decision, spec.model)
        all_promotions = pool.submit(read_rows, tables, Promotion, spec.model)
        all_results = pool.submit(read_rows, tables, GateResult, spec.model)
        metrics = pool.submit(read_rows, tables, DriftMetric, spec.model)
        detectors = pool.submit(read_rows, tables, DetectorState, spec.model)
        all_controls = pool.submit(read_rows, tables, Control, spec.model)
        all_manifests = pool.submit(read_rows, tables, Manifest, spec.model)

    numbers = batch_numbers(spec.source_name, all_batches.result())
    drift = numbers.own(metrics.result())
    closed = [row for row in newest_rows(all_batches.result()) if row.state != "PLANNED"]
    decisions = all_decisions.result()
    written = [*all_batches.result(), *decisions, *all_promotions.result(), *all_results.result()]
    decision = decisions[-1] if decisions and decided else None
    run_ids = _run_ids(context.run, written, last_page)
    if decision and decision.run_id not in run_ids:
        fits = [*all_results.result(), *(row for row in all_promotions.result() if row.request_id is None)]
        run_ids |= _finished(decision, fits, last_page())
    batch = next((row for row in reversed(closed) if row.run_id in run_ids), None)
    if batch is None and of_loop and "ingest" not in unfinished_tasks(states):
        batch = _met_first(closed, _of_loop(earlier()))
    if not of_loop:
        run_ids |= _killed_requests(run_ids, [*all_promotions.result(), *all_controls.result()], earlier())
    controls = [row for row in all_controls.result() if row.run_id in run_ids]
    promotions = tuple(numbers.of_promotions(all_promotions.result()))
    results = [row for row in all_results.result() if row.run_id in run_ids]
    losses = losses_of(numbers.of_decisions(decisions))

    return RunRecords(
        run_ids=run_ids,
        batches=tuple(closed),
        batch=batch,
        requested=None if of_loop else _requested(context, all_batches.result(), run_ids),
        control=controls[-1] if controls and not of_loop else None,
        errors=_errors(context, run_ids, failed_tasks(states)),
        decision=decision,
        champion_of_batch={row.batch_seq: row.champion_version for row in reversed(numbers.own(decisions))},
        promotion=_promotion(promotions, run_ids),
        promotions=promotions,
        candidate=_candidate(all_manifests.result(), run_ids),
        gate_results=tuple(row for row in results if row.seq == results[-1].seq),
        verdicts=tuple(row for row in all_results.result() if row.check == "gain"),
        drift=tuple(drift),
        losses=tuple(losses),
        samples=sample_refusals(context, batch),
        static_error=_static_error(spec, losses, promotions, closed),
        incidents=(*incidents(decisions), *waiting_candidates(all_promotions.result())),
        shares=_shares(context, numbers, drift),
        detectors=_newest(numbers.own(detectors.result())),
    )


def _promotion(promotions: Sequence[Promotion], run_ids: Collection[str]) -> Promotion | None:
    own = [row for row in promotions if row.state == "DECIDED" and row.run_id in run_ids]
    return own[-1] if own else None


def _candidate(manifests: Sequence[Manifest], run_ids: Collection[str]) -> Manifest | None:
    own = [row for row in manifests if row.state == "REGISTERED" and row.run_id in run_ids]
    return next((row for row in reversed(own) if row.role == "candidate"), None)


def _static_error(
    spec: ModelSpec, losses: Sequence[DailyLoss], promotions: Sequence[Promotion], closed: Sequence[Batch]
) -> float | None:
    newest = closed[-1].batch_seq if closed else None
    return error_on_batch(spec, losses, first_champion(promotions), newest)[0]


def _of_loop(events: Sequence[Event]) -> list[Event]:
    """What an operator's job reports is about no batch."""
    return [row for row in events if row.is_of_loop]


def _errors(context: Context, run_ids: Collection[str], failed: Sequence[str]) -> tuple[TaskError, ...]:
    return stopping_errors(read_errors(context.tables, context.model, run_ids), failed) if failed else ()


def _met_first(closed: Sequence[Batch], earlier: Sequence[Event]) -> Batch | None:
    """The newest batch, where no run of this model has seen it: a source that several models share is read by the run
    that comes first."""
    seen = max((row.batch_seq or 0 for row in earlier), default=0)
    return closed[-1] if closed and closed[-1].batch_seq > seen else None


def _requested(context: Context, batches: Sequence[Batch], run_ids: Collection[str]) -> Batch | None:
    """What an operator's run left of a batch of the source, or of its labels, with the reason that it gave."""
    labels = rows_feed(context.spec).labels
    of_labels = read_all_rows(context.tables, labels.name) if labels else []
    newest = [*newest_rows(of_labels), *newest_rows(batches)]
    return next((row for row in reversed(newest) if row.run_id in run_ids and row.reason), None)


def _run_ids(run: Run, written: Sequence[Stamped], last_page: Callable[[], datetime | None]) -> frozenset[str]:
    if not run.is_by_hand:
        return frozenset([run.run_id])

    since = last_page()
    by_hand = [row for row in written if row.run_id.startswith(BY_HAND) and (since is None or row.at > since)]
    return frozenset([run.run_id, *(row.run_id for row in by_hand)])


def _finished(decision: Decision, fits: Sequence[Stamped], last_page: datetime | None) -> set[str]:
    """The runs that carried a decision out and were killed before their page; fits are verdicts and promotions. Empty
    where a page was made since."""
    if last_page is not None and last_page >= decision.at:
        return set()
    return {decision.run_id, *(row.run_id for row in fits if row.at >= decision.at)}


def _killed_requests(
    run_ids: frozenset[str], rows: Sequence[Promotion | Control], earlier: Sequence[Event]
) -> set[str]:
    """Runs in which a person requested something and that were killed before their page. A run that holds no
    request finishes them: the same command, started again, finds what they had decided."""
    requests = [row for row in rows if row.request_id == row.run_id]
    if any(row.run_id in run_ids for row in requests):
        return set()
    last = max((row.at for row in earlier), default=None)
    return {row.run_id for row in requests if last is None or row.at > last} - {row.run_id for row in earlier}


def page_data(spec: ModelSpec, records: RunRecords, events: Sequence[Event], states: Mapping[str, str]) -> PageData:
    """The page's values; the last event is this run, and states are those of its tasks."""
    daily_errors = _daily_errors(spec, records)
    judged_by = spec.gate.metric or kind_of(spec).followed.name

    return PageData(
        events=tuple(events),
        metric=kind_of(spec).followed.name,
        label=spec.columns.label,
        features=spec.columns.features,
        batch=records.batch,
        read_elsewhere=records.batch is not None and records.batch.run_id not in records.run_ids,
        requested=records.requested,
        batches=records.batches,
        samples=records.samples,
        daily_errors=daily_errors,
        drift=records.drift,
        promotions=records.promotions,
        promotion=records.promotion,
        candidate=records.candidate,
        control=records.control,
        errors=records.errors,
        decision=records.decision,
        gate_results=records.gate_results,
        judged_by=judged_by,
        verdicts=tuple(row for row in records.verdicts if row.metric == judged_by),
        incidents=records.incidents,
        shares=records.shares,
        detectors=records.detectors,
        task_states=states,
    )


def _newest(states: Sequence[DetectorState]) -> tuple[DetectorState, ...]:
    return tuple(row for row in states if row.seq == states[-1].seq)


def _shares(context: Context, numbers: BatchNumbers, metrics: Sequence[DriftMetric]) -> tuple[ColumnShares, ...]:
    """The shares of the batch that was measured last, in the bins of the version that it was compared with."""
    if not metrics:
        return ()
    version = metrics[-1].champion_version
    batch_seq = metrics[-1].batch_seq
    with ThreadPoolExecutor() as pool:
        references = pool.submit(read_references, context.tables, context.model, version)
        stored = pool.submit(read_profiles, context.tables, context.model, version, batch_seq)
    days = profiles_by_column(numbers.own(stored.result()), batch_seq)
    return tuple(
        compare_shares(reference, merge_profiles(days[reference.column_name].values()))
        for reference in references.result()
        if reference.column_name in days
    )


def _daily_errors(spec: ModelSpec, records: RunRecords) -> tuple[DailyError, ...]:
    """Each day's champion on the rows that it scored live, and the first model on all rows, as if it had never been
    replaced. A day that arrived in several batches is one day."""
    first = first_champion(records.promotions)
    oldest = max((loss.day for loss in records.losses if loss.day), default=date.max) - _SHOWN

    rows: dict[tuple[date, str, bool], int] = defaultdict(int)
    sums: dict[tuple[date, str, bool], float] = defaultdict(float)
    for loss in records.losses:
        if loss.day is None or loss.day <= oldest:
            continue
        is_live = loss.version == records.champion_of_batch.get(loss.scored_batch)
        is_first = loss.version == first
        for is_static in [*([False] if is_live else []), *([True] if is_first else [])]:
            rows[loss.day, loss.version, is_static] += loss.rows
            sums[loss.day, loss.version, is_static] += loss.loss

    return tuple(
        DailyError(
            day,
            version,
            rows[day, version, is_static],
            kind_of(spec).error(total, rows[day, version, is_static]),
            is_static,
        )
        for (day, version, is_static), total in sums.items()
    )
