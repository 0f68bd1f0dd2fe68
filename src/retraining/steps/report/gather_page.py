"""What a run wrote, read back for its row and its page."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

from retraining.adapters.tables.batches import read_batches
from retraining.adapters.tables.ledgers_of_model import read_profiles, read_references, read_rows
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.batch import Batch
from retraining.records.decision import DailyLoss, Decision
from retraining.records.drift import DetectorState, DriftMetric
from retraining.records.event import Event, Incident
from retraining.records.gate import GateResult
from retraining.records.promotion import Promotion
from retraining.report.page_data import DailyError, PageData, Sample
from retraining.rules.champion.history import first_champion
from retraining.rules.drift.profile import merge_profiles
from retraining.rules.drift.shares import ColumnShares, compare_shares
from retraining.rules.incidents import incidents
from retraining.spec.model_spec import ModelSpec
from retraining.steps.drift.profile_batch import profiles_by_column
from retraining.steps.performance.daily_losses import error_on_batch, losses_of
from retraining.steps.report.sample_refusals import sample_refusals

_SHOWN = timedelta(days=400)
"""A year and a bit: what a page can show."""


@dataclass(frozen=True)
class Gathered:
    """batches are the closed ones of the source, oldest first, and batch the one this run closed; decision is the one
    that holds, promotion and checks are this run's; champion_of_batch names who was live when a batch arrived."""

    batches: tuple[Batch, ...]
    batch: Batch | None
    decision: Decision | None
    champion_of_batch: Mapping[int, str | None]
    promotion: Promotion | None
    promotions: tuple[Promotion, ...]
    checks: tuple[GateResult, ...]
    drift: tuple[DriftMetric, ...]
    losses: tuple[DailyLoss, ...]
    samples: tuple[Sample, ...]
    static_error: float | None
    incidents: tuple[Incident, ...]
    shares: tuple[ColumnShares, ...]
    detectors: tuple[DetectorState, ...]


def gather_page(context: Context, decided: bool) -> Gathered:
    """Reads every table of the model once, all of them at the same time. decided: the run got as far as a decision, its
    own or an earlier one on the same evidence."""
    spec = context.spec
    tables = context.tables

    with ThreadPoolExecutor() as pool:
        all_batches = pool.submit(read_batches, tables, spec.source_name)
        all_decisions = pool.submit(read_rows, tables, Decision, spec.model)
        all_promotions = pool.submit(read_rows, tables, Promotion, spec.model)
        all_checks = pool.submit(read_rows, tables, GateResult, spec.model)
        metrics = pool.submit(read_rows, tables, DriftMetric, spec.model)
        states = pool.submit(read_rows, tables, DetectorState, spec.model)
        shares = pool.submit(lambda: _shares(context, metrics.result()))

    closed = [row for row in all_batches.result() if row.state != "PLANNED"]
    batch = next((row for row in closed if row.run_id == context.run.run_id), None)
    decisions = all_decisions.result()
    promotions = tuple(all_promotions.result())
    own = [row for row in promotions if row.state == "DECIDED" and row.run_id == context.run.run_id]
    losses = losses_of(decisions)
    newest = closed[-1].batch_seq if closed else None

    return Gathered(
        batches=tuple(closed),
        batch=batch,
        decision=decisions[-1] if decisions and decided else None,
        champion_of_batch={row.batch_seq: row.champion_version for row in reversed(decisions)},
        promotion=own[-1] if own else None,
        promotions=promotions,
        checks=tuple(row for row in all_checks.result() if row.run_id == context.run.run_id),
        drift=tuple(metrics.result()),
        losses=tuple(losses),
        samples=sample_refusals(context, batch),
        static_error=error_on_batch(spec, losses, first_champion(promotions), newest)[0],
        incidents=tuple(incidents(decisions)),
        shares=shares.result(),
        detectors=_newest(states.result()),
    )


def page_data(spec: ModelSpec, gathered: Gathered, events: Sequence[Event]) -> PageData:
    """The page's values; the last event is this run."""
    return PageData(
        events=tuple(events),
        metric=kind_of(spec).followed.name,
        label=spec.columns.label,
        features=spec.columns.features,
        batch=gathered.batch,
        batches=gathered.batches,
        samples=gathered.samples,
        daily_errors=_daily_errors(spec, gathered),
        drift=gathered.drift,
        promotions=gathered.promotions,
        decision=gathered.decision,
        gate_results=gathered.checks,
        incidents=gathered.incidents,
        shares=gathered.shares,
        detectors=gathered.detectors,
    )


def _newest(states: Sequence[DetectorState]) -> tuple[DetectorState, ...]:
    return tuple(row for row in states if row.seq == states[-1].seq)


def _shares(context: Context, metrics: Sequence[DriftMetric]) -> tuple[ColumnShares, ...]:
    """Of the batch that was measured last, in the bins of the version that it was measured against."""
    if not metrics:
        return ()
    version = metrics[-1].champion_version
    batch_seq = metrics[-1].batch_seq
    with ThreadPoolExecutor() as pool:
        references = pool.submit(read_references, context.tables, context.model, version)
        stored = pool.submit(read_profiles, context.tables, context.model, version, batch_seq)
    days = profiles_by_column(stored.result(), batch_seq)
    return tuple(
        compare_shares(each, merge_profiles(days[each.column_name].values()))
        for each in references.result()
        if each.column_name in days
    )


def _daily_errors(spec: ModelSpec, gathered: Gathered) -> tuple[DailyError, ...]:
    """Each day's champion on the rows it scored live, and the first model on all of them, as if it had never been
    replaced. A day that came in several batches is one day."""
    first = first_champion(gathered.promotions)
    oldest = max((each.day for each in gathered.losses if each.day), default=date.max) - _SHOWN
    sums: dict[tuple[date, str, bool], tuple[int, float]] = {}
    for each in gathered.losses:
        roles = [each.version == gathered.champion_of_batch.get(each.scored_batch), each.version == first]
        shown = each.day is not None and each.day > oldest
        for is_static in [role for role, holds in zip((False, True), roles, strict=True) if holds and shown]:
            key = (each.day or date.min, each.version, is_static)
            rows, loss = sums.get(key, (0, 0.0))
            sums[key] = (rows + each.rows, loss + each.loss)
    return tuple(
        DailyError(day, version, rows, kind_of(spec).error(loss, rows), is_static)
        for (day, version, is_static), (rows, loss) in sums.items()
    )
