"""The page of a run, and of the runs before it: one self-contained HTML text."""

from retraining.records.decision import Decision
from retraining.report.charts.batch_chart import batch_charts
from retraining.report.charts.drift_chart import MOST_CHARTS, drift_charts
from retraining.report.charts.error_chart import error_charts, error_sentence, shows_running_errors
from retraining.report.charts.gate_chart import gate_chart
from retraining.report.charts.promotion_marks import promotion_marks
from retraining.report.page_data import PageData
from retraining.report.render import TEMPLATES
from retraining.report.words import (
    NOTHING,
    came_in,
    count,
    error_text,
    first_upper,
    is_relative,
    not_judged,
    run_file,
)
from retraining.rules.gate.checks import metric_in_words

MOST_COLUMNS = 9
MOST_VERDICTS = 12


def render_run_page(data: PageData) -> str:
    """HTML of one run: what came in, how the champions do, what drifted, what was decided and why."""
    return TEMPLATES.get_template("run_page.html.j2").render(
        data=data,
        run=data.run,
        runs=list(reversed(data.events)),
        metric=data.metric,
        judged_by=data.judged_by if data.judged_by != data.metric else None,
        verdicts=list(reversed(data.verdicts))[:MOST_VERDICTS],
        smaller_is_better=is_relative(data.judged_by),
        refusals=sorted(data.run.refusals, key=lambda each: (-each.rows, each.rule)),
        batch_charts=batch_charts(data.batches),
        held=[row for row in data.batches if row.state == "HELD"],
        errors=error_charts(data),
        error_sentence=error_sentence(data),
        has_static=any(each.is_static for each in data.daily_errors),
        has_running=shows_running_errors(data),
        marks=promotion_marks(data.promotions, data.daily_errors),
        drift=drift_charts(data.drift, data.shares),
        most=MOST_COLUMNS,
        most_charts=MOST_CHARTS,
        nothing=NOTHING,
        reasons=_reasons(data),
        came_in=came_in(data.run, data.task_states, data.batch is not None),
        not_judged=not_judged(data.run),
        evidence=_evidence(data.decision, data.metric) if data.decision else [],
        gate_svg=gate_chart(data.gate_results),
        link=lambda run: run_file(run.run_id),
    )


def _reasons(data: PageData) -> tuple[str, ...]:
    if data.decision:
        return data.decision.reasons
    return (data.run.first_reason,) if data.run.first_reason else ()


def _evidence(decision: Decision, metric: str) -> list[tuple[str, str, str]]:
    """What the decision saw, and beside each value its limit: name, value, note."""
    age = decision.champion_age_days
    seconds = decision.last_fit_seconds
    realised = decision.realised_error
    expected = decision.expected_error
    days = "Reserved rows" if decision.holdout_days is None else count(decision.holdout_days)

    return [
        ("New labelled rows", count(decision.new_labelled_rows), f"at least {count(decision.min_new_rows)}"),
        ("To judge a candidate on", days, "" if decision.holdout_days is None else "whole days"),
        ("Champion's age", NOTHING if age is None else f"{age:.0f} days", f"at most {decision.max_age_days}"),
        (
            f"Realised {metric_in_words(metric)}",
            error_text(realised, metric),
            f"on {count(decision.realised_error_rows)} rows",
        ),
        *_estimate(decision, metric),
        (
            f"{first_upper(metric_in_words(metric))} at promotion",
            error_text(expected, metric),
            f"may grow by {decision.max_error_increase:.0%}",
        ),
        (
            "Last fit",
            NOTHING if seconds is None else f"{seconds:.1f} s",
            f"cheap up to {decision.cheap_fit_seconds:g} s",
        ),
    ]


def _estimate(decision: Decision, metric: str) -> list[tuple[str, str, str]]:
    if decision.estimate_reason is None:
        return []
    return [
        (
            f"Estimated {metric_in_words(metric)}",
            error_text(decision.estimated_error, metric),
            "of rows that wait for labels",
        )
    ]
