"""The gate: a candidate and the champion on the hold-out, and the rows of `gate_results` that come of it."""

from collections.abc import Sequence
from datetime import date

from retraining.adapters.registry.registry import Registry
from retraining.adapters.registry.signature import signature_of
from retraining.adapters.tables.tables import Tables
from retraining.records.decision import Decision
from retraining.records.gate_result import Check, GateResult, Question
from retraining.records.manifest import Manifest
from retraining.records.run import Run
from retraining.rules.gate.correlation import correlation_of_days
from retraining.rules.gate.evaluation import Asked, Evaluation
from retraining.rules.gate.golden import golden_rows_hold
from retraining.rules.gate.judge import judge
from retraining.rules.gate.looks import fresh_share, level_of_look, looks_a_year
from retraining.rules.gate.pairs_of_days import runs_of_pairs
from retraining.rules.gate.signature_change import signature_holds
from retraining.rules.ingest.ledger import Ledger
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.daily_losses import losses_of
from retraining.stages.steps.evaluate_on_holdout import count_shared_keys, evaluate_on_holdout, holdout_rows
from retraining.stages.steps.golden_answers import golden_answers
from retraining.stages.steps.ingested_source import IngestedSource
from retraining.stages.steps.load_version import load_version
from retraining.stages.steps.sum_on_workers import Judged


def judge_candidate(
    spec: ModelSpec,
    source: IngestedSource,
    tables: Tables,
    registry: Registry,
    candidate: Manifest,
    champion: Manifest | None,
    decisions: Sequence[Decision],
    earlier: Sequence[GateResult],
    run: Run,
    seq: int,
) -> tuple[GateResult, ...]:
    """Every check of the candidate against the champion, or against the trivial predictor where there is none.

    decisions hold the daily losses that say how one day resembles the next; earlier are the checks of before, whose
    days a verdict on a change may not lean on again.
    """
    question = question_of(spec, candidate, champion)
    asked = _asked(spec, source.ledger, question, candidate, earlier)
    rows = holdout_rows(spec, source, tables, candidate, champion)
    live = load_version(registry, champion) if champion else None
    pair = Judged(load_version(registry, candidate), live, None if champion else candidate.trivial_prediction)
    correlation = correlation_of_days(runs_of_pairs(losses_of(decisions)))
    shared = count_shared_keys(spec, source, tables, candidate, rows)
    evaluation = evaluate_on_holdout(spec, rows, question, pair, correlation, shared)
    golden = golden_rows_hold(spec.gate.golden_rows, golden_answers(spec, pair.candidate))
    checks = (*judge(asked, evaluation), *golden, *_signature(spec, registry, candidate, champion))
    version = champion.version if champion else None
    return tuple(_result(check, asked, evaluation, candidate, version, run, seq) for check in checks)


def _signature(
    spec: ModelSpec, registry: Registry, candidate: Manifest, champion: Manifest | None
) -> tuple[Check, ...]:
    """Nobody calls a first model yet."""
    if champion is None:
        return ()
    new, known = (signature_of(registry, spec.model, str(each.version)) for each in (candidate, champion))
    return (signature_holds(new, known, spec.gate.may_change_signature),)


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
    spec: ModelSpec, ledger: Ledger, question: Question, candidate: Manifest, earlier: Sequence[GateResult]
) -> Asked:
    gate, days = spec.gate, _days(ledger, candidate.holdout_from, candidate.holdout_before)
    if question != "change":
        return Asked(question, guards=gate.guards, floors=gate.floors)
    length = (days[1] - days[0]).days if days else 1
    level = level_of_look(gate.false_promotions_per_year, looks_a_year(spec.period_days, length))
    used = [
        before
        for row in earlier
        if row.question == "change" and row.check == "gain" and row.verdict != "not_enough_evidence"
        if (before := _days(ledger, row.holdout_from, row.holdout_before))
    ]
    fresh = fresh_share(*days, used) if days else 1.0
    return Asked(question, level, gate.min_gain, gate.guards, gate.floors, fresh)


def _days(ledger: Ledger, start: str | None, before: str | None) -> tuple[date, date] | None:
    first, end = ledger.from_text(start), ledger.from_text(before)
    if first is None or end is None or not ledger.has_time:
        return None
    return ledger.day_of(first), ledger.day_of(end)


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
        run_id=run.run_id,
        attempt_id=run.attempt_id,
        at=run.started_at,
    )
