"""The page of a run, and of the runs before it: one self-contained HTML text."""

from collections.abc import Sequence

from retraining.records.decision import Decision
from retraining.report.charts.batch_chart import batch_charts
from retraining.report.charts.drift_chart import MOST_CHARTS, ColumnChart, drift_charts
from retraining.report.charts.error_chart import error_charts, error_sentence, shows_running_errors
from retraining.report.charts.gate_chart import gate_chart
from retraining.report.charts.panel_charts import panel_error_chart, panel_error_sentence, series_chart
from retraining.report.charts.promotion_marks import promotion_marks
from retraining.report.headline import headlines
from retraining.report.outcome import refit_in_words
from retraining.report.page_data import PageData
from retraining.report.panel_data import PanelPage
from retraining.report.render import TEMPLATES
from retraining.report.trials import trial_rows
from retraining.report.words import (
    NOTHING,
    came_in,
    count,
    error_text,
    first_upper,
    is_relative,
    losses_in_words,
    not_judged,
    unit_of,
)
from retraining.rules.gate.checks import metric_in_words
from retraining.spec.forecast_section import WHOLE_DAYS

FEWEST_COLUMNS = 3
MOST_COLUMNS = 9
"""Charts of columns that are shown open: those that moved, or the nearest to their thresholds."""
MOST_VERDICTS = 12


def render_run_page(data: PageData) -> str:
    """HTML of one run: the verdict with its reason and what to do, how the champions do, gate and decision, what moved,
    what came in, and what the detectors say. Nothing on it leads out of it."""
    status, *also = headlines(data)
    columns = drift_charts(data.drift, data.shares)
    return TEMPLATES.get_template("run_page.html.j2").render(
        data=data,
        run=data.run,
        status=status,
        also=also,
        refit=refit_in_words(data.run),
        unit=unit_of(data.metric, data.label),
        losses=_losses(data),
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
        drift=columns,
        moved=[each.title for each in columns if each.newest.verdict == "drifted"],
        shown=_shown(columns),
        most_charts=MOST_CHARTS,
        nothing=NOTHING,
        reasons=_reasons(data),
        came_in=came_in(data.run, data.task_states, data.batch is not None),
        reads_source=not data.task_states or "ingest" in data.task_states,
        not_judged=not_judged(data.run),
        evidence=_evidence(data.decision, data.metric) if data.decision else [],
        gate_svg=gate_chart(data.gate_results),
        **_panel(data.panel),
        tried=trial_rows(data.candidate, data.judged_by or data.metric),
    )


def _panel(panel: PanelPage | None) -> dict[str, object]:
    """The charts of a forecast."""
    if panel is None:
        return {"panel": None, "panel_svg": "", "panel_sentence": "", "drawn": []}
    return {
        "panel": panel,
        "panel_svg": panel_error_chart(panel.errors),
        "panel_sentence": panel_error_sentence(panel.errors) if panel.errors else "",
        "drawn": [(each, series_chart(each, panel.levels[-1])) for each in panel.drawn],
    }


def _reasons(data: PageData) -> tuple[str, ...]:
    if data.decision:
        return data.decision.reasons
    return (data.run.first_reason,) if data.run.first_reason else ()


def _shown(columns: Sequence[ColumnChart]) -> int:
    """How many charts are open: the worst columns come first."""
    moved = sum(each.newest.verdict == "drifted" for each in columns)
    return min(max(moved, FEWEST_COLUMNS), MOST_COLUMNS)


def _losses(data: PageData) -> str:
    decision = data.decision
    return losses_in_words(data.metric, decision.change_reason, decision.concept_alarm) if decision else ""


def _evidence(decision: Decision, metric: str) -> list[tuple[str, str, str]]:
    """What the decision saw, and beside each value its limit: name, value, note."""
    age = decision.champion_age_days
    seconds = decision.last_fit_seconds
    realised = decision.realised_error
    expected = decision.expected_error
    days = "Reserved rows" if decision.holdout_days is None else count(decision.holdout_days)

    return [
        ("New labelled rows", count(decision.new_labelled_rows), f"at least {count(decision.min_new_rows)}"),
        (
            "To judge a candidate on",
            days,
            "" if decision.holdout_days is None else decision.holdout_counted_in or WHOLE_DAYS,
        ),
        ("Champion's age", NOTHING if age is None else f"{age:.0f} days", f"at most {decision.max_age_days}"),
        (
            f"Realised {metric_in_words(metric)}",
            error_text(realised, metric),
            "" if realised is None else f"on {count(decision.realised_error_rows)} rows{_in_doubt(decision)}",
        ),
        *_recent(decision, metric),
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


def _in_doubt(decision: Decision) -> str:
    return ", some of them in doubt" if decision.error_in_doubt else ""


def _recent(decision: Decision, metric: str) -> list[tuple[str, str, str]]:
    """What a grown error is read from."""
    if decision.recent_error is None:
        return []
    note = f"at least {error_text(decision.recent_error_lower, metric)} by the days' noise"
    return [
        (f"{first_upper(metric_in_words(metric))} of the newest days", error_text(decision.recent_error, metric), note)
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
