"""Compare what has just arrived with the champion's training rows, measure the champion on it, and decide."""

import hashlib
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.context import Context
from retraining.records.decision import Decision, Thresholds
from retraining.records.drift import DriftMetric
from retraining.records.gate import GateResult
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.champion.alias_state import newest_move
from retraining.rules.champion.rollback import newest_word
from retraining.rules.decide import decide
from retraining.spec.model_spec import ModelSpec
from retraining.steps.champion.apply_newest_decision import apply_newest_decision
from retraining.steps.champion.live_versions import live_champion, live_previous
from retraining.steps.champion.roll_back import roll_back
from retraining.steps.dataset.ingested_source import IngestedSource, read_source
from retraining.steps.dataset.load_version import manifest_of_version
from retraining.steps.decide.collect_evidence import (
    Known,
    Measured,
    collect_evidence,
    count_new_rows,
    expected_error,
    last_training,
)
from retraining.steps.drift.see_drift import see_drift
from retraining.steps.drift.tell_rows_apart import tell_rows_apart
from retraining.steps.performance.daily_losses import measure_daily_losses
from retraining.steps.performance.estimate_unlabelled import estimate_unlabelled
from retraining.steps.performance.feed_detectors import feed_detectors

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CheckReport:
    """The decision, made now or found."""

    decision: Decision

    @property
    def summary(self) -> str:
        """One line for people."""
        made = self.decision
        drift = f" Drift: {made.drift_reason}" if made.drift_reason else ""
        estimate = f" Estimate: {made.estimate_reason}" if made.estimate_reason else ""
        change = f" Change: {made.change}. {made.change_reason}" if made.change not in (None, "none") else ""
        warning = f" Warning: {made.previous_reason}" if made.previous_wins and made.action != "rollback" else ""
        return f"{made.model}: {made.action}. {' '.join(made.reasons)}{drift}{estimate}{change}{warning}"


def check_drift(context: Context, champion_version: str | None = None, frozen: bool = False) -> CheckReport:
    """Collect the evidence, ask the rule, write one decision row, roll back where it says so. An existing decision on
    the same evidence is returned.

    champion_version is the champion that `score` pinned; by default the alias is asked. frozen: an operator wants
    nothing trained; drift is measured all the same.
    """
    version = champion_version or live_champion(context)
    source, known = _read(context)
    evaluation_id = _evaluation_id(context.spec, source, version, known)
    made = [row for row in known.decisions if row.evaluation_id == evaluation_id and row.frozen == frozen]
    decision = made[-1] if made else _decide(context, source, known, version, evaluation_id, frozen)
    if decision.action == "rollback":
        _follow(context, decision)
    report = CheckReport(decision)
    if decision.previous_wins:
        _log.warning(report.summary)
    else:
        _log.info(report.summary)
    return report


def _follow(context: Context, decision: Decision) -> None:
    """The rollback that was decided, once: the evaluation is its request. Where another version has gone live since,
    the evaluation says nothing about it."""
    promotions = apply_newest_decision(context, context.spec.policy.on_alias_drift)
    live = newest_move(promotions)
    if live and live.version == decision.champion_version:
        why, target = str(decision.previous_reason), decision.previous_version
        roll_back(context, promotions, decision.evaluation_id, target, why)


def _decide(
    context: Context, source: IngestedSource, known: Known, version: str | None, evaluation_id: str, frozen: bool
) -> Decision:
    spec = context.spec
    champion = manifest_of_version(known.manifests, spec.model, version) if version else None
    previous = live_previous(context, known.promotions, version) if version else None
    measured = _measure(context, source, known, champion, previous, evaluation_id)
    evidence = collect_evidence(spec, source, known, champion, measured, frozen)
    thresholds = _thresholds(spec)
    verdict = decide(evidence, thresholds)
    decision = Decision(
        model=spec.model,
        evaluation_id=evaluation_id,
        seq=next_seq(known.decisions),
        action=verdict.action,
        reasons=verdict.reasons,
        **vars(evidence),
        **vars(thresholds),
        daily_losses=tuple(measured.losses),
        spec_hash=spec.hash,
        **context.stamp,
    )
    append_rows(context.tables, "decide", [decision])
    return decision


def _read(context: Context) -> tuple[IngestedSource, Known]:
    """Six tiny tables at once: one after the other they would take longer than measuring the batch."""
    spec = context.spec
    tables = context.tables
    with ThreadPoolExecutor() as pool:
        source = pool.submit(read_source, spec, tables)
        decisions = pool.submit(read_rows, tables, Decision, spec.model)
        manifests = pool.submit(read_rows, tables, Manifest, spec.model)
        promotions = pool.submit(read_rows, tables, Promotion, spec.model)
        checks = pool.submit(read_rows, tables, GateResult, spec.model)
        metrics = pool.submit(read_rows, tables, DriftMetric, spec.model)
    known = Known(decisions.result(), manifests.result(), promotions.result(), checks.result(), metrics.result())
    return source.result(), known


def _measure(
    context: Context,
    source: IngestedSource,
    known: Known,
    champion: Manifest | None,
    previous: str | None,
    evaluation_id: str,
) -> Measured:
    """Passes over what is new, none of which waits for another."""
    with ThreadPoolExecutor() as pool:
        drift = pool.submit(see_drift, context, source, known.metrics, known.promotions, champion, evaluation_id)
        expected = expected_error(context.spec, known, str(champion.version) if champion else None)
        detectors = pool.submit(feed_detectors, context, source, champion, expected)
        domain = pool.submit(tell_rows_apart, context, source, champion)
        estimate = pool.submit(estimate_unlabelled, context, source, champion)
        losses = pool.submit(measure_daily_losses, context, source, known.decisions)
        new_rows = pool.submit(count_new_rows, context, source, champion, last_training(known, champion))
    return Measured(
        drift.result(),
        losses.result(),
        new_rows.result(),
        previous,
        domain.result(),
        detectors.result(),
        estimate.result(),
    )


def _evaluation_id(spec: ModelSpec, source: IngestedSource, champion: str | None, known: Known) -> str:
    """Names the evidence. A rollback or a release is part of it: what was decided before it says nothing after it. One
    that an evaluation itself asked for is not: a run that was killed between the two must find the evaluation again."""
    parts = [spec.model, str(source.committed.through), champion or "", source.watermark or "", spec.hash]
    own = {row.evaluation_id for row in known.decisions}
    told = newest_word([row for row in known.promotions if row.request_id not in own])
    return hashlib.sha256("|".join([*parts, str(told.seq)] if told else parts).encode()).hexdigest()


def _thresholds(spec: ModelSpec) -> Thresholds:
    policy = spec.policy
    return Thresholds(
        policy.cheap_fit_seconds,
        policy.min_new_rows,
        spec.max_age_days,
        policy.max_error_increase,
        policy.cooldown_days,
        policy.on_previous_wins,
    )
