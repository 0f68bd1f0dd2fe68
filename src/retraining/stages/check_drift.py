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
from retraining.stages.steps.model_frame import LABEL, is_reserved, labelled
from retraining.stages.steps.predict_rows import loss_column, prediction_type

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DayMeasures:
    """One day (None where rows have no time): labelled rows new to training, and rows and summed loss of the
    champion."""

    day: date | None
    new_rows: int
    scored_rows: int
    loss: float


@dataclass(frozen=True)
class CheckReport:
    """The decision, and the daily measures behind it (empty when an existing decision was returned)."""

    decision: Decision
    days: tuple[DayMeasures, ...]

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
    decisions = read_rows(tables, Decision, spec.model)
    evaluation_id = _evaluation_id(spec, source.committed.through, champion, source.watermark)
    known = [row for row in decisions if row.evaluation_id == evaluation_id]
    if known:
        return CheckReport(known[-1], ())
    evidence, days = _collect_evidence(spec, source, tables, champion)
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
    spec: ModelSpec, source: IngestedSource, tables: Tables, champion: str | None
) -> tuple[Evidence, tuple[DayMeasures, ...]]:
    manifests = read_rows(tables, Manifest, spec.model)
    promotions = read_rows(tables, Promotion, spec.model)
    checks = read_rows(tables, GateResult, spec.model)
    attempts = [row for row in manifests if row.state == "REGISTERED" and row.role == "candidate"]
    live = manifest_of_version(manifests, spec.model, champion) if champion else None
    days = _measure_days(spec, source, tables, champion, attempts[-1].batch_seq if attempts else 0)
    holdout = _plan_holdout(spec, source, days, live)
    scored = sum(day.scored_rows for day in days)
    rollbacks = [row.batch_seq for row in promotions if row.outcome == "ROLLBACK"]
    evidence = Evidence(
        batch_seq=source.committed.through,
        champion_version=champion,
        new_labelled_rows=sum(day.new_rows for day in days),
        holdout_days=holdout.whole_days,
        holdout_from=holdout.start,
        holdout_before=holdout.end,
        champion_age_days=_age_days(source, live),
        last_fit_seconds=attempts[-1].fit_seconds if attempts else None,
        realised_error=error_of(metric_of(spec), sum(day.loss for day in days), scored) if scored else None,
        realised_error_rows=scored,
        expected_error=_expected_error(checks, promotions, champion),
        blocked_until_after_batch=max(rollbacks, default=None),
    )
    return evidence, days


def _measure_days(
    spec: ModelSpec, source: IngestedSource, tables: Tables, champion: str | None, since: int
) -> tuple[DayMeasures, ...]:
    """One pass over the labelled current rows: what is new to training, and the champion's loss on the newest batch.

    Realised (prequential) error counts only predictions made at arrival on rows the champion had not been trained on.
    """
    current = observations.current_rows(tables, source.name, source.committed, source.ledger.column)
    rows = labelled(spec, current).withColumn("_day", ledger_day(source.ledger))
    if champion is not None and tables.exists(predictions.table_of(spec.model)):
        this_batch = F.col(BATCH_SEQ) == F.lit(source.committed.through)
        by_champion = (F.col("model_version") == F.lit(champion)) & ~F.col("seen_in_training")
        made = tables.read(predictions.table_of(spec.model)).where(this_batch & by_champion)
        rows = rows.join(made.select(ROW_KEY, "prediction"), ROW_KEY, "left")
    else:
        rows = rows.withColumn("prediction", F.lit(None).cast(prediction_type(spec)))
    scored = F.col("prediction").isNotNull()
    found = (
        rows.groupBy("_day")
        .agg(
            F.count_if((F.col(BATCH_SEQ) > F.lit(since)) & ~is_reserved(spec)).alias("new"),
            F.count_if(scored).alias("scored"),
            F.sum(F.when(scored, loss_column(spec, "prediction", LABEL))).alias("loss"),
        )
        .orderBy("_day")
        .collect()
    )
    return tuple(DayMeasures(row["_day"], row["new"], row["scored"], row["loss"] or 0.0) for row in found)


@dataclass(frozen=True)
class _Holdout:
    """Whole days since the champion's data, and the bounds a candidate would be judged on."""

    whole_days: int | None
    start: str | None
    end: str | None


def _plan_holdout(
    spec: ModelSpec, source: IngestedSource, days: tuple[DayMeasures, ...], champion: Manifest | None
) -> _Holdout:
    ledger = source.ledger
    last = ledger.from_text(source.watermark)
    if spec.gate.holdout == "reserved" or last is None:
        return _Holdout(None, None, None)
    trained = ledger.from_text(champion.trained_until) if champion else None
    after = ledger.day_of(trained) if trained is not None else None
    today = ledger.day_of(last)
    whole = whole_days([each.day for each in days if each.day], after, today)
    if not whole:
        return _Holdout(0, None, None)
    start = ledger.start_of(holdout_days(whole)[0])
    return _Holdout(len(whole), ledger.to_text(start), ledger.to_text(ledger.start_of(today)))


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
