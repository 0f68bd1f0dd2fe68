"""Everything a decision may look at, read from the tables: new rows, realised error, age, drift."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pyspark.sql import functions as F

from retraining.adapters.tables import observations, predictions
from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.adapters.tables.tables import Tables
from retraining.records.decision import Evidence
from retraining.records.drift_metric import DriftMetric
from retraining.records.gate_result import GateResult
from retraining.records.manifest import Manifest
from retraining.records.promotion import Promotion
from retraining.rules.drift.persistence import drift_persistence
from retraining.rules.drift.verdict import BatchVerdict
from retraining.rules.gate.holdout import holdout_days, whole_days
from retraining.rules.gate.jackknife import error_of
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.ingested_source import IngestedSource
from retraining.stages.steps.metric_of import metric_of
from retraining.stages.steps.model_frame import LABEL, is_reserved, labelled
from retraining.stages.steps.predict_rows import loss_column, prediction_type


@dataclass(frozen=True)
class DayMeasures:
    """One day (None where rows have no time): labelled rows new to training, and rows and summed loss of the
    champion."""

    day: date | None
    new_rows: int
    scored_rows: int
    loss: float


@dataclass(frozen=True)
class DriftSeen:
    """The verdict on the newest batch, None when it was not compared, and the metrics of all evaluations so far."""

    verdict: BatchVerdict | None
    metrics: Sequence[DriftMetric]


def collect_evidence(
    spec: ModelSpec,
    source: IngestedSource,
    tables: Tables,
    champion: Manifest | None,
    manifests: Sequence[Manifest],
    drift: DriftSeen,
    frozen: bool,
) -> tuple[Evidence, tuple[DayMeasures, ...]]:
    """The evidence on the newest committed batch, and the daily measures behind it."""
    version = champion.version if champion else None
    promotions = read_rows(tables, Promotion, spec.model)
    checks = read_rows(tables, GateResult, spec.model)
    attempts = [row for row in manifests if row.state == "REGISTERED" and row.role == "candidate"]
    last = attempts[-1] if attempts else None
    days = _measure_days(spec, source, tables, champion, last.batch_seq if last else 0)
    holdout = _plan_holdout(spec, source, days, champion)
    scored = sum(day.scored_rows for day in days)
    persistence = drift_persistence(drift.metrics, version, spec.drift) if version and drift.verdict else None
    evidence = Evidence(
        batch_seq=source.committed.through,
        champion_version=version,
        new_labelled_rows=sum(day.new_rows for day in days),
        holdout_days=holdout.whole_days,
        holdout_from=holdout.start,
        holdout_before=holdout.end,
        champion_age_days=_days_between(source, champion.trained_until if champion else None),
        last_fit_seconds=last.fit_seconds if last else None,
        realised_error=error_of(metric_of(spec), sum(day.loss for day in days), scored) if scored else None,
        realised_error_rows=scored,
        expected_error=_expected_error(checks, promotions, version),
        blocked_until_after_batch=max((row.batch_seq for row in promotions if row.outcome == "ROLLBACK"), default=None),
        days_since_attempt=_days_between(source, source.watermark_of(last.batch_seq) if last else None),
        drift_verdict=drift.verdict.verdict if drift.verdict else None,
        drift_worst_column=drift.verdict.worst_column if drift.verdict else None,
        drift_reason=f"{drift.verdict.reason} {persistence.reason}" if drift.verdict and persistence else None,
        drift_persists=persistence.persists if persistence else False,
        can_update=spec.strategy.name == "incremental_update" and champion is not None,
        refusals_in_a_row=_refusals_in_a_row(promotions),
        frozen=frozen,
    )
    return evidence, days


def _measure_days(
    spec: ModelSpec, source: IngestedSource, tables: Tables, champion: Manifest | None, since: int
) -> tuple[DayMeasures, ...]:
    """One pass over the labelled rows: what is new to training, and the champion's loss on the newest batch.

    Realised (prequential) error counts only predictions made at arrival on rows the champion had not been trained on.
    Batches that the champion was trained on as a whole hold no day that could judge a candidate, and are not read.
    """
    trained = champion.batch_seq if champion and champion.train_before is None else 0
    current = observations.current_rows(tables, source.name, source.committed, source.ledger, min(trained, since))
    rows = labelled(spec, current).withColumn("_day", ledger_day(source.ledger))
    if champion is not None and tables.exists(predictions.table_of(spec.model)):
        this_batch = F.col(BATCH_SEQ) == F.lit(source.committed.through)
        by_champion = (F.col("model_version") == F.lit(champion.version)) & ~F.col("seen_in_training")
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


def _refusals_in_a_row(promotions: Sequence[Promotion]) -> int:
    """Candidates refused since the last decision that was no refusal; refusals for want of evidence count too."""
    decided = [row.outcome for row in promotions if row.state == "DECIDED"]
    return next((place for place, outcome in enumerate(reversed(decided)) if outcome != "REJECT"), len(decided))


def _days_between(source: IngestedSource, since: str | None) -> float | None:
    """Data time from a ledger value to the watermark; None where there is no value or no time."""
    ledger = source.ledger
    newest, then = ledger.from_text(source.watermark), ledger.from_text(since)
    if not ledger.has_time or newest is None or then is None:
        return None
    return (ledger.day_of(newest) - ledger.day_of(then)) / timedelta(days=1)
