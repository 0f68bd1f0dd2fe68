"""Compare what has just arrived with the champion's training rows, measure the champion on it, and decide."""

import hashlib
import logging
from dataclasses import dataclass

from pyspark.sql import functions as F

from retraining.adapters.registry.registry import CHAMPION, Registry
from retraining.adapters.tables import observations, predictions
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_references, read_rows
from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.adapters.tables.tables import Tables
from retraining.records.decision import Decision, Thresholds
from retraining.records.drift_metric import DriftMetric
from retraining.records.manifest import Manifest
from retraining.records.run import Run
from retraining.rules.decide import decide
from retraining.rules.drift.verdict import judge_batch
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.collect_evidence import DayMeasures, DriftSeen, collect_evidence
from retraining.stages.steps.ingested_source import IngestedSource, read_source
from retraining.stages.steps.load_version import manifest_of_version
from retraining.stages.steps.measure_drift import measure_drift

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CheckReport:
    """The decision, and the daily measures behind it (empty when an existing decision was returned)."""

    decision: Decision
    days: tuple[DayMeasures, ...]

    @property
    def summary(self) -> str:
        """One line for people."""
        drift = f" Drift: {self.decision.drift_reason}" if self.decision.drift_reason else ""
        return f"{self.decision.model}: {self.decision.action}. {' '.join(self.decision.reasons)}{drift}"


def check_drift(
    spec: ModelSpec,
    tables: Tables,
    registry: Registry,
    run: Run,
    champion_version: str | None = None,
    frozen: bool = False,
) -> CheckReport:
    """Collect the evidence, ask the rule, write one decision row. An existing decision on the same evidence is
    returned.

    champion_version is the champion that `score` pinned; by default the alias is asked. frozen: an operator wants
    nothing trained; drift is measured all the same.
    """
    source = read_source(spec, tables)
    version = champion_version or registry.version_of(spec.model, CHAMPION)
    decisions = read_rows(tables, Decision, spec.model)
    evaluation_id = _evaluation_id(spec, source.committed.through, version, source.watermark)
    known = [row for row in decisions if row.evaluation_id == evaluation_id and row.frozen == frozen]
    if known:
        return CheckReport(known[-1], ())
    manifests = read_rows(tables, Manifest, spec.model)
    champion = manifest_of_version(manifests, spec.model, version) if version else None
    drift = _see_drift(spec, source, tables, run, champion, evaluation_id)
    evidence, days = collect_evidence(spec, source, tables, champion, manifests, drift, frozen)
    thresholds = _thresholds(spec)
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


def _thresholds(spec: ModelSpec) -> Thresholds:
    policy = spec.policy
    return Thresholds(
        policy.cheap_fit_seconds,
        policy.min_new_rows,
        spec.max_age_days,
        policy.max_error_increase,
        policy.cooldown_days,
    )


def _see_drift(
    spec: ModelSpec,
    source: IngestedSource,
    tables: Tables,
    run: Run,
    champion: Manifest | None,
    evaluation_id: str,
) -> DriftSeen:
    """The newest batch against the champion's references, measured once; a batch that the champion was trained on, or
    did not score, says nothing about drift."""
    batch_seq = source.committed.through
    scored = tables.exists(predictions.table_of(spec.model))
    if champion is None or not scored or batch_seq <= champion.batch_seq:
        return DriftSeen(None, ())
    rows = read_rows(tables, DriftMetric, spec.model)
    known = tuple(row for row in rows if row.evaluation_id == evaluation_id)
    if known:
        return DriftSeen(judge_batch(known, spec.drift.min_share), rows)
    references = read_references(tables, spec.model, str(champion.version))
    current = observations.current_rows(tables, source.name, source.committed, source.ledger, batch_seq - 1)
    this_batch = (F.col(BATCH_SEQ) == F.lit(batch_seq)) & (F.col("model_version") == F.lit(champion.version))
    made = tables.read(predictions.table_of(spec.model)).where(this_batch).select(ROW_KEY, "prediction")
    batch = current.join(made, ROW_KEY)
    metrics, verdict = measure_drift(spec, batch, references, evaluation_id, batch_seq, next_seq(rows), run)
    if metrics:
        append_rows(tables, "drift", metrics)
    return DriftSeen(verdict, [*rows, *metrics])
