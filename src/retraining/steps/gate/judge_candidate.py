"""The gate: a candidate and the champion on the hold-out, and the rows of `gate_results` that come of it."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame

from retraining.adapters.registry.signature import signature_of
from retraining.adapters.tables.ledgers_of_model import next_seq
from retraining.context import Context
from retraining.records.decision import Decision
from retraining.records.gate import Check, GateResult, Question
from retraining.records.run import Run
from retraining.records.version import Manifest
from retraining.rules.gate.correlation import correlation_of_days, runs_of_pairs
from retraining.rules.gate.evaluation import Asked, Evaluation
from retraining.rules.gate.golden import golden_rows_hold
from retraining.rules.gate.holdout import level_of_look, looks_a_year
from retraining.rules.gate.judge import judge
from retraining.rules.gate.signature_change import signature_holds
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.load_version import load_version
from retraining.steps.gate.earlier_looks import days_between, looks_at_holdout
from retraining.steps.gate.evaluate_on_holdout import count_shared_keys, evaluate_on_holdout, holdout_rows, metrics_of
from retraining.steps.gate.first_period import first_period
from retraining.steps.performance.daily_losses import losses_of
from retraining.steps.performance.sum_on_workers import Judged, sum_on_workers


def golden_answers(spec: ModelSpec, estimator: Any) -> list[float | str]:
    """An answer for each of the spec's golden rows."""
    rows, columns = spec.gate.golden_rows, spec.columns
    if not rows:
        return []
    given = pd.DataFrame([dict(row.features) for row in rows], columns=list(columns.features))
    frame = given.astype(dict.fromkeys(columns.numeric, "float64") | dict.fromkeys(columns.categorical, "object"))
    answers = estimator.predict(frame)
    return [float(each) if spec.kind == "regression" else str(each) for each in answers]


@dataclass(frozen=True)
class Before:
    """What is known before the verdict. decisions hold the daily losses that say how one day resembles the next; checks
    are the earlier verdicts, whose rows a verdict on a change may not lean on again."""

    decisions: list[Decision]
    manifests: list[Manifest]
    checks: list[GateResult]


def judge_candidate(
    context: Context, source: IngestedSource, candidate: Manifest, champion: Manifest | None, before: Before
) -> tuple[GateResult, ...]:
    """Every check of the candidate against the champion, or against the trivial predictor where there is none."""
    spec = context.spec
    question = question_of(spec, candidate, champion)
    rows = holdout_rows(context, source, candidate, champion)
    asked = _asked(spec, source, question, candidate, rows, before)
    live = load_version(context.registry, champion) if champion else None
    pair = Judged(load_version(context.registry, candidate), live, None if champion else candidate.trivial_prediction)
    correlation = correlation_of_days(runs_of_pairs(losses_of(before.decisions)))
    shared = count_shared_keys(context, source, candidate, rows)
    evaluation = evaluate_on_holdout(spec, rows, question, pair, correlation, shared)
    old = first_period(context, source, candidate, champion, before.manifests)
    if old is not None:
        (sums,) = sum_on_workers(spec, old, metrics_of(spec, question)[:1], pair).sums
        evaluation = replace(evaluation, first_period=sums)
    golden = golden_rows_hold(spec.gate.golden_rows, golden_answers(spec, pair.candidate))
    checks = (*judge(asked, evaluation), *golden, *_signature(context, candidate, champion))
    version, seq = champion.version if champion else None, next_seq(before.checks)
    return tuple(_result(check, asked, evaluation, candidate, version, context.run, seq) for check in checks)


def _signature(context: Context, candidate: Manifest, champion: Manifest | None) -> tuple[Check, ...]:
    """Nobody calls a first model yet."""
    if champion is None:
        return ()
    new, known = (signature_of(context.registry, context.model, str(each.version)) for each in (candidate, champion))
    return (signature_holds(new, known, context.spec.gate.may_change_signature),)


def question_of(spec: ModelSpec, candidate: Manifest, champion: Manifest | None) -> Question:
    """What the spec asks; where it asks nothing, a candidate that was made as the champion was is a refresh of it. A
    copy never is: what another target learned from is not known here."""
    if champion is None:
        return "first"
    if candidate.role == "copied":
        return "change"
    if spec.gate.kind:
        return spec.gate.kind
    return "refresh" if candidate.learning_hash == champion.learning_hash else "change"


def _asked(
    spec: ModelSpec, source: IngestedSource, question: Question, candidate: Manifest, rows: DataFrame, before: Before
) -> Asked:
    gate, kept = spec.gate, spec.gate.keeps_first_population
    days = days_between(source.ledger, candidate.holdout_from, candidate.holdout_before)
    looks = looks_at_holdout(spec, source, candidate, rows, before.manifests, before.checks)
    if question != "change":
        return Asked(question, guards=gate.guards, floors=gate.floors, looks=looks, keeps_first_population=kept)
    level = level_of_look(gate.false_promotions_per_year, looks_a_year(spec.period_days, max(1, len(days))))
    return Asked(question, level, gate.min_gain, gate.guards, gate.floors, looks, kept)


def _result(
    check: Check, asked: Asked, evaluation: Evaluation, candidate: Manifest, champion: str | None, run: Run, seq: int
) -> GateResult:
    return GateResult(
        model=candidate.model,
        retrain_key=candidate.retrain_key,
        seq=seq,
        question=asked.question,
        candidate_version=str(candidate.version),
        champion_version=champion,
        check=check.name,
        verdict=check.verdict,
        value=check.value,
        lower=check.lower,
        upper=check.upper,
        threshold=check.threshold,
        sentence=check.sentence,
        metric=check.metric,
        candidate_error=check.candidate_error,
        baseline_error=check.baseline_error,
        level=asked.level,
        correlation=evaluation.correlation.next_day,
        correlation_days=evaluation.correlation.days,
        holdout_rows=evaluation.rows,
        holdout_blocks=evaluation.blocks,
        holdout_from=candidate.holdout_from,
        holdout_before=candidate.holdout_before,
        **run.stamp,
    )
