"""Judge the challenger on rows neither model was trained on; promote it, or refuse it with reasons."""

import logging
from dataclasses import dataclass

from retraining.adapters.registry.registry import CHAMPION, Registry
from retraining.adapters.tables.batches import read_batches
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.adapters.tables.tables import Tables
from retraining.errors import NothingToDoError
from retraining.records.gate_result import Check, GateResult
from retraining.records.manifest import Manifest
from retraining.records.promotion import Promotion
from retraining.records.run import Run
from retraining.rules.gate.judge import Evaluation, judge, overall
from retraining.rules.ingest.ledger import Ledger
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.apply_newest_decision import apply_newest_decision, decide_promotion
from retraining.stages.steps.evaluate_on_holdout import evaluate_on_holdout, holdout_rows
from retraining.stages.steps.fit_version import fit_version
from retraining.stages.steps.ledger_of_source import ledger_of_source
from retraining.stages.steps.load_version import load_version, manifest_of_version

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PromoteReport:
    """The decision on a candidate and the checks behind it."""

    promotion: Promotion
    checks: tuple[GateResult, ...]

    @property
    def summary(self) -> str:
        """One line for people."""
        made = self.promotion
        live = f"version {made.version} is champion" if made.version else "there is no champion"
        return f"{made.model}: {made.outcome}: {live}. {' '.join(made.reasons)}"


def promote(
    spec: ModelSpec, tables: Tables, registry: Registry, run: Run, retrain_key: str | None = None
) -> PromoteReport:
    """Reconcile the alias, judge, decide, let the alias follow. A candidate that has been decided on is not judged
    again."""
    promotions = apply_newest_decision(spec.model, tables, registry, run)
    manifests = read_rows(tables, Manifest, spec.model)
    candidate = _candidate(spec, manifests, retrain_key)
    decided = [row for row in promotions if row.retrain_key == candidate.retrain_key and row.state == "DECIDED"]
    if decided:
        return PromoteReport(decided[-1], _checks_of(spec, tables, candidate, decided[-1].previous_version))
    champion = registry.version_of(spec.model, CHAMPION)
    checks = _judge(spec, tables, registry, run, manifests, candidate, champion)
    decision = _decide(spec, tables, registry, run, promotions, candidate, champion, checks)
    decide_promotion(tables, decision)
    apply_newest_decision(spec.model, tables, registry, run)
    report = PromoteReport(decision, checks)
    _log.info(report.summary)
    return report


def _candidate(spec: ModelSpec, manifests: list[Manifest], retrain_key: str | None) -> Manifest:
    fitting = [
        row
        for row in manifests
        if row.role == "candidate" and row.state == "REGISTERED" and (not retrain_key or row.retrain_key == retrain_key)
    ]
    if not fitting:
        raise NothingToDoError(f"{spec.model}: no registered candidate {retrain_key or 'yet'}. Run 03_retrain first.")
    return fitting[-1]


def _checks_of(spec: ModelSpec, tables: Tables, candidate: Manifest, champion: str | None) -> tuple[GateResult, ...]:
    rows = [row for row in read_rows(tables, GateResult, spec.model) if row.retrain_key == candidate.retrain_key]
    against = [row for row in rows if row.champion_version == champion]
    return tuple(row for row in against if row.seq == against[-1].seq)


def _judge(
    spec: ModelSpec,
    tables: Tables,
    registry: Registry,
    run: Run,
    manifests: list[Manifest],
    candidate: Manifest,
    champion: str | None,
) -> tuple[GateResult, ...]:
    """Judges against this champion, or finds the verdict that a killed attempt wrote. Another champion means judging
    anew."""
    known = _checks_of(spec, tables, candidate, champion)
    if known:
        return known
    live = manifest_of_version(manifests, spec.model, champion) if champion else None
    ledger = ledger_of_source(spec, read_batches(tables, spec.source_name))
    evaluation = evaluate_on_holdout(
        spec,
        holdout_rows(spec, tables, ledger, candidate, live),
        load_version(registry, candidate),
        load_version(registry, live) if live else None,
        candidate.trivial_prediction,
    )
    seq = next_seq(read_rows(tables, GateResult, spec.model))
    checks = judge("refresh" if champion else "first", evaluation)
    results = tuple(_result(candidate, champion, run, seq, check, evaluation) for check in checks)
    append_rows(tables, "gate", results)
    return results


def _result(
    candidate: Manifest, champion: str | None, run: Run, seq: int, check: Check, evaluation: Evaluation
) -> GateResult:
    gain = evaluation.gain
    return GateResult(
        model=candidate.model,
        retrain_key=candidate.retrain_key,
        seq=seq,
        question="refresh" if champion else "first",
        candidate_version=str(candidate.version),
        champion_version=champion,
        check=check.name,
        verdict=check.verdict,
        value=check.value,
        lower=check.lower,
        upper=check.upper,
        threshold=check.threshold,
        sentence=check.sentence,
        metric=evaluation.metric,
        candidate_error=_finite(gain.candidate_error),
        baseline_error=_finite(gain.baseline_error),
        holdout_rows=evaluation.rows,
        holdout_blocks=len(evaluation.blocks),
        run_id=run.run_id,
        attempt_id=run.attempt_id,
        at=run.started_at,
    )


def _finite(value: float) -> float | None:
    return value if value == value else None


def _decide(
    spec: ModelSpec,
    tables: Tables,
    registry: Registry,
    run: Run,
    promotions: list[Promotion],
    candidate: Manifest,
    champion: str | None,
    checks: tuple[GateResult, ...],
) -> Promotion:
    passed = overall(tuple(_as_check(row) for row in checks)) == "passed" and not _was_rolled_back(
        promotions, candidate
    )
    return Promotion(
        model=spec.model,
        seq=next_seq(promotions),
        state="DECIDED",
        outcome="PROMOTE" if passed else "REJECT",
        version=_deployed(spec, tables, registry, run, candidate) if passed else champion,
        previous_version=champion,
        candidate_version=candidate.version,
        retrain_key=candidate.retrain_key,
        request_id=None,
        batch_seq=candidate.batch_seq,
        reasons=tuple(row.sentence for row in checks if passed or row.verdict != "passed") or (_ROLLED_BACK,),
        run_id=run.run_id,
        attempt_id=run.attempt_id,
        at=run.started_at,
    )


_ROLLED_BACK = "This candidate was promoted before and rolled back; only a new fit may be judged again."


def _was_rolled_back(promotions: list[Promotion], candidate: Manifest) -> bool:
    left = {row.previous_version for row in promotions if row.outcome == "ROLLBACK"}
    return any(row.version in left and row.retrain_key == candidate.retrain_key for row in promotions)


def _as_check(row: GateResult) -> Check:
    return Check(row.check, row.verdict, row.value, row.lower, row.upper, row.threshold, row.sentence)


def _deployed(spec: ModelSpec, tables: Tables, registry: Registry, run: Run, candidate: Manifest) -> str:
    """The version that goes live: the candidate itself, or its recipe fitted again including the hold-out."""
    if not spec.gate.refits:
        return str(candidate.version)
    manifests = read_rows(tables, Manifest, spec.model)
    same = [row for row in manifests if row.role == "refit" and row.seq == _reserved_seq(manifests, candidate)]
    ledger: Ledger = ledger_of_source(spec, read_batches(tables, spec.source_name))
    return str(fit_version(spec, ledger, tables, registry, run, same[-1]).version)


def _reserved_seq(manifests: list[Manifest], candidate: Manifest) -> int:
    return next(row.seq for row in manifests if row.retrain_key == candidate.retrain_key and row.state == "RESERVED")
