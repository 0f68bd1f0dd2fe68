"""Everything a decision may look at, read from the tables: new rows, realised error, age, drift."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pyspark.sql import functions as F

from retraining.adapters.tables import observations
from retraining.context import Context
from retraining.records.decision import DailyLoss, Decision, ErrorEstimate, Evidence
from retraining.records.drift import DetectorState, DomainVerdict, DriftMetric
from retraining.records.gate import GateResult
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.champion.alias_state import newest_move
from retraining.rules.champion.rollback import newest_release, waits_after_batch
from retraining.rules.drift.batch_verdict import drift_persistence, is_clear
from retraining.rules.drift.detectors.concept_alarm import concept_alarm
from retraining.rules.gate.checks import gated_error
from retraining.rules.gate.metrics import find_metric
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.rules.performance.previous_wins import PreviousVerdict, Rivals, previous_wins
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.metric_of import metric_of
from retraining.steps.dataset.model_frame import is_reserved, labelled
from retraining.steps.drift.name_change import level_of_error, name_change
from retraining.steps.drift.see_drift import SeenDrift
from retraining.steps.gate.plan_holdout import plan_holdout
from retraining.steps.performance.daily_losses import error_on_batch, losses_of


@dataclass(frozen=True)
class Known:
    """The control rows of a model, oldest first, as they were when the stage began."""

    decisions: Sequence[Decision]
    manifests: Sequence[Manifest]
    promotions: Sequence[Promotion]
    checks: Sequence[GateResult]
    metrics: Sequence[DriftMetric]


@dataclass(frozen=True)
class Measured:
    """What the data say. drift is None when the newest batch was not compared; new_rows counts, by day, labelled rows
    since the last training; previous is the champion before, which predicted beside the live one; domain: where
    the spec asks for a classifier; estimate: where rows wait for their labels."""

    drift: SeenDrift | None
    losses: Sequence[DailyLoss]
    new_rows: Mapping[date | None, int]
    previous: str | None = None
    domain: DomainVerdict | None = None
    detectors: Sequence[DetectorState] = ()
    estimate: ErrorEstimate | None = None


def collect_evidence(
    spec: ModelSpec,
    source: IngestedSource,
    known: Known,
    champion: Manifest | None,
    measured: Measured,
    frozen: bool,
) -> Evidence:
    """The evidence on the newest committed batch."""
    version = champion.version if champion else None
    last, trained = last_attempt(known.manifests), last_training(known, champion)
    holdout = plan_holdout(spec, source, measured.new_rows, [champion.trained_until if champion else None])
    error, rows = error_on_batch(spec, measured.losses, version, source.committed.through)
    expected = expected_error(spec, known, version)
    against = _compare_with_previous(spec, known, measured, version)
    return Evidence(
        batch_seq=source.committed.through,
        champion_version=version,
        new_labelled_rows=sum(measured.new_rows.values()),
        holdout_days=holdout.whole_days,
        holdout_from=holdout.start,
        holdout_before=holdout.end,
        champion_age_days=_days_between(source, champion.trained_until if champion else None),
        last_fit_seconds=last.fit_seconds if last else None,
        realised_error=error,
        realised_error_rows=rows,
        expected_error=expected,
        blocked_until_after_batch=waits_after_batch(known.promotions),
        days_since_attempt=_days_between(source, source.watermark_of(trained.batch_seq) if trained else None),
        can_update=spec.strategy.name == "incremental_update" and champion is not None,
        refusals_in_a_row=_refusals_in_a_row(known.promotions),
        frozen=frozen,
        previous_version=measured.previous,
        previous_wins=against.wins if against else None,
        previous_reason=against.sentence if against else None,
        concept_alarm=_concept_alarm(spec, source, known, measured, version, expected),
        domain_verdict=measured.domain.verdict if measured.domain else None,
        domain_reason=measured.domain.reason if measured.domain else None,
        estimated_error=measured.estimate.error if measured.estimate else None,
        estimate_reason=measured.estimate.reason if measured.estimate else None,
        **_drift_evidence(spec, known, measured, version, expected),
    )


def _drift_evidence(
    spec: ModelSpec, known: Known, measured: Measured, champion: str | None, expected: float | None
) -> dict[str, Any]:
    """What moved, whether it has come to stay, and what kind of change it is, by name of the evidence."""
    seen = measured.drift
    if seen is None or champion is None:
        names = ("verdict", "worst_column", "reason", "is_clear")
        return {"drift_persists": False, **{f"drift_{name}": None for name in names}}
    persistence = drift_persistence(seen.metrics, champion, spec.drift)
    found: dict[str, Any] = {
        "drift_verdict": seen.verdict.verdict,
        "drift_worst_column": seen.verdict.worst_column,
        "drift_reason": f"{seen.verdict.reason} {persistence.reason}",
        "drift_persists": persistence.persists,
        "drift_is_clear": is_clear(seen.own, spec.drift),
    }
    losses = _losses_of_champion(known, measured, champion)
    change = name_change(spec, seen.own, seen.references, seen.profiles, losses, expected, seen.archived, seen.season)
    if change is None:
        return found
    said = {"since": change.since, "reason": change.reason, "response": change.response}
    return {**found, "change": change.kind, **{f"change_{name}": value for name, value in said.items()}}


def _concept_alarm(
    spec: ModelSpec,
    source: IngestedSource,
    known: Known,
    measured: Measured,
    champion: str | None,
    expected: float | None,
) -> str | None:
    if measured.drift is None:
        return None
    losses = _losses_of_champion(known, measured, champion)
    level = level_of_error(spec, measured.drift.profiles, losses, expected)
    return concept_alarm(measured.detectors, spec.drift.detectors_agree, source.ledger.has_time, level)


def _losses_of_champion(known: Known, measured: Measured, champion: str | None) -> list[DailyLoss]:
    return [each for each in all_losses(known, measured) if each.version == champion]


def all_losses(known: Known, measured: Measured) -> list[DailyLoss]:
    """Those of earlier decisions, and what has been measured now in the place of what they said of the same batches."""
    measured_now = {each.batch_seq for each in measured.losses}
    earlier = [each for each in losses_of(known.decisions) if each.batch_seq not in measured_now]
    return [*earlier, *measured.losses]


def last_attempt(manifests: Sequence[Manifest]) -> Manifest | None:
    """The newest candidate, promoted or not, or what was adopted after it. A copy was fitted elsewhere."""
    made = [row for row in manifests if row.state == "REGISTERED" and row.role in ("candidate", "adopted")]
    return made[-1] if made else None


def last_training(known: Known, champion: Manifest | None) -> Manifest | None:
    """After what rows are new: the last attempt, or a champion that was copied here after it.

    What was fitted before an operator's release does not count: the rows of a version that was left are new to the
    champion that came back.
    """
    release = newest_release(known.promotions)
    own = last_attempt([row for row in known.manifests if release is None or row.at > release.at])
    live = champion if champion and (release or champion.role == "copied") else None
    return max((row for row in (own, live) if row), key=lambda row: row.batch_seq, default=None)


def count_new_rows(
    context: Context, source: IngestedSource, champion: Manifest | None, last: Manifest | None
) -> dict[date | None, int]:
    """Labelled rows that arrived since the last training, by day, in order; one pass, a row a day comes back.

    Days without new rows that could judge a candidate count 0. Batches that the champion was trained on as a whole hold
    no such day, and are not read.
    """
    since = last.batch_seq if last else 0
    trained = champion.batch_seq if champion and champion.train_before is None else 0
    current = observations.current_rows(
        context.tables, source.name, source.committed, source.ledger, min(trained, since)
    )
    rows = labelled(context.spec, current).withColumn("_day", ledger_day(source.ledger))
    is_new = observations.arrived_after(source.committed, since) & ~is_reserved(context.spec)
    counted = rows.groupBy("_day").agg(F.count_if(is_new).alias("new")).orderBy("_day").collect()
    return {row["_day"]: row["new"] for row in counted}


def expected_error(spec: ModelSpec, known: Known, champion: str | None) -> float | None:
    """What the gate measured, in the metric of realised errors, for the champion (or the candidate it was refitted
    from) when it was promoted or adopted."""
    made = ("PROMOTE", "ADOPTED")
    keys = {row.retrain_key for row in known.promotions if row.outcome in made and row.version == champion}
    return gated_error([row for row in known.checks if row.retrain_key in keys], metric_of(spec))


def _compare_with_previous(
    spec: ModelSpec, known: Known, measured: Measured, champion: str | None
) -> PreviousVerdict | None:
    move = newest_move(known.promotions)
    if champion is None or measured.previous is None or move is None:
        return None
    metric = find_metric(metric_of(spec), spec.kind)
    rivals = Rivals(champion, measured.previous, move.batch_seq)
    return previous_wins(all_losses(known, measured), rivals, metric, spec.policy.previous_wins_blocks)


def _refusals_in_a_row(promotions: Sequence[Promotion]) -> int:
    """Candidates refused since the last decision that was no refusal; refusals for want of evidence count too.
    Questions to a person, a release, and an alias that was put back, say nothing about candidates."""
    silent = ("HEAL", "PENDING", "APPROVED", "RELEASED")
    decided = [row.outcome for row in promotions if row.state == "DECIDED" and row.outcome not in silent]
    return next((place for place, outcome in enumerate(reversed(decided)) if outcome != "REJECT"), len(decided))


def _days_between(source: IngestedSource, since: str | None) -> float | None:
    """Data time from a ledger value to the watermark; None where there is no value or no time."""
    ledger = source.ledger
    newest, then = ledger.from_text(source.watermark), ledger.from_text(since)
    if not ledger.has_time or newest is None or then is None:
        return None
    return (ledger.day_of(newest) - ledger.day_of(then)) / timedelta(days=1)
