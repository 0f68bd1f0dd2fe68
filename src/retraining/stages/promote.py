"""Judge the challenger on rows neither model was trained on; promote it, or refuse it with reasons."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from retraining.adapters.registry.registry import CHAMPION
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.context import Context
from retraining.errors import NothingToDoError
from retraining.failpoints import hit
from retraining.records.decision import Decision
from retraining.records.gate import STOPS_NOBODY, GateResult
from retraining.records.promotion import Promotion
from retraining.records.run import Run
from retraining.records.version import Manifest
from retraining.rules.champion.approval import standing_question
from retraining.rules.champion.standing_verdict import standing_verdict, was_rolled_back
from retraining.spec.model_spec import ModelSpec
from retraining.steps.champion.apply_newest_decision import apply_newest_decision, decide_promotion
from retraining.steps.champion.tell_consumers import tell_consumers
from retraining.steps.champion.wait_for_approval import may_go_live, reject_expired, still_waits, with_approval
from retraining.steps.dataset.ingested_source import read_source
from retraining.steps.dataset.load_version import manifest_of_version
from retraining.steps.gate.deployed_version import deployed_version
from retraining.steps.gate.judge_candidate import Before, judge_candidate

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


def promote(context: Context, retrain_key: str | None = None) -> PromoteReport:
    """Reconcile the alias, judge, decide, let the alias follow. A candidate that has been decided on is not judged
    again."""
    spec = context.spec
    tables = context.tables
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read_rows, tables, Manifest, spec.model)
        earlier_checks = pool.submit(read_rows, tables, GateResult, spec.model)
        decisions = pool.submit(read_rows, tables, Decision, spec.model)
        ingested = pool.submit(read_source, spec, tables)
        promotions = apply_newest_decision(context, spec.policy.on_alias_drift)
    manifests, earlier = reading.result(), earlier_checks.result()
    if spec.gate.approval == "required":
        promotions = reject_expired(context, promotions)
    candidate = _candidate(spec, manifests, retrain_key)
    champion = context.registry.version_of(spec.model, CHAMPION)
    decided = standing_verdict(promotions, candidate.retrain_key, champion)
    if decided:
        return PromoteReport(decided, _checks_of(earlier, candidate, decided.previous_version))
    source = ingested.result()
    live = manifest_of_version(manifests, spec.model, champion) if champion else None
    checks = _checks_of(earlier, candidate, champion)
    if not checks:
        before = Before(decisions.result(), manifests, earlier)
        checks = judge_candidate(context, source, candidate, live, before)
        append_rows(tables, "gate", checks)
    hit("promote.after_judge")
    passed = _passed(checks) and not was_rolled_back(promotions, candidate.retrain_key)
    asked = standing_question(promotions, candidate.retrain_key, champion)
    if passed and asked and still_waits(spec, asked):
        return PromoteReport(asked, checks)
    version, reasons = champion, _reasons(checks, passed)
    if passed and may_go_live(spec, asked):
        made = deployed_version(context, source, candidate, manifests, checks)
        hit("promote.after_refit")
        passed, said = made.smoke.passes, (*made.said, made.smoke.sentence)
        reasons = (*reasons, *said) if passed else said
        if passed:
            version = made.version
            tell_consumers(context, candidate, version, champion, checks)
    decision = _decision(promotions, candidate, champion, version, passed, reasons, context.run)
    if passed:
        decision = with_approval(spec, decision, asked)
    decide_promotion(tables, decision)
    hit("promote.after_decision")
    apply_newest_decision(context)
    report = PromoteReport(decision, checks)
    _log.info(report.summary)
    return report


def _candidate(spec: ModelSpec, manifests: list[Manifest], retrain_key: str | None) -> Manifest:
    fitting = [
        row
        for row in manifests
        if row.role in ("candidate", "copied")
        and row.state == "REGISTERED"
        and (not retrain_key or row.retrain_key == retrain_key)
    ]
    if not fitting:
        raise NothingToDoError(f"{spec.model}: no registered candidate {retrain_key or 'yet'}. Run 03_retrain first.")
    return fitting[-1]


def _checks_of(rows: list[GateResult], candidate: Manifest, champion: str | None) -> tuple[GateResult, ...]:
    """The newest verdict on a candidate against this champion. Another champion means judging anew."""
    against = [row for row in rows if (row.retrain_key, row.champion_version) == (candidate.retrain_key, champion)]
    return tuple(row for row in against if row.seq == against[-1].seq)


def _passed(checks: tuple[GateResult, ...]) -> bool:
    return all(row.verdict in STOPS_NOBODY for row in checks)


def _decision(
    promotions: list[Promotion],
    candidate: Manifest,
    champion: str | None,
    version: str | None,
    passed: bool,
    reasons: tuple[str, ...],
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
        reasons=reasons,
        **run.stamp,
    )


def _reasons(checks: tuple[GateResult, ...], passed: bool) -> tuple[str, ...]:
    """What was found; of a refusal, what stands against it."""
    said = [row.sentence for row in checks if row.verdict not in STOPS_NOBODY or passed]
    return tuple(said) or (_ROLLED_BACK,)


_ROLLED_BACK = "This candidate was promoted before and rolled back; only a new fit may be judged again."
