"""Judge the challenger on rows neither model was trained on; promote it, or refuse it with reasons."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from retraining.adapters.registry.registry import CHAMPION
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.context import Context
from retraining.errors import NothingToDoError
from retraining.failpoints import hit
from retraining.kinds.find_kind import kind_of
from retraining.kinds.kind import Learns
from retraining.records.gate import STOPS_NOBODY, GateResult
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.champion.approval import standing_question
from retraining.rules.champion.next_step import next_step
from retraining.rules.champion.standing_verdict import standing_verdict, was_rolled_back
from retraining.steps.champion.apply_newest_decision import apply_newest_decision, decide_promotion
from retraining.steps.champion.tell_consumers import tell_consumers
from retraining.steps.champion.wait_for_approval import may_go_live, reject_expired, still_waits, with_approval
from retraining.steps.dataset.ingested_source import IngestedSource, read_source
from retraining.steps.dataset.load_version import manifest_of_version
from retraining.steps.dataset.model_history import ModelHistory, read_history
from retraining.steps.gate.deployment import Deployment, fit_and_test_deployment
from retraining.steps.gate.judge_candidate import judge_candidate
from retraining.steps.gate.store_first_holdout import store_first_holdout
from retraining.steps.panel.deploy_panel import deploy_panel
from retraining.steps.panel.follow_panel import score_panel
from retraining.steps.panel.judge_panel import judge_panel

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
    again. A panel that goes live forecasts at once: its next actuals come before the next scoring. Any other version
    that goes live is also measured on the hold-out of the model's first one."""
    with ThreadPoolExecutor() as pool:
        ingested = pool.submit(read_source, context.spec, context.tables)
        reconciled = _reconciled_history(context)

    source = ingested.result()
    history = reconciled.numbered_by(source.numbers)
    report = _judged(context, source, history, _candidate(history, retrain_key))
    if report.promotion.outcome == "PROMOTE":
        _FOLLOWS[_learns(context)](context, source)
    return report


def _judged(context: Context, source: IngestedSource, history: ModelHistory, candidate: Manifest) -> PromoteReport:
    champion = context.registry.version_of(context.model, CHAMPION)

    decided = standing_verdict(history.promotions, candidate.retrain_key, champion)
    if decided:
        return PromoteReport(decided, _checks_of(history, candidate, decided.previous_version))

    checks = _checks_of(history, candidate, champion)
    changed = _changed_since(context, candidate)
    if not checks and not changed:
        checks = _JUDGES[_learns(context)](context, source, candidate, history.manifest_of(champion), history)
        append_rows(context.tables, "gate", checks)
    hit("promote.after_judge")

    passed = not changed and _passed(checks) and not was_rolled_back(history.promotions, candidate.retrain_key)
    question = standing_question(history.promotions, candidate.retrain_key, champion)
    if passed and question and still_waits(context.spec, question):
        return PromoteReport(question, checks)

    verdict = _Verdict(champion, passed, (changed,) if changed else _reasons(checks, passed))
    if passed and may_go_live(context.spec, question):
        deployment = _DEPLOYS[_learns(context)](context, source, candidate, history)
        hit("promote.after_refit")
        verdict = _after_deployment(verdict, deployment)
        if verdict.passed:
            tell_consumers(context, candidate, deployment.version, champion, checks)

    decision = _decision(context, history, candidate, champion, verdict)
    if verdict.passed:
        decision = with_approval(context.spec, decision, question)
    _carry_out(context, decision)

    report = PromoteReport(decision, checks)
    _log.info(report.summary)
    return report


_Judge = Callable[[Context, IngestedSource, Manifest, Manifest | None, ModelHistory], tuple[GateResult, ...]]
_Deploy = Callable[[Context, IngestedSource, Manifest, ModelHistory], Deployment]
_JUDGES: Mapping[Learns, _Judge] = {"rows": judge_candidate, "series": judge_panel}
_DEPLOYS: Mapping[Learns, _Deploy] = {"rows": fit_and_test_deployment, "series": deploy_panel}
"""By what a kind learns."""


def _forecast_at_once(context: Context, source: IngestedSource) -> None:
    """The forecasts of the panel that is live now, where they are not there yet."""
    live = str(context.registry.version_of(context.model, CHAMPION))
    manifests = source.numbers.of_manifests(read_rows(context.tables, Manifest, context.model))
    score_panel(context, source, manifest_of_version(manifests, context.model, live))


_FOLLOWS: Mapping[Learns, Callable[[Context, IngestedSource], None]] = {
    "rows": store_first_holdout,
    "series": _forecast_at_once,
}


def _learns(context: Context) -> Learns:
    return kind_of(context.spec).learns


def _carry_out(context: Context, decision: Promotion) -> None:
    decide_promotion(context.tables, decision)
    hit("promote.after_decision")
    apply_newest_decision(context)


def _changed_since(context: Context, candidate: Manifest) -> str | None:
    """Why a candidate is not judged by today's spec: a refit would be another model than the one that was judged."""
    if candidate.role != "candidate" or candidate.learning_hash in (None, context.spec.learning_hash):
        return None
    return (
        f"specs/{context.model}.yml has changed since version {candidate.version} was fitted: its columns, recipe, "
        f"params, strategy or kind. What was judged is not what would go live. The next run fits a candidate as the "
        f"spec says now."
    )


def _reconciled_history(context: Context) -> ModelHistory:
    """The history, read while the alias is made to follow the newest decision, and with expired questions refused."""
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read_history, context)
        promotions = apply_newest_decision(context, context.spec.policy.on_alias_drift)

    if context.spec.gate.approval == "required":
        promotions = reject_expired(context, promotions)
    return replace(reading.result(), promotions=promotions)


@dataclass(frozen=True)
class _Verdict:
    """version is the champion that the decision makes or leaves."""

    version: str | None
    passed: bool
    reasons: tuple[str, ...]


def _after_deployment(verdict: _Verdict, deployment: Deployment) -> _Verdict:
    """A version that does not answer as it should is not promoted, and only that is the reason."""
    sentences = (*deployment.sentences, deployment.smoke.sentence)
    if not deployment.smoke.passes:
        return replace(verdict, passed=False, reasons=sentences)
    return _Verdict(deployment.version, True, (*verdict.reasons, *sentences))


def _candidate(history: ModelHistory, retrain_key: str | None) -> Manifest:
    candidates = [row for row in history.registered if row.role in ("candidate", "copied")]
    named = [row for row in candidates if not retrain_key or row.retrain_key == retrain_key]
    if not named:
        raise NothingToDoError(
            f"{history.model}: no registered candidate {retrain_key or 'yet'}. Run 03_retrain first."
        )
    return named[-1]


def _checks_of(history: ModelHistory, candidate: Manifest, champion: str | None) -> tuple[GateResult, ...]:
    """The newest verdict on a candidate against this champion. With another champion it must be judged again."""
    wanted = (candidate.retrain_key, champion)
    against = [row for row in history.gate_results if (row.retrain_key, row.champion_version) == wanted]
    return tuple(row for row in against if row.seq == against[-1].seq)


def _passed(checks: tuple[GateResult, ...]) -> bool:
    return all(row.verdict in STOPS_NOBODY for row in checks)


def _decision(
    context: Context, history: ModelHistory, candidate: Manifest, champion: str | None, verdict: _Verdict
) -> Promotion:
    return Promotion(
        model=candidate.model,
        seq=next_seq(history.promotions),
        state="DECIDED",
        outcome="PROMOTE" if verdict.passed else "REJECT",
        version=verdict.version,
        previous_version=champion,
        candidate_version=candidate.version,
        retrain_key=candidate.retrain_key,
        request_id=None,
        batch_seq=candidate.batch_seq,
        reasons=verdict.reasons,
        source=context.spec.source_name,
        **context.stamp,
    )


def _reasons(checks: tuple[GateResult, ...], passed: bool) -> tuple[str, ...]:
    """The sentences of all checks; of a refusal, those of the checks that failed. Of the first model's, also what to do
    next: as long as there is no champion, nothing is scored."""
    sentences = [row.sentence for row in checks if row.verdict not in STOPS_NOBODY or passed]
    if not passed and sentences and checks[0].question == "first":
        sentences.append(next_step(checks))
    return tuple(sentences) or (_ROLLED_BACK,)


_ROLLED_BACK = "This candidate was promoted before and rolled back; only a new fit may be judged again."
