"""Everything a decision may look at, read from the tables: new rows, realised error, age, drift."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from retraining.kinds.find_kind import kind_of
from retraining.records.decision import DailyLoss, ErrorEstimate, Evidence
from retraining.records.drift import DetectorState, DomainVerdict
from retraining.records.panel import SeriesCount
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.champion.alias_state import newest_move
from retraining.rules.champion.rollback import waits_after_batch
from retraining.rules.drift.batch_verdict import drift_persistence, is_clear
from retraining.rules.drift.detectors.concept_alarm import concept_alarm
from retraining.rules.gate.checks import gated_error
from retraining.rules.gate.judge import left_open
from retraining.rules.ingest.batch_numbers import from_another_source
from retraining.rules.performance.previous_wins import PreviousVerdict, Rivals, previous_wins
from retraining.spec.forecast_section import WHOLE_DAYS
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_history import ModelHistory
from retraining.steps.decide.attempts import attempt_evidence, last_attempt, last_training
from retraining.steps.decide.doubted_days import left_out_before
from retraining.steps.decide.open_data_faults import columns_beside_champion, fault_evidence
from retraining.steps.drift.classify_change import (
    classify_change,
    level_of_error,
    recent_level,
)
from retraining.steps.drift.evaluate_drift import BatchDrift
from retraining.steps.gate.plan_holdout import plan_holdout
from retraining.steps.performance.daily_losses import error_on_batch, losses_of
from retraining.strategies.find_strategy import strategy_of


@dataclass(frozen=True)
class Measurements:
    """What the newest data show."""

    losses: Sequence[DailyLoss]
    """Of batches whose losses no earlier decision has measured."""
    new_rows: Mapping[date | None, int]
    """Labelled rows since the last training, by day."""
    drift: BatchDrift | None = None
    """None where the newest batch was not compared."""
    previous: str | None = None
    """The previous champion, where it predicted beside the live one."""
    domain: DomainVerdict | None = None
    """None where the spec does not use the domain classifier."""
    detectors: Sequence[DetectorState] = ()
    estimate: ErrorEstimate | None = None
    """Where rows wait for their labels."""
    series_actions: Sequence[SeriesCount] = ()
    """Of a forecast: what its series need."""


@dataclass(frozen=True)
class Wishes:
    """What people want of this run."""

    frozen: bool = False
    """Nothing is to be trained."""
    frozen_reason: str | None = None
    """Since when and why, where that lasts longer than the run."""
    asked_reason: str | None = None
    """Why something is to be trained, in spite of few new rows."""


def collect_evidence(
    spec: ModelSpec,
    source: IngestedSource,
    history: ModelHistory,
    champion: Manifest | None,
    measurements: Measurements,
    wishes: Wishes,
) -> Evidence:
    """The evidence on the newest committed batch."""
    version = champion.version if champion else None
    expected = expected_error(spec, history, version)
    attempt = last_attempt(history)
    training = last_training(history, champion)

    return Evidence(
        batch_seq=source.committed.through,
        champion_version=version,
        champion_age_days=_days_between(source, champion.trained_until if champion else None),
        last_fit_seconds=attempt.fit_seconds if attempt else None,
        expected_error=expected,
        blocked_until_after_batch=waits_after_batch(history.promotions),
        days_since_attempt=_days_between(source, source.watermark_of(training.batch_seq) if training else None),
        can_update=_can_update(spec, champion),
        series_actions=tuple(measurements.series_actions),
        refusals_in_a_row=_refusals_in_a_row(history.promotions),
        **vars(wishes),
        doubted=left_out_before(spec.gate, history),
        **attempt_evidence(spec, history, champion),
        **_holdout_evidence(spec, source, history, champion, measurements),
        **_error_evidence(spec, source, history, version, measurements),
        **_drift_evidence(spec, source, history, version, measurements),
        **fault_evidence(spec, source, history, version, measurements.drift),
    )


def _can_update(spec: ModelSpec, champion: Manifest | None) -> bool:
    """A champion that was made in another way, or from other columns, cannot learn the spec's rows. One of another
    source may have learned these same rows under their old name. Neither is updated."""
    if champion is None or from_another_source(champion):
        return False
    made_alike = champion.learning_hash in (None, spec.learning_hash)
    return made_alike and strategy_of(spec.strategy).updates


def _holdout_evidence(
    spec: ModelSpec,
    source: IngestedSource,
    history: ModelHistory,
    champion: Manifest | None,
    measurements: Measurements,
) -> dict[str, Any]:
    """How many rows are new, and which days would judge a candidate, by name of the evidence."""
    trained_until = [champion.trained_until if champion else None]
    after_open = left_open(history.gate_results, champion.version if champion else None)
    holdout = plan_holdout(spec, source, measurements.new_rows, trained_until, after_open)
    return {
        "new_labelled_rows": sum(measurements.new_rows.values()),
        "holdout_days": holdout.whole_days,
        "holdout_from": holdout.start,
        "holdout_before": holdout.end,
        "days_to_learn": holdout.new_days,
        "holdout_counted_in": None if spec.blocks_called == WHOLE_DAYS else spec.blocks_called,
    }


def _error_evidence(
    spec: ModelSpec, source: IngestedSource, history: ModelHistory, champion: str | None, measurements: Measurements
) -> dict[str, Any]:
    """The champion's error, its estimate without labels, and its rival, by name of the evidence."""
    error, rows = error_on_batch(spec, _usable(source, measurements.losses), champion, source.committed.through)
    comparison = _compare_with_previous(spec, source, history, measurements, champion)
    estimate = measurements.estimate
    return {
        **_recent_error(spec, source, history, champion, measurements),
        "realised_error": error,
        "realised_error_rows": rows,
        "previous_version": measurements.previous,
        "previous_wins": comparison.wins if comparison else None,
        "previous_reason": comparison.sentence if comparison else None,
        "estimated_error": estimate.error if estimate else None,
        "estimate_reason": estimate.reason if estimate else None,
    }


def _recent_error(
    spec: ModelSpec, source: IngestedSource, history: ModelHistory, champion: str | None, measurements: Measurements
) -> dict[str, Any]:
    """The error of the newest days and what their noise leaves of it, by name of the evidence."""
    losses = _losses_of_champion(source, history, measurements, champion)
    expected = expected_error(spec, history, champion)
    has_time = source.ledger.has_time
    level, days = recent_level(spec, losses, expected, source.committed.through, has_time)
    if level is None:
        return {"recent_error_days": days}

    kind = kind_of(spec)
    mean, lower = (kind.error(max(0.0, each), 1) for each in (level.mean, level.lower))
    blocks = "days" if has_time else "batches"
    return {
        "recent_error_days": days,
        "recent_error": mean,
        "recent_error_lower": lower,
        "recent_error_reason": (
            f"On {level.rows:,} rows of the newest {level.days} {blocks} it is {mean:.4g}, and at least {lower:.4g} by "
            f"their own noise (95 %)."
        ),
    }


def _drift_evidence(
    spec: ModelSpec, source: IngestedSource, history: ModelHistory, champion: str | None, measurements: Measurements
) -> dict[str, Any]:
    """What moved, whether it has come to stay, and what kind of change it is, by name of the evidence."""
    domain = measurements.domain
    evidence: dict[str, Any] = {
        "drift_verdict": None,
        "drift_worst_column": None,
        "drift_reason": None,
        "drift_persists": False,
        "drift_is_clear": None,
        "domain_verdict": domain.verdict if domain else None,
        "domain_reason": domain.reason if domain else None,
        "concept_alarm": _concept_alarm(spec, source, history, champion, measurements),
    }
    drift = measurements.drift
    if drift is None or champion is None:
        return evidence

    persistence = drift_persistence(source.numbers.own(drift.all_metrics), champion, spec.drift)
    evidence |= {
        "drift_verdict": drift.verdict.verdict,
        "drift_worst_column": drift.verdict.worst_column,
        "drift_reason": f"{drift.verdict.reason} {persistence.reason}",
        "drift_persists": persistence.persists,
        "drift_is_clear": is_clear(drift.own_metrics, spec.drift),
    }

    losses = _losses_of_champion(source, history, measurements, champion)
    expected = expected_error(spec, history, champion)
    columns = columns_beside_champion(history, drift, champion)
    change = classify_change(spec, drift, columns, losses, expected, domain)
    if change is not None:
        evidence |= {
            "change": change.kind,
            "change_since": change.since,
            "change_reason": change.reason,
            "change_response": change.response,
        }
    return evidence


def _concept_alarm(
    spec: ModelSpec, source: IngestedSource, history: ModelHistory, champion: str | None, measurements: Measurements
) -> str | None:
    if measurements.drift is None:
        return None

    losses = _losses_of_champion(source, history, measurements, champion)
    expected = expected_error(spec, history, champion)
    level = level_of_error(spec, measurements.drift.profiles, losses, expected)
    return concept_alarm(measurements.detectors, spec.drift.detectors_agree, source.ledger.has_time, level)


def _losses_of_champion(
    source: IngestedSource, history: ModelHistory, measurements: Measurements, champion: str | None
) -> list[DailyLoss]:
    return [loss for loss in all_losses(source, history, measurements) if loss.version == champion]


def all_losses(source: IngestedSource, history: ModelHistory, measurements: Measurements) -> list[DailyLoss]:
    """Those of earlier decisions. Where a batch was measured again now, the new losses take the place of the old."""
    measured_now = {loss.batch_seq for loss in measurements.losses}
    earlier = [loss for loss in losses_of(history.decisions) if loss.batch_seq not in measured_now]
    return _usable(source, [*earlier, *measurements.losses])


def _usable(source: IngestedSource, losses: Sequence[DailyLoss]) -> list[DailyLoss]:
    """Without those of withdrawn and superseded batches: rows that were wrong say nothing about a model, and neither do
    predictions that were made from them."""
    gone = source.committed.without
    return [loss for loss in losses if loss.batch_seq not in gone and loss.scored_batch not in gone]


def expected_error(spec: ModelSpec, history: ModelHistory, champion: str | None) -> float | None:
    """The gate's error of the champion (or of the candidate it was refitted from) when it was promoted or adopted, in
    the metric of realised errors."""
    outcomes = ("PROMOTE", "ADOPTED")
    promotions = [row for row in history.promotions if row.outcome in outcomes and row.version == champion]
    keys = {row.retrain_key for row in promotions}
    return gated_error([row for row in history.gate_results if row.retrain_key in keys], kind_of(spec).followed.name)


def _compare_with_previous(
    spec: ModelSpec, source: IngestedSource, history: ModelHistory, measurements: Measurements, champion: str | None
) -> PreviousVerdict | None:
    move = newest_move(history.promotions)
    if champion is None or measurements.previous is None or move is None:
        return None

    rivals = Rivals(champion, measurements.previous, move.batch_seq)
    return previous_wins(
        all_losses(source, history, measurements), rivals, kind_of(spec).followed, spec.policy.previous_wins_blocks
    )


def _refusals_in_a_row(promotions: Sequence[Promotion]) -> int:
    """Candidates refused since the last other decision, refusals for lack of evidence included. A question to a person,
    a release, and an alias that was put back say nothing about candidates."""
    silent = ("HEAL", "PENDING", "APPROVED", "RELEASED")
    decided = [row.outcome for row in promotions if row.state == "DECIDED" and row.outcome not in silent]
    return next((place for place, outcome in enumerate(reversed(decided)) if outcome != "REJECT"), len(decided))


def _days_between(source: IngestedSource, since: str | None) -> float | None:
    """Data time from a ledger value to the watermark; None where there is no value or no time."""
    ledger = source.ledger
    newest = ledger.from_text(source.watermark)
    then = ledger.from_text(since)
    if not ledger.has_time or newest is None or then is None:
        return None
    return (ledger.day_of(newest) - ledger.day_of(then)) / timedelta(days=1)
