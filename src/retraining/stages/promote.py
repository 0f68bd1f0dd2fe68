"""Judge the challenger on rows neither model was trained on; promote it, or refuse it with reasons."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from retraining.adapters.registry.registry import CHAMPION, Registry
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.adapters.tables.tables import Tables
from retraining.errors import NothingToDoError
from retraining.failpoints import hit
from retraining.records.gate_result import Check, GateResult
from retraining.records.manifest import Manifest
from retraining.records.promotion import Promotion
from retraining.records.run import Run
from retraining.rules.gate.judge import Evaluation, judge
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.apply_newest_decision import apply_newest_decision, decide_promotion
from retraining.stages.steps.evaluate_on_holdout import evaluate_on_holdout, holdout_rows
from retraining.stages.steps.fit_version import fit_version
from retraining.stages.steps.ingested_source import IngestedSource, read_source
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
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read_rows, tables, Manifest, spec.model)
        earlier_checks = pool.submit(read_rows, tables, GateResult, spec.model)
        ingested = pool.submit(read_source, spec, tables)
        promotions = apply_newest_decision(spec.model, tables, registry, run)
    manifests, earlier = reading.result(), earlier_checks.result()
    candidate = _candidate(spec, manifests, retrain_key)
    decided = [row for row in promotions if row.retrain_key == candidate.retrain_key and row.state == "DECIDED"]
    if decided:
        return PromoteReport(decided[-1], _checks_of(earlier, candidate, decided[-1].previous_version))
    source = ingested.result()
    champion = registry.version_of(spec.model, CHAMPION)
    live = manifest_of_version(manifests, spec.model, champion) if champion else None
    checks = _checks_of(earlier, candidate, champion)
    if not checks:
        evaluation = _evaluate(spec, source, tables, registry, candidate, live)
        checks = _results(candidate, champion, run, next_seq(earlier), evaluation)
        append_rows(tables, "gate", checks)
    hit("promote.after_judge")
    passed = _passed(checks) and not _was_rolled_back(promotions, candidate)
    version = _deploy(spec, source, tables, registry, run, candidate, manifests) if passed else champion
    hit("promote.after_refit")
    decision = _decision(promotions, candidate, champion, version, passed, checks, run)
    decide_promotion(tables, decision)
    hit("promote.after_decision")
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


def _checks_of(rows: list[GateResult], candidate: Manifest, champion: str | None) -> tuple[GateResult, ...]:
    """The newest verdict on a candidate against this champion. Another champion means judging anew."""
    against = [row for row in rows if (row.retrain_key, row.champion_version) == (candidate.retrain_key, champion)]
    return tuple(row for row in against if row.seq == against[-1].seq)


def _evaluate(
    spec: ModelSpec,
    source: IngestedSource,
    tables: Tables,
    registry: Registry,
    candidate: Manifest,
    champion: Manifest | None,
) -> Evaluation:
    rows = holdout_rows(spec, source, tables, candidate, champion)
    live = load_version(registry, champion) if champion else None
    return evaluate_on_holdout(spec, rows, load_version(registry, candidate), live, candidate.trivial_prediction)


def _results(
    candidate: Manifest, champion: str | None, run: Run, seq: int, evaluation: Evaluation
) -> tuple[GateResult, ...]:
    checks = judge("refresh" if champion else "first", evaluation)
    return tuple(_result(candidate, champion, run, seq, check, evaluation) for check in checks)


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


def _passed(checks: tuple[GateResult, ...]) -> bool:
    return all(row.verdict == "passed" for row in checks)


def _decision(
    promotions: list[Promotion],
    candidate: Manifest,
    champion: str | None,
    version: str | None,
    passed: bool,
    checks: tuple[GateResult, ...],
    run: Run,
) -> Promotion:
    return Promotion(
        model=candidate.model,
        seq=next_seq(promotions),
        state="DECIDED",
        outcome="PROMOTE" if passed else "REJECT",
        version=version,
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


def _deploy(
    spec: ModelSpec,
    source: IngestedSource,
    tables: Tables,
    registry: Registry,
    run: Run,
    candidate: Manifest,
    manifests: list[Manifest],
) -> str:
    """The version that goes live: the candidate itself, or its recipe fitted again including the hold-out."""
    if not spec.gate.refits:
        return str(candidate.version)
    same_fit = (candidate.evaluation_id, candidate.code_version)
    refits = [row for row in manifests if row.role == "refit" and row.state == "RESERVED"]
    reserved = next(row for row in refits if (row.evaluation_id, row.code_version) == same_fit)
    same_window = replace(reserved, window_days=candidate.window_days)
    return str(fit_version(spec, source, tables, registry, run, same_window, manifests).version)
