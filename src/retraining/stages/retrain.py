"""Fit one candidate on the rows before the hold-out, register it as challenger."""

import hashlib
import logging
from dataclasses import dataclass

from retraining.adapters.registry.registry import CHALLENGER, Registry
from retraining.adapters.tables.batches import committed_batches, read_batches
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.adapters.tables.tables import Tables
from retraining.errors import NothingToDoError
from retraining.records.decision import Decision
from retraining.records.manifest import Manifest, Role
from retraining.records.run import Run
from retraining.rules.gate.holdout import holdout_days, whole_days
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.fit_version import fit_version
from retraining.stages.steps.ledger_of_source import ledger_of_source
from retraining.stages.steps.load_version import manifest_of_version
from retraining.stages.steps.training_frame import trainable_rows

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RetrainReport:
    """The challenger. retrain_key is empty when the decision was to keep the champion: nothing was trained then."""

    model: str
    retrain_key: str
    manifest: Manifest | None

    @property
    def summary(self) -> str:
        """One line for people."""
        made = self.manifest
        if made is None:
            return f"{self.model}: the decision was to keep the champion; nothing was trained"
        judged = f", judged on [{made.holdout_from}, {made.holdout_before})" if made.holdout_from else ""
        rows = f"{made.trained_rows:,} rows until {made.trained_until}"
        return f"{self.model}: version {made.version} trained on {rows}{judged}"


def retrain(
    spec: ModelSpec, tables: Tables, registry: Registry, run: Run, evaluation_id: str | None = None
) -> RetrainReport:
    """Carry out a decision (default: the newest): reserve its keys, fit, log, register, set the alias challenger.

    The same decision, code and spec lead to the same version however often this runs.
    """
    decision = _decision(spec, read_rows(tables, Decision, spec.model), evaluation_id)
    if not decision.should_retrain:
        return RetrainReport(spec.model, "", None)
    ledger = ledger_of_source(spec, read_batches(tables, spec.source_name))
    manifests = read_rows(tables, Manifest, spec.model)
    reserved = _reserve(spec, tables, ledger, run, decision, manifests)
    manifest = fit_version(spec, ledger, tables, registry, run, reserved)
    if manifest.version and registry.version_of(spec.model, CHALLENGER) != manifest.version:
        registry.set_alias(spec.model, CHALLENGER, manifest.version)
    report = RetrainReport(spec.model, manifest.retrain_key, manifest)
    _log.info(report.summary)
    return report


def _decision(spec: ModelSpec, decisions: list[Decision], evaluation_id: str | None) -> Decision:
    fitting = [row for row in decisions if not evaluation_id or row.evaluation_id == evaluation_id]
    if not fitting:
        raise NothingToDoError(f"{spec.model}: no decision {evaluation_id or 'yet'}. Run 02_check_drift first.")
    return fitting[-1]


def _reserve(
    spec: ModelSpec, tables: Tables, ledger: Ledger, run: Run, decision: Decision, manifests: list[Manifest]
) -> Manifest:
    """The candidate's reservation. Both roles are reserved in one commit, because the refit's rows are known by now."""
    batches = read_batches(tables, spec.source_name)
    watermark = next(
        row.watermark_after for row in batches if row.batch_seq == decision.batch_seq and row.state == "COMMITTED"
    )
    start, end = _holdout_bounds(spec, tables, ledger, decision, manifests, watermark)
    candidate = _reservation(spec, run, decision, "candidate", start, (start, end), next_seq(manifests))
    known = [row for row in manifests if row.retrain_key == candidate.retrain_key and row.state == "RESERVED"]
    if known:
        return known[-1]
    refit = _reservation(spec, run, decision, "refit", None, (None, None), candidate.seq)
    append_rows(tables, "retrain", [candidate, refit] if spec.gate.refits else [candidate])
    return candidate


def _holdout_bounds(
    spec: ModelSpec,
    tables: Tables,
    ledger: Ledger,
    decision: Decision,
    manifests: list[Manifest],
    watermark: str | None,
) -> tuple[str | None, str | None]:
    """First and last bound of the hold-out as ledger text; both None where it is reserved by key."""
    last = ledger.from_text(watermark)
    if spec.gate.holdout == "reserved" or last is None:
        return None, None
    champion = decision.champion_version
    trained = manifest_of_version(manifests, spec.model, champion).trained_until if champion else None
    number = ledger.from_text(trained)
    after = ledger.day_of(number) if number is not None else None
    committed = committed_batches(read_batches(tables, spec.source_name), through=decision.batch_seq)
    rows = trainable_rows(spec, tables, ledger, committed, None)
    found = [row[0] for row in rows.select(ledger_day(ledger)).distinct().collect()]
    days = holdout_days(whole_days(found, after, ledger.day_of(last)))
    if not days:
        return None, None
    return ledger.to_text(ledger.start_of(days[0])), ledger.to_text(ledger.start_of(ledger.day_of(last)))


def _reservation(
    spec: ModelSpec,
    run: Run,
    decision: Decision,
    role: Role,
    train_before: str | None,
    holdout: tuple[str | None, str | None],
    seq: int,
) -> Manifest:
    bounds = [str(decision.batch_seq), decision.action, role, train_before or "", holdout[0] or "", holdout[1] or ""]
    key = hashlib.sha256("|".join([spec.model, *bounds, run.code_version, spec.hash]).encode()).hexdigest()
    return Manifest(
        model=spec.model,
        retrain_key=key,
        role=role,
        state="RESERVED",
        seq=seq,
        evaluation_id=decision.evaluation_id,
        batch_seq=decision.batch_seq,
        train_before=train_before,
        holdout_from=holdout[0],
        holdout_before=holdout[1],
        trained_until=None,
        trained_rows=None,
        sampled=None,
        data_hash=None,
        observations_version=None,
        trivial_prediction=None,
        fit_seconds=None,
        version=None,
        mlflow_run_id=None,
        digest=None,
        spec_hash=spec.hash,
        code_version=run.code_version,
        run_id=run.run_id,
        attempt_id=run.attempt_id,
        at=run.started_at,
    )
