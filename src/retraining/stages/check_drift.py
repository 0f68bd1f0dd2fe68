"""Compare what has just arrived with the champion's training rows, measure the champion on it, and decide."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.kinds.kind import Learns
from retraining.records.control import Control
from retraining.records.decision import Decision, Thresholds
from retraining.records.drift import DriftMetric
from retraining.records.version import Manifest
from retraining.rules.champion.alias_state import newest_move
from retraining.rules.champion.mode import mode_in_words, mode_of
from retraining.rules.champion.rollback import newest_word
from retraining.rules.decide import decide
from retraining.spec.model_spec import ModelSpec
from retraining.steps.champion.apply_newest_decision import apply_newest_decision
from retraining.steps.champion.carry_out_rollback import carry_out_rollback
from retraining.steps.champion.live_versions import find_previous_champion, heal_and_read_champion
from retraining.steps.dataset.ingested_source import IngestedSource, read_source
from retraining.steps.dataset.model_history import ModelHistory, read_history
from retraining.steps.dataset.new_rows import count_new_rows
from retraining.steps.decide.attempts import attempt_evidence, last_training
from retraining.steps.decide.doubted_days import doubt_new_days
from retraining.steps.decide.evidence import Measurements, Wishes, collect_evidence, expected_error
from retraining.steps.decide.unfinished_run import unfinished_decision
from retraining.steps.drift.evaluate_drift import evaluate_drift
from retraining.steps.drift.tell_rows_apart import tell_rows_apart
from retraining.steps.gate.plan_holdout import check_holdout_has_days
from retraining.steps.panel.decide_actions import decide_actions
from retraining.steps.panel.realised_losses import count_new_steps, measure_panel_losses
from retraining.steps.performance.daily_losses import measure_daily_losses
from retraining.steps.performance.estimate_unlabelled import estimate_unlabelled
from retraining.steps.performance.feed_detectors import feed_detectors
from retraining.steps.performance.store_performance import store_arrivals
from retraining.strategies.find_strategy import find_strategy

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
        together = f" {made.domain_reason}" if made.domain_verdict == "drifted" else ""
        warning = f" Warning: {made.previous_reason}" if made.previous_wins and made.action != "rollback" else ""
        return f"{made.model}: {made.action}. {' '.join(made.reasons)}{drift}{together}{estimate}{change}{warning}"


@dataclass(frozen=True)
class _Evaluation:
    """One look at one champion, and what people want of it."""

    id: str
    champion: Manifest | None
    wishes: Wishes


def check_drift(
    context: Context, champion_version: str | None = None, frozen: bool = False, asked: str | None = None
) -> CheckReport:
    """Collect the evidence, ask the rule, write one decision row, roll back where the rule decides that. An existing
    decision on the same evidence is returned, and so is one whose run was killed before its report, whatever it had
    carried out by then.

    champion_version is the champion that `score` pinned; by default the alias is read. frozen: nothing is to be trained
    in this run, as if the job `freeze` had frozen the model; drift is measured all the same. asked: why a person
    wants a training although nothing else may be a reason for one.

    Raises SpecError where no candidate could ever be judged.
    """
    version = champion_version or heal_and_read_champion(context)
    source, history, metrics = _read(context)
    check_holdout_has_days(context.spec.gate, source.ledger)
    wished = _wishes(read_rows(context.tables, Control, context.model), frozen, asked)
    wishes = _unless_static(context.spec, version, wished)
    evaluation_id = _evaluation_id(context, source, version, history, asked)
    evaluation = _Evaluation(evaluation_id, history.manifest_of(version), wishes)

    decision = _earlier(history, evaluation) or _of_killed_run(context, source, history, evaluation)
    if decision is None:
        measurements = _MEASURES[kind_of(context.spec).learns](context, source, history, metrics, evaluation)
        decision = _decide(context, source, history, measurements, evaluation)
        append_rows(context.tables, "decide", [decision])

    if decision.action == "rollback":
        _roll_back(context, decision)

    report = CheckReport(decision)
    _log.log(logging.WARNING if decision.previous_wins else logging.INFO, report.summary)
    return report


def _read(context: Context) -> tuple[IngestedSource, ModelHistory, Sequence[DriftMetric]]:
    """All small tables at once: one after the other they would take longer than measuring the batch."""
    with ThreadPoolExecutor() as pool:
        source = pool.submit(read_source, context.spec, context.tables)
        history = pool.submit(read_history, context)
        metrics = pool.submit(read_rows, context.tables, DriftMetric, context.model)
    found = source.result()
    return found, history.result().numbered_by(found.numbers), metrics.result()


def _wishes(rows: Sequence[Control], frozen: bool, asked: str | None) -> Wishes:
    mode = mode_of(rows)
    return Wishes(frozen or mode != "active", mode_in_words(rows), asked)


def _unless_static(spec: ModelSpec, champion: str | None, wishes: Wishes) -> Wishes:
    """A strategy that never trains again keeps its first champion, whatever else people want."""
    name = spec.strategy.name
    if champion is None or wishes.frozen or find_strategy(name).retrains:
        return wishes
    why = f"strategy {name}: the first champion stays, and nothing is trained. Name another strategy to change that."
    return replace(wishes, frozen=True, frozen_reason=why)


def _earlier(history: ModelHistory, evaluation: _Evaluation) -> Decision | None:
    """The decision on the same evidence, made when people wanted the same."""
    wanted = (evaluation.wishes.frozen, evaluation.wishes.frozen_reason)
    same = [row for row in history.decisions if row.evaluation_id == evaluation.id]
    return next((row for row in reversed(same) if (row.frozen, row.frozen_reason) == wanted), None)


def _of_killed_run(
    context: Context, source: IngestedSource, history: ModelHistory, evaluation: _Evaluation
) -> Decision | None:
    """The decision of a run that was killed before its report, where nothing has changed since but what it did itself:
    a new champion is not new evidence, and the same wish of another run is the same wish."""
    champion = str(evaluation.champion.version) if evaluation.champion else None
    decision = unfinished_decision(context, history, champion)
    if decision is None:
        return None

    asked = evaluation.wishes.asked_reason
    then = replace(context, run=replace(context.run, run_id=decision.run_id))
    same = _evaluation_id(then, source, decision.champion_version, history, asked) == decision.evaluation_id
    wishes = Wishes(decision.frozen, decision.frozen_reason, decision.asked_reason)
    return decision if same and wishes == evaluation.wishes else None


def _evaluation_id(
    context: Context, source: IngestedSource, champion: str | None, history: ModelHistory, asked: str | None
) -> str:
    """Names the evidence. A rollback or a release is part of it: a decision from before it says nothing about the time
    after it. A rollback that an evaluation itself requested is not part: a run that was killed between the two must
    find the evaluation again. Of a training that a person wants, the run is part: repeated, it is the same wish,
    and another run is another one, unless the first one was killed."""
    spec = context.spec
    parts = [spec.model, str(source.committed.through), champion or "", source.watermark or "", spec.hash]
    if asked:
        parts.append(f"wanted by {context.run.run_id}")
    own = {row.evaluation_id for row in history.decisions}
    word = newest_word([row for row in history.promotions if row.request_id not in own])
    return hashlib.sha256("|".join([*parts, str(word.seq)] if word else parts).encode()).hexdigest()


def _measure_series(
    context: Context,
    source: IngestedSource,
    history: ModelHistory,
    metrics: Sequence[DriftMetric],
    evaluation: _Evaluation,
) -> Measurements:
    """What each series of a panel needs, by its own errors."""
    champion = evaluation.champion
    training = last_training(history, champion)
    again = _why_all_again(context, history, evaluation)
    with ThreadPoolExecutor() as pool:
        actions = pool.submit(decide_actions, context, source, champion, evaluation.id, again)
        losses = pool.submit(measure_panel_losses, context, source, history.decisions)
        new_rows = pool.submit(count_new_steps, context, source, training.batch_seq if training else 0)
    return Measurements(losses=losses.result(), new_rows=new_rows.result(), series_actions=actions.result())


def _why_all_again(context: Context, history: ModelHistory, evaluation: _Evaluation) -> str | None:
    """Why every series is searched for a model again."""
    asked = evaluation.wishes.asked_reason
    if asked:
        return f"A person wants a training: {asked}"
    found = attempt_evidence(context.spec, history, evaluation.champion)
    if found.get("made_otherwise"):
        return "The spec makes a version in another way than the last one was made."
    return None


def _measure_rows(
    context: Context,
    source: IngestedSource,
    history: ModelHistory,
    metrics: Sequence[DriftMetric],
    evaluation: _Evaluation,
) -> Measurements:
    """Passes over the new rows, none of which waits for another."""
    champion = evaluation.champion
    version = str(champion.version) if champion else None
    expected = expected_error(context.spec, history, version)
    training = last_training(history, champion)

    with ThreadPoolExecutor() as pool:
        drift = pool.submit(evaluate_drift, context, source, metrics, history, champion, evaluation.id)
        detectors = pool.submit(feed_detectors, context, source, champion, expected)
        domain = pool.submit(tell_rows_apart, context, source, champion)
        estimate = pool.submit(estimate_unlabelled, context, source, champion)
        losses = pool.submit(measure_daily_losses, context, source, history.decisions)
        stored = pool.submit(store_arrivals, context, source)
        new_rows = pool.submit(count_new_rows, context, source, champion, training)
        previous = find_previous_champion(context, history.promotions, version) if version else None

    stored.result()
    return Measurements(
        losses=losses.result(),
        new_rows=new_rows.result(),
        drift=drift.result(),
        previous=previous,
        domain=domain.result(),
        detectors=detectors.result(),
        estimate=estimate.result(),
    )


_Measure = Callable[
    [Context, IngestedSource, ModelHistory, Sequence[DriftMetric], _Evaluation],
    Measurements,
]
_MEASURES: Mapping[Learns, _Measure] = {"rows": _measure_rows, "series": _measure_series}
"""By what a kind learns."""


def _decide(
    context: Context,
    source: IngestedSource,
    history: ModelHistory,
    measurements: Measurements,
    evaluation: _Evaluation,
) -> Decision:
    spec = context.spec
    evidence = collect_evidence(spec, source, history, evaluation.champion, measurements, evaluation.wishes)
    thresholds = _thresholds(spec)
    verdict = decide(evidence, thresholds)
    if verdict.trains and kind_of(spec).learns == "rows":
        evidence = doubt_new_days(context, source, evaluation.champion, evidence)
        verdict = decide(evidence, thresholds)

    return Decision(
        model=spec.model,
        evaluation_id=evaluation.id,
        seq=next_seq(history.decisions),
        action=verdict.action,
        reasons=verdict.reasons,
        **vars(evidence),
        **vars(thresholds),
        daily_losses=tuple(measurements.losses),
        spec_hash=spec.hash,
        source=source.name,
        **context.stamp,
    )


def _roll_back(context: Context, decision: Decision) -> None:
    """The rollback that was decided, once: the evaluation is its request. Where another version has gone live since,
    the evaluation says nothing about it."""
    promotions = apply_newest_decision(context, context.spec.policy.on_alias_drift)
    live = newest_move(promotions)
    if live and live.version == decision.champion_version:
        reason = str(decision.previous_reason)
        carry_out_rollback(context, promotions, decision.evaluation_id, decision.previous_version, reason)


def _thresholds(spec: ModelSpec) -> Thresholds:
    policy = spec.policy
    return Thresholds(
        cheap_fit_seconds=policy.cheap_fit_seconds,
        min_new_rows=policy.min_new_rows,
        max_age_days=spec.max_age_days,
        max_error_increase=policy.max_error_increase,
        cooldown_days=policy.cooldown_days,
        on_previous_wins=policy.on_previous_wins,
    )
