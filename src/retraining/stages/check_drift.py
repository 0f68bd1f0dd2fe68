"""Measure the champion on what has just arrived, and decide: keep or refit."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import date, timedelta

from pyspark.sql import functions as F

from retraining.adapters.registry.registry import CHAMPION, Registry
from retraining.adapters.tables import observations, predictions
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.adapters.tables.tables import Tables
from retraining.records.decision import Decision, Evidence, Thresholds
from retraining.records.gate_result import GateResult
from retraining.records.manifest import Manifest
from retraining.records.promotion import Promotion
from retraining.records.run import Run
from retraining.rules.decide import decide
from retraining.rules.gate.holdout import holdout_days, whole_days
from retraining.rules.gate.jackknife import error_of
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.ingested_source import IngestedSource, read_source
from retraining.stages.steps.load_version import manifest_of_version
from retraining.stages.steps.metric_of import metric_of
from retraining.stages.steps.model_frame import LABEL, labelled
from retraining.stages.steps.predict_rows import loss_column
from retraining.stages.steps.training_frame import trainable_rows

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DayError:
    """Realised error of the champion on one day of the newest batch (day None where rows have no time)."""

    day: date | None
    rows: int
    error: float


@dataclass(frozen=True)
class CheckReport:
    """The decision and the daily errors behind it."""

    decision: Decision
    days: tuple[DayError, ...]

    @property
    def summary(self) -> str:
        """One line for people."""
        return f"{self.decision.model}: {self.decision.action}. {' '.join(self.decision.reasons)}"


def check_drift(
    spec: ModelSpec, tables: Tables, registry: Registry, run: Run, champion_version: str | None = None
) -> CheckReport:
    """Collect the evidence, ask the rule, write one decision row. An existing decision on the same evidence is
    returned.

    champion_version is the champion that `score` pinned; by default the alias is asked.
    """
    source = read_source(spec, tables)
    champion = champion_version or registry.version_of(spec.model, CHAMPION)
    days = _daily_errors(spec, source, tables, champion)
    decisions = read_rows(tables, Decision, spec.model)
    evaluation_id = _evaluation_id(spec, source.committed.through, champion, source.watermark)
    known = [row for row in decisions if row.evaluation_id == evaluation_id]
    if known:
        return CheckReport(known[-1], days)
    evidence = _collect_evidence(spec, source, tables, champion, days)
    thresholds = Thresholds(
        spec.policy.cheap_fit_seconds, spec.policy.min_new_rows, spec.max_age_days, spec.policy.max_error_increase
    )
    verdict = decide(evidence, thresholds)
    decision = Decision(
        model=spec.model,
        evaluation_id=evaluation_id,
        seq=next_seq(decisions),
        action=verdict.action,
        reasons=verdict.reasons,
        **vars(evidence),
        **vars(thresholds),
        spec_hash=spec.hash,
        run_id=run.run_id,
        attempt_id=run.attempt_id,
        at=run.started_at,
    )
    append_rows(tables, "decide", [decision])
    report = CheckReport(decision, days)
    _log.info(report.summary)
    return report


def _evaluation_id(spec: ModelSpec, batch_seq: int, champion: str | None, label_cut_off: str | None) -> str:
    text = "|".join([spec.model, str(batch_seq), champion or "", label_cut_off or "", spec.hash])
    return hashlib.sha256(text.encode()).hexdigest()


def _collect_evidence(
    spec: ModelSpec, source: IngestedSource, tables: Tables, champion: str | None, days: tuple[DayError, ...]
) -> Evidence:
    manifests = read_rows(tables, Manifest, spec.model)
    promotions = read_rows(tables, Promotion, spec.model)
    checks = read_rows(tables, GateResult, spec.model)
    attempts = [row for row in manifests if row.state == "REGISTERED" and row.role == "candidate"]
    live = manifest_of_version(manifests, spec.model, champion) if champion else None
    arrived = _count_new_rows(spec, source, tables, attempts[-1].batch_seq if attempts else 0, live)
    rollbacks = [row.batch_seq for row in promotions if row.outcome == "ROLLBACK"]
    return Evidence(
        batch_seq=source.committed.through,
        champion_version=champion,
        new_labelled_rows=arrived.rows,
        holdout_days=arrived.whole_days,
        holdout_from=arrived.holdout_from,
        holdout_before=arrived.holdout_before,
        champion_age_days=_age_days(source, live),
        last_fit_seconds=attempts[-1].fit_seconds if attempts else None,
        realised_error=_pooled(spec, days),
        realised_error_rows=sum(day.rows for day in days),
        expected_error=_expected_error(checks, promotions, champion),
        blocked_until_after_batch=max(rollbacks, default=None),
    )


@dataclass(frozen=True)
class _Arrived:
    """Labelled rows since the last training, the whole days since the champion's data, and the bounds of a hold-out."""

    rows: int
    whole_days: int | None
    holdout_from: str | None
    holdout_before: str | None


def _count_new_rows(
    spec: ModelSpec, source: IngestedSource, tables: Tables, since: int, champion: Manifest | None
) -> _Arrived:
    ledger = source.ledger
    rows = trainable_rows(spec, tables, ledger, source.committed, None).withColumn("_day", ledger_day(ledger))
    counted = rows.groupBy("_day").agg(F.count_if(F.col(BATCH_SEQ) > F.lit(since)).alias("new")).collect()
    new_rows = sum(row["new"] for row in counted)
    last = ledger.from_text(source.watermark)
    if spec.gate.holdout == "reserved" or not ledger.has_time or last is None:
        return _Arrived(new_rows, None, None, None)
    trained = ledger.from_text(champion.trained_until) if champion else None
    after = ledger.day_of(trained) if trained is not None else None
    today = ledger.day_of(last)
    whole = whole_days([row["_day"] for row in counted], after, today)
    start = ledger.to_text(ledger.start_of(holdout_days(whole)[0])) if whole else None
    return _Arrived(new_rows, len(whole), start, ledger.to_text(ledger.start_of(today)) if whole else None)


def _daily_errors(
    spec: ModelSpec, source: IngestedSource, tables: Tables, champion: str | None
) -> tuple[DayError, ...]:
    """Realised (prequential) error per day of the newest batch, on rows the champion had not seen."""
    if champion is None or not tables.exists(predictions.table_of(spec.model)):
        return ()
    this_batch = F.col(BATCH_SEQ) == F.lit(source.committed.through)
    by_champion = (F.col("model_version") == F.lit(champion)) & ~F.col("seen_in_training")
    made = tables.read(predictions.table_of(spec.model)).where(this_batch & by_champion).select(ROW_KEY, "prediction")
    current = observations.current_rows(tables, source.name, source.committed, source.ledger.column)
    rows = labelled(spec, current).select(ROW_KEY, LABEL, ledger_day(source.ledger).alias("_day"))
    loss = F.sum(loss_column(spec, "prediction", LABEL)).alias("loss")
    found = (
        rows.join(made, ROW_KEY).groupBy("_day").agg(F.count(F.lit(1)).alias("rows"), loss).orderBy("_day").collect()
    )
    metric = metric_of(spec)
    return tuple(DayError(row["_day"], row["rows"], error_of(metric, row["loss"], row["rows"])) for row in found)


def _pooled(spec: ModelSpec, days: tuple[DayError, ...]) -> float | None:
    rows = sum(day.rows for day in days)
    power = 2 if metric_of(spec) == "rmse" else 1
    return error_of(metric_of(spec), sum(day.rows * day.error**power for day in days), rows) if rows else None


def _expected_error(checks: list[GateResult], promotions: list[Promotion], champion: str | None) -> float | None:
    """What the gate measured for the champion (or the candidate it was refitted from) when it was promoted."""
    keys = {row.retrain_key for row in promotions if row.outcome == "PROMOTE" and row.version == champion}
    return next((check.candidate_error for check in reversed(checks) if check.retrain_key in keys), None)


def _age_days(source: IngestedSource, champion: Manifest | None) -> float | None:
    ledger = source.ledger
    newest = ledger.from_text(source.watermark)
    trained = ledger.from_text(champion.trained_until) if champion else None
    if not ledger.has_time or newest is None or trained is None:
        return None
    return (ledger.day_of(newest) - ledger.day_of(trained)) / timedelta(days=1)
