"""The gate: a candidate and the champion on the hold-out, and the rows of `gate_results` that result."""

from dataclasses import dataclass, replace

import pandas as pd

from retraining.adapters.registry.signature import signature_of
from retraining.adapters.tables.ledgers_of_model import next_seq
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.gate import Check, GateResult, Question
from retraining.records.run import Stamp
from retraining.records.version import Manifest
from retraining.rules.gate.correlation import OF_LOSSES, correlation_of_days, runs_of_pairs
from retraining.rules.gate.evaluation import Evaluation, GateTerms
from retraining.rules.gate.golden import golden_rows_hold
from retraining.rules.gate.holdout import Looks, level_of_look, level_of_refresh, looks_a_year
from retraining.rules.gate.judge import judge
from retraining.rules.gate.signature_change import signature_holds
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.answered_by_spark import FittedVersion
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.load_version import load_fitted
from retraining.steps.dataset.model_history import ModelHistory
from retraining.steps.gate.earlier_looks import days_between, looks_at_holdout
from retraining.steps.gate.evaluate_on_holdout import count_shared_keys, evaluate_on_holdout, holdout_rows, metrics_of
from retraining.steps.gate.first_period import first_period
from retraining.steps.performance.daily_losses import losses_of
from retraining.steps.performance.sum_on_workers import sum_on_workers
from retraining.steps.performance.worker_sums import ModelPair
from served_model.served_model import ServedModel


def judge_candidate(
    context: Context, source: IngestedSource, candidate: Manifest, champion: Manifest | None, history: ModelHistory
) -> tuple[GateResult, ...]:
    """Every check of the candidate against the champion, or against the trivial predictor where there is none."""
    spec = context.spec
    question = question_of(spec, candidate, champion)
    rows = holdout_rows(context, source, candidate, champion)
    terms = terms_of(spec, source, question, candidate, looks_at_holdout(spec, source, candidate, rows, history))
    if champion and learned_a_change(history, candidate):
        terms = replace(terms_of(spec, source, "change", candidate, terms.looks), in_doubt=True)

    live = load_fitted(spec, context.registry, champion, rows) if champion else None
    pair = ModelPair(load_fitted(spec, context.registry, candidate, rows), live, candidate.trivial_prediction)
    judged = len(days_between(source.ledger, candidate.holdout_from, candidate.holdout_before))
    runs = runs_of_pairs(losses_of(history.decisions))
    correlation = correlation_of_days(runs, judged) if champion else OF_LOSSES
    shared = count_shared_keys(context, source, candidate, rows)
    evaluation = evaluate_on_holdout(spec, rows, pair, correlation, shared)

    old_rows = first_period(context, source, candidate, champion, history)
    if old_rows is not None:
        (sums,) = sum_on_workers(spec, old_rows, metrics_of(spec)[:1], pair).sums
        evaluation = replace(evaluation, first_period=sums)

    golden = golden_rows_hold(spec.gate.golden_rows, golden_answers(spec, pair.candidate))
    checks = (*judge(terms, evaluation), *golden, *_signature(context, candidate, champion))
    verdict = Verdict(candidate, champion, terms, evaluation, next_seq(history.gate_results))
    return tuple(result_of(check, verdict, context.stamp) for check in checks)


@dataclass(frozen=True)
class Verdict:
    """What all checks of one verdict share."""

    candidate: Manifest
    champion: Manifest | None
    terms: GateTerms
    evaluation: Evaluation
    seq: int


def _signature(context: Context, candidate: Manifest, champion: Manifest | None) -> tuple[Check, ...]:
    """A first model has no callers yet."""
    if champion is None:
        return ()

    new = signature_of(context.registry, context.model, str(candidate.version))
    live = signature_of(context.registry, context.model, str(champion.version))
    return (signature_holds(new, live, context.spec.gate.may_change_signature),)


def question_of(spec: ModelSpec, candidate: Manifest, champion: Manifest | None) -> Question:
    """What the spec says. Where it says nothing, a candidate made in the same way as the champion is a refresh of it. A
    copy is never a refresh: what another target learned from is not known here."""
    if champion is None:
        return "first"
    if candidate.role == "copied":
        return "change"
    if spec.gate.kind:
        return spec.gate.kind
    return "refresh" if candidate.made_as == champion.made_as else "change"


def learned_a_change(history: ModelHistory, candidate: Manifest) -> bool:
    """Whether its newest days differ from those before, and nothing shows yet that they stay so: as a refresh, it could
    go live with a fault of a week. So it must be shown to be better."""
    decisions = [row for row in history.decisions if row.evaluation_id == candidate.evaluation_id]
    return any(days.doubt == "changed" for row in decisions[-1:] for days in row.doubted)


def terms_of(
    spec: ModelSpec, source: IngestedSource, question: Question, candidate: Manifest, looks: Looks
) -> GateTerms:
    """What the spec asks of a candidate."""
    gate = spec.gate
    kept = gate.keeps_first_population
    days = len(days_between(source.ledger, candidate.holdout_from, candidate.holdout_before))
    asked = GateTerms(question, guards=gate.guards, floors=gate.floors, looks=looks, keeps_first_population=kept)
    if question != "change":
        return replace(asked, refresh_level=level_of_refresh(spec.period_days, days))

    level = level_of_look(gate.false_promotions_per_year, looks_a_year(spec.period_days, max(1, days)))
    return replace(asked, level=level, min_gain=gate.min_gain)


def result_of(check: Check, verdict: Verdict, stamp: Stamp) -> GateResult:
    """A check as a row."""
    candidate = verdict.candidate
    evaluation = verdict.evaluation

    return GateResult(
        model=candidate.model,
        retrain_key=candidate.retrain_key,
        seq=verdict.seq,
        question=verdict.terms.question,
        candidate_version=str(candidate.version),
        champion_version=verdict.champion.version if verdict.champion else None,
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
        level=verdict.terms.level,
        correlation=evaluation.correlation.next_day,
        correlation_days=evaluation.correlation.days,
        holdout_rows=evaluation.rows,
        holdout_blocks=evaluation.blocks,
        holdout_from=candidate.holdout_from,
        holdout_before=candidate.holdout_before,
        **stamp,
    )


def golden_answers(spec: ModelSpec, version: FittedVersion) -> list[float | str]:
    """An answer for each of the spec's golden rows, which are read as the rows of a caller are."""
    rows = spec.gate.golden_rows
    if not rows:
        return []

    names = [feature.name for feature in version.features]
    given = pd.DataFrame([dict(row.features) for row in rows], columns=names)
    frame = ServedModel(version.estimator, version.features, None).as_fitted(given)
    answers: list[float | str] = kind_of(spec).as_predictions(version.estimator.predict(frame)).tolist()
    return answers
