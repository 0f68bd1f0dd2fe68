"""The gate of a panel: candidate and champion forecast from the same origins of the hold-out, both fitted before it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from pyspark.sql import functions as F

from retraining.adapters.tables.ledgers_of_model import next_seq
from retraining.adapters.tables.series_models import actions_of
from retraining.context import Context
from retraining.errors import NothingToDoError
from retraining.forecasting.buckets import SERIES
from retraining.forecasting.plan_of_spec import section_of
from retraining.kinds.find_kind import known_metric
from retraining.kinds.metric import Metric
from retraining.records.gate import Check, GateResult
from retraining.records.version import Manifest
from retraining.rules.gate.correlation import correlation_of_days, runs_of_pairs
from retraining.rules.gate.evaluation import Evaluation, GateTerms, Sanity
from retraining.rules.gate.guards import floors_hold, guards_hold, reported, slices_hold
from retraining.rules.gate.jackknife import PairedSums
from retraining.rules.gate.judge import gain_suffices, looks_counted
from retraining.rules.gate.sanity import is_sane
from retraining.rules.panel.panel_checks import coverage_holds, fallbacks_hold, none_lost, stability_holds
from retraining.rules.panel.panel_losses import ALL, SeriesSpread
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_history import ModelHistory
from retraining.steps.gate.earlier_looks import looks_at_holdout
from retraining.steps.gate.evaluate_on_holdout import metrics_of
from retraining.steps.gate.judge_candidate import Verdict, question_of, result_of, terms_of
from retraining.steps.panel.at_origins import BASELINE, CANDIDATE, OriginSums, origins_between, sums_at_origins
from retraining.steps.panel.count_series import count_kept, count_roster
from retraining.steps.panel.fit_panel import first_day
from retraining.steps.panel.follow_panel import panel_version_of
from retraining.steps.panel.series_rows import read_series
from retraining.steps.performance.daily_losses import losses_of


def judge_panel(
    context: Context, source: IngestedSource, candidate: Manifest, champion: Manifest | None, history: ModelHistory
) -> tuple[GateResult, ...]:
    """Every check of a panel against the champion, or against the seasonal naive forecast where there is none."""
    spec = context.spec
    rows = read_series(context, source, candidate.batch_seq, first_day(source.ledger, candidate.holdout_before))
    before = read_series(context, source, candidate.batch_seq, first_day(source.ledger, candidate.holdout_from))
    origins = origins_between(before.origin, rows.origin)
    metrics = metrics_of(spec)
    panels = panel_version_of(candidate), panel_version_of(champion) if champion else None
    sums = sums_at_origins(context, rows, origins, panels, metrics)

    looks = looks_at_holdout(spec, source, candidate, rows.frame, history)
    asked = terms_of(spec, source, question_of(spec, candidate, champion), candidate, looks)
    terms = replace(asked, first_may_equal=True)
    evaluation = _evaluation(sums, metrics, history, len(origins))
    checks = (*_of_losses(terms, evaluation), *_of_panel(context, candidate, champion, sums))
    verdict = Verdict(candidate, champion, terms, evaluation, next_seq(history.gate_results))
    return tuple(result_of(check, verdict, context.stamp) for check in checks)


def _evaluation(sums: OriginSums, metrics: Sequence[str], history: ModelHistory, origins: int) -> Evaluation:
    """The sums of both panels, an origin a block."""
    names = sorted(set(sums.of(metrics[0], CANDIDATE)["name"]) - {ALL})
    return Evaluation(
        metrics=tuple(_metric(name) for name in metrics),
        sums=tuple(_paired(sums, name, ALL) for name in metrics),
        blocks_are_days=True,
        correlation=correlation_of_days(runs_of_pairs(losses_of(history.decisions)), origins),
        sanity=Sanity(broken=int(sums.of("broken", CANDIDATE)["rows"].sum())),
        slices={name: _paired(sums, metrics[0], name) for name in names},
        blocks_called="origins",
    )


def _metric(name: str) -> Metric:
    found = known_metric(name)
    if found is None:
        raise NothingToDoError(f"{name!r} is not a metric of a forecast. Name mase or rmsse in `gate`.")
    return found


def _paired(sums: OriginSums, metric: str, name: str) -> PairedSums:
    ours = sums.of(metric, CANDIDATE, name)
    theirs = sums.of(metric, BASELINE, name)
    parts = [each[["first", "second"]].to_numpy(np.float64) for each in (ours, theirs)]
    return PairedSums(ours["rows"].to_numpy(np.float64), *parts)


def _of_losses(terms: GateTerms, evaluation: Evaluation) -> tuple[Check, ...]:
    """What is asked of every kind of model, as far as a panel can be asked."""
    return (
        is_sane(evaluation)[0],
        looks_counted(terms.looks),
        gain_suffices(terms, evaluation),
        *guards_hold(terms, evaluation),
        *floors_hold(terms, evaluation),
        *slices_hold(evaluation),
        *reported(terms, evaluation),
    )


def _of_panel(context: Context, candidate: Manifest, champion: Manifest | None, sums: OriginSums) -> tuple[Check, ...]:
    """Intervals, stability, fallbacks, and every series."""
    levels = section_of(context.spec).intervals
    ours = panel_version_of(candidate)
    theirs = panel_version_of(champion) if champion else None
    roster = count_roster(context, ours, theirs)
    live = None if theirs is None else count_roster(context, theirs, ours)
    revisions = _revision(sums, CANDIDATE), _revision(sums, BASELINE)
    return (
        *(_coverage(sums, level) for level in levels),
        *((stability_holds(*revisions, "the champion"),) if champion else ()),
        fallbacks_hold(roster, live),
        _kept(context, candidate),
    )


def _coverage(sums: OriginSums, level: int) -> Check:
    inside = sums.of("inside", CANDIDATE, str(level)).rename(columns={"first": "inside"})
    spread = sums.of("spread", CANDIDATE, str(level))[["rows", "first", "second"]].sum()
    series = int(sums.of("series", CANDIDATE, str(level))["rows"].sum())
    return coverage_holds(level, inside, SeriesSpread(series, spread["rows"], spread["first"], spread["second"]))


def _revision(sums: OriginSums, who: str) -> tuple[float, int]:
    found = sums.of("revision", who)
    return float(found["first"].sum()), int(found["rows"].sum())


def _kept(context: Context, candidate: Manifest) -> Check:
    actions = actions_of(context.tables, context.model, candidate.evaluation_id)
    if actions is None:
        raise NothingToDoError(f"{context.model}: `panel_actions` has no row of the candidate. Run 02_check_drift.")
    expected = actions.where(F.col("action") != "retire").select(SERIES)
    return none_lost(count_kept(context, expected, panel_version_of(candidate)))
