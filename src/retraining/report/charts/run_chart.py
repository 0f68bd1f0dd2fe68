"""The champion's error from run to run: one small line for the index."""

from collections.abc import Sequence

from matplotlib.ticker import MaxNLocator, NullLocator

from retraining.records.event import Event
from retraining.report.charts.svg import CHAMPION, LINE, SURFACE, chart_style, inline_svg, new_axes, show_errors
from retraining.report.words import error_text
from retraining.rules.gate.checks import metric_in_words

SIZE = (332, 110)


def run_chart(events: Sequence[Event], metric: str, name: str) -> str:
    """Runs whose champion was measured, oldest first; empty with fewer than two. name is unique on the page."""
    known = [(place, run.error_before) for place, run in enumerate(events) if run.error_before is not None]
    if len(known) < 2:
        return ""

    places, errors = zip(*known, strict=True)
    sentence = (
        f"{metric_in_words(metric)} of the champion before any retraining: {error_text(errors[0], metric)} at the "
        f"first of {len(known)} runs, {error_text(errors[-1], metric)} at the newest."
    )

    with chart_style():
        axes = new_axes(*SIZE, left=48, right=12, bottom=8)
        axes.plot(places, errors, color=CHAMPION, gid="mark.error")
        axes.plot(
            places[-1:], errors[-1:], "o", color=CHAMPION, markeredgecolor=SURFACE, markersize=8, gid="mark.newest"
        )
        axes.xaxis.set_major_locator(NullLocator())
        axes.yaxis.set_major_locator(MaxNLocator(3))
        show_errors(axes, metric)
        axes.grid(axis="y", color=LINE, linewidth=1)
        return inline_svg(axes, name, sentence)
