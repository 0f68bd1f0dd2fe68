"""A forecast's errors from batch to batch beside its reference points, and series with what was forecast of them."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.ticker import MaxNLocator

from retraining.report.charts.svg import (
    CHAMPION,
    INK,
    LINE,
    MUTED,
    STATIC,
    SURFACE,
    chart_style,
    inline_svg,
    new_axes,
)
from retraining.report.panel_data import DrawnSeries, PanelError, Point
from retraining.report.words import plain, series_name

ERRORS_SIZE = (690, 240)
SERIES_SIZE = (356, 170)


def panel_error_chart(errors: Sequence[PanelError]) -> str:
    """Batches in their order; empty with fewer than two."""
    if len(errors) < 2:
        return ""

    batches = [each.batch_seq for each in errors]
    with chart_style():
        axes = new_axes(*ERRORS_SIZE, left=48, right=14)
        refits = [(each.batch_seq, each.refit) for each in errors if each.refit is not None]
        axes.plot(batches, [each.naive for each in errors], color=STATIC, linestyle="--", gid="mark.naive")
        if refits:
            axes.plot(*zip(*refits, strict=True), ":", color=INK, gid="mark.refit")
        axes.plot(
            batches, [each.live for each in errors], "o-", color=CHAMPION, markeredgecolor=SURFACE, gid="mark.live"
        )
        axes.set_ylim(bottom=0)
        axes.xaxis.set_major_locator(MaxNLocator(13, integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.grid(axis="y", color=LINE, linewidth=1)
        return inline_svg(axes, "panel-errors", panel_error_sentence(errors))


def panel_error_sentence(errors: Sequence[PanelError]) -> str:
    """What the chart shows, in words."""
    newest = errors[-1]
    beside = f", seasonal naive {plain(newest.naive, 3)}"
    again = "" if newest.refit is None else f", with every series fitted again {plain(newest.refit, 3)}"
    live = f"version {newest.version} {plain(newest.live, 3)}"
    return f"Mean scaled error of batch {newest.batch_seq}: {live}{beside}{again}."


def series_chart(drawn: DrawnSeries, level: int) -> str:
    """The past of a series, and what is forecast of it with the interval shaded."""
    with chart_style():
        axes = new_axes(*SERIES_SIZE, left=48, right=12)
        banded = [each for each in drawn.ahead if each.low is not None and each.high is not None]
        if banded:
            lows = [float(each.low or 0.0) for each in banded]
            highs = [float(each.high or 0.0) for each in banded]
            axes.fill_between(_days(banded), lows, highs, color=LINE, linewidth=0, gid="mark.interval")
        axes.plot(_days(drawn.actual), [each.value for each in drawn.actual], color=MUTED, gid="mark.actual")
        axes.plot(_days(drawn.ahead), [each.value for each in drawn.ahead], color=CHAMPION, gid="mark.ahead")
        _dates(axes)
        axes.yaxis.set_major_locator(MaxNLocator(3))
        return inline_svg(axes, f"series-{drawn.place}", _of_series(drawn, level))


def _days(points: Sequence[Point]) -> list[float]:
    return [date2num(each.at) for each in points]


def _dates(axes: Axes) -> None:
    locator = AutoDateLocator(minticks=2, maxticks=4)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))


def _of_series(drawn: DrawnSeries, level: int) -> str:
    last = drawn.ahead[-1]
    ends = "" if last.low is None or last.high is None else f", between {plain(last.low, 3)} and {plain(last.high, 3)}"
    return (
        f"{drawn.place} series, {series_name(drawn.series)}: {len(drawn.actual)} steps of its past, and "
        f"{len(drawn.ahead)} that are forecast; the last one {plain(last.value, 3)}{ends} at {level} %."
    )
