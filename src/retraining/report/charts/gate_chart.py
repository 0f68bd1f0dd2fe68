"""The gate's checks that have an interval: dot and whisker against the threshold and zero."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from retraining.records.gate import GateResult
from retraining.report.charts.svg import ALERT, CHAMPION, INK, LINE, MUTED, SURFACE, chart_style, inline_svg, new_axes
from retraining.report.words import check_word, gain_text, is_relative, plain, spaced
from retraining.rules.gate.checks import metric_in_words
from retraining.rules.panel.panel_checks import COVERAGE

WIDTH = 356
ROW_HEIGHT = 44
_AROUND = 60


@dataclass(frozen=True)
class _Interval:
    """A gain and its bounds: shares of the baseline's error, or differences."""

    check: str
    metric: str | None
    passed: bool
    decides: bool
    value: float
    lower: float
    upper: float
    threshold: float | None


def _interval(row: GateResult) -> _Interval | None:
    if row.value is None or row.lower is None or row.upper is None or row.check.startswith(COVERAGE):
        return None
    decides = check_word(row) != "reported"
    passed = row.verdict == "passed"
    return _Interval(row.check, row.metric, passed, decides, row.value, row.lower, row.upper, row.threshold)


def gate_chart(results: Sequence[GateResult]) -> str:
    """One row a check; empty when no check has an interval."""
    drawn = [each for each in map(_interval, results) if each]
    if not drawn:
        return ""
    with chart_style():
        height = _AROUND + ROW_HEIGHT * len(drawn)
        axes = new_axes(WIDTH, height, left=14, right=14, top=26, bottom=34)
        for place, row in enumerate(drawn):
            _whisker(axes, row, -place)
        _levels(axes, drawn)
        return inline_svg(axes, "gate", _sentence(drawn), "gate")


def _sentence(intervals: Sequence[_Interval]) -> str:
    return " ".join(
        f"{_title(row)}: {gain_text(row.value, row.metric)}, bounds {gain_text(row.lower, row.metric)} to "
        f"{gain_text(row.upper, row.metric)}, {_limit(row)}."
        for row in intervals
    )


def _limit(row: _Interval) -> str:
    return f"threshold {gain_text(row.threshold, row.metric)}" if row.decides else "reported only"


def _title(row: _Interval) -> str:
    """The check and its metric, as people write it."""
    if row.metric is None:
        return spaced(row.check)
    if row.check.endswith(row.metric):
        return f"{spaced(row.check.removesuffix(row.metric))}{metric_in_words(row.metric)}"
    return f"{spaced(row.check)} in {metric_in_words(row.metric)}"


def _whisker(axes: Axes, row: _Interval, height: float) -> None:
    colour = MUTED if not row.decides else CHAMPION if row.passed else ALERT
    axes.plot(
        [row.lower, row.upper], [height, height], color=colour, linewidth=3, solid_capstyle="round", gid="mark.interval"
    )
    axes.plot(
        [row.value],
        [height],
        color=colour,
        marker="o" if row.passed else "D",
        markersize=11,
        markeredgecolor=SURFACE,
        markeredgewidth=2,
        gid="mark.value",
        linestyle="none",
    )
    axes.annotate(
        f"{_title(row)} {gain_text(row.value, row.metric)}",
        (0, height),
        xycoords=("axes fraction", "data"),
        xytext=(0, 10),
        textcoords="offset points",
        bbox={"facecolor": SURFACE, "edgecolor": "none", "pad": 1},
        color=INK,
    )


def _levels(axes: Axes, rows: Sequence[_Interval]) -> None:
    thresholds = {row.threshold for row in rows if row.threshold is not None}
    ends = [0.0, *thresholds, *(end for row in rows for end in (row.lower, row.upper))]
    pad = 0.14 * (max(ends) - min(ends)) or 0.01
    axes.set_xlim(min(ends) - pad, max(ends) + pad)
    axes.set_ylim(-len(rows) + 0.4, 0.7)
    axes.axvline(0, color=MUTED, linewidth=1, zorder=1, gid="mark.zero")
    for threshold in sorted(thresholds):
        axes.axvline(threshold, color=ALERT, linewidth=1.5, linestyle=(0, (5, 3)), zorder=1, gid="mark.threshold")
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(5))
    form = _share if all(is_relative(row.metric) for row in rows) else _difference
    axes.xaxis.set_major_formatter(FuncFormatter(form))
    axes.grid(axis="x", color=LINE, linewidth=1)
    axes.set_axisbelow(True)


def _share(value: float, _: int) -> str:
    return f"{'+' if value > 0 else ''}{plain(100 * value, 3)}%" if value else "0"


def _difference(value: float, _: int) -> str:
    return f"{'+' if value > 0 else ''}{plain(value, 3)}" if value else "0"
