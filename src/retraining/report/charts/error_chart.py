"""Error per day of every champion, with promotions marked and the first model, never retrained, beside it."""

from collections.abc import Sequence
from statistics import median

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.ticker import FuncFormatter, MaxNLocator

from retraining.report.charts.promotion_marks import Mark, promotion_marks
from retraining.report.charts.svg import (
    ALERT,
    CHAMPION,
    LINE,
    MUTED,
    STATIC,
    SURFACE,
    chart_style,
    inline_svg,
    new_axes,
)
from retraining.report.page_data import DailyError, PageData
from retraining.report.words import error_text, metric_name

WIDE, NARROW = (1064, 320), (356, 260)
_FEW_DAYS = 45
_DATES = ["%Y", "%b %Y", "%d %b", "%H:%M", "%H:%M", "%S.%f"]


def error_charts(data: PageData) -> list[str]:
    """The same chart for wide and for narrow screens, of which the style sheet shows one; none without errors."""
    if not data.daily_errors:
        return []
    with chart_style():
        return [_draw(data, *WIDE, "wide"), _draw(data, *NARROW, "narrow")]


def error_sentence(data: PageData) -> str:
    """What the chart shows, in words."""
    live, static = _split(data.daily_errors)
    if not live:
        return "No champion has been measured on rows it had not seen."
    first, last = live[0].day, live[-1].day
    marks = promotion_marks(data.promotions, data.daily_errors)
    name, half = metric_name(data.metric), error_text(median(each.error for each in live), data.metric)
    champions = f"Daily {name} of the champions from {first} to {last}: {half} on the median day"
    beside = f", against {error_text(median(each.error for each in static), data.metric)}" if static else ""
    of_static = f" of version {static[0].version}, the first model, never retrained" if static else ""
    moved = f" Champions changed {len(marks)} times." if len(marks) > 1 else ""
    return f"{champions}{beside}{of_static}.{moved}"


def _split(errors: Sequence[DailyError]) -> tuple[list[DailyError], list[DailyError]]:
    ordered = sorted(errors, key=lambda each: (each.day, each.version))
    return [each for each in ordered if not each.is_static], [each for each in ordered if each.is_static]


def _draw(data: PageData, width: int, height: int, size: str) -> str:
    axes = new_axes(width, height, left=46, right=14, top=30)
    live, static = _split(data.daily_errors)
    _line(axes, static, STATIC, "static", dashed=True)
    for version in dict.fromkeys(each.version for each in live):
        _line(axes, [each for each in live if each.version == version], CHAMPION, "champion")
    marks = promotion_marks(data.promotions, data.daily_errors)
    _mark(axes, marks, pixels=width - 60)
    _ticks(axes, data.metric, 9 if size == "wide" else 4)
    return inline_svg(axes, f"errors-{size}", error_sentence(data), size)


def _line(axes: Axes, errors: Sequence[DailyError], colour: str, kind: str, dashed: bool = False) -> None:
    if not errors:
        return
    days = [date2num(each.day) for each in errors]
    marker = "o" if len(errors) <= _FEW_DAYS and not dashed else ""
    axes.plot(
        days,
        [each.error for each in errors],
        color=colour,
        linewidth=1.5 if dashed else 1.8,
        linestyle=(0, (4, 2)) if dashed else "-",
        marker=marker,
        markersize=4,
        markeredgecolor=SURFACE,
        markeredgewidth=0.75,
        gid=f"mark.{kind}",
    )


def _mark(axes: Axes, marks: Sequence[Mark], pixels: int) -> None:
    """A vertical rule for every mark; its version above it where there is room."""
    if not marks:
        return
    low, high = axes.get_xlim()
    high = max(high, date2num(marks[-1].day) + 1)
    axes.set_xlim(low, high)
    free_from = float("-inf")
    for mark in marks:
        day = date2num(mark.day)
        colour = ALERT if mark.is_rollback else MUTED
        axes.axvline(day, color=colour, linewidth=1, zorder=1, gid="mark.promotion")
        at = (day - low) / (high - low) * pixels
        text = f"{'↺' if mark.is_rollback else ''}v{mark.version}"
        if at >= free_from:
            axes.annotate(
                text,
                (day, 1),
                xycoords=("data", "axes fraction"),
                xytext=(0, 5),
                textcoords="offset points",
                ha="center",
                color=colour,
            )
            free_from = at + 8 * len(text) + 8


def _ticks(axes: Axes, metric: str, most: int) -> None:
    locator = AutoDateLocator(minticks=2, maxticks=most)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(locator, formats=_DATES, zero_formats=["", *_DATES[:-1]], show_offset=False)
    )
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{100 * value:.3g}%" if metric == "error_rate" else f"{value:.3g}")
    )
    axes.grid(axis="y", color=LINE, linewidth=1)
    axes.set_axisbelow(True)
