"""Error per day of every champion, with promotions marked and the first model, never retrained, beside it."""

from collections.abc import Sequence
from itertools import groupby
from statistics import median
from typing import Any

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.ticker import MaxNLocator

from retraining.report.charts.promotion_marks import Mark, promotion_marks
from retraining.report.charts.running_error import running_errors
from retraining.report.charts.svg import (
    CHAMPION,
    LINE,
    MUTED,
    STATIC,
    chart_style,
    inline_svg,
    new_axes,
    show_errors,
)
from retraining.report.page_data import DailyError, PageData
from retraining.report.words import error_text
from retraining.rules.gate.checks import metric_in_words

# Width and height in pixels, and how many dates fit; the style sheet shows one of them.
SIZES = {"wide": (1064, 320, 9), "medium": (690, 290, 6), "narrow": (356, 260, 4)}
# Up to here every day is shown on its own.
FEW_DAYS = 14
_DATES = ["%Y", "%b %Y", "%d %b", "%H:%M", "%H:%M", "%S.%f"]


def error_charts(data: PageData) -> list[str]:
    """The same chart for every size of SIZES; none without errors."""
    if not data.daily_errors:
        return []
    with chart_style():
        return [_draw(data, size) for size in SIZES]


def error_sentence(data: PageData) -> str:
    """What the chart shows, in words."""
    live, static = _split(data.daily_errors)
    if not live:
        return "No champion has been measured on rows it had not seen."
    first = live[0].day
    last = live[-1].day
    marks = promotion_marks(data.promotions, data.daily_errors)
    name = metric_in_words(data.metric)
    half = error_text(median(each.error for each in live), data.metric)
    champions = f"Daily {name} of the champions from {first} to {last}: {half} on the median day"
    beside = f", against {error_text(median(each.error for each in static), data.metric)}" if static else ""
    of_static = f" of version {static[0].version}, the first model, never retrained" if static else ""
    moved = f" Promotions and rollbacks marked: {len(marks)}." if marks else ""
    return f"{champions}{beside}{of_static}.{moved}"


def shows_running_errors(data: PageData) -> bool:
    """Whether the line of the last seven days is drawn over the single days."""
    return any(len(errors) > FEW_DAYS for _, errors in _lines(data.daily_errors))


def _split(errors: Sequence[DailyError]) -> tuple[list[DailyError], list[DailyError]]:
    ordered = sorted(errors, key=lambda each: (each.day, each.version))
    return [each for each in ordered if not each.is_static], [each for each in ordered if each.is_static]


def _lines(errors: Sequence[DailyError]) -> list[tuple[str, list[DailyError]]]:
    """The first model's line, and one for every stretch of days with the same champion: a version may come back."""
    live, static = _split(errors)
    champions = [list(stretch) for _, stretch in groupby(live, key=lambda each: each.version)]
    return [("static", static)] * bool(static) + [("champion", stretch) for stretch in champions]


def _draw(data: PageData, size: str) -> str:
    width, height, most_dates = SIZES[size]
    axes = new_axes(width, height, left=46, right=14, top=30)
    for kind, errors in _lines(data.daily_errors):
        _line(axes, errors, data.metric, kind)
    _mark(axes, promotion_marks(data.promotions, data.daily_errors), pixels=width - 60)
    _ticks(axes, data.metric, most_dates)
    return inline_svg(axes, f"errors-{size}", error_sentence(data), size)


def _line(axes: Axes, errors: Sequence[DailyError], metric: str, kind: str) -> None:
    """A few days as a line with dots; many as a faint line behind the errors of the last seven days."""
    colour = STATIC if kind == "static" else CHAMPION
    style: dict[str, Any] = {"color": colour, "linestyle": (0, (4, 2)) if kind == "static" else "-"}
    days = [date2num(each.day) for each in errors]
    if len(errors) <= FEW_DAYS:
        axes.plot(days, [each.error for each in errors], marker="o", markersize=4, gid=f"mark.{kind}", **style)
        return
    axes.plot(days, [each.error for each in errors], color=colour, linewidth=1, alpha=0.35, gid="mark.days")
    axes.plot(days, [each.error for each in running_errors(errors, metric)], gid=f"mark.{kind}", **style)


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
        dashes = (0, (2, 2)) if mark.is_rollback else "-"
        axes.axvline(day, color=MUTED, linewidth=1, linestyle=dashes, zorder=1, gid="mark.promotion")
        at = (day - low) / (high - low) * pixels
        text = f"{'↺ ' if mark.is_rollback else ''}v{mark.version}"
        if at >= free_from:
            axes.annotate(
                text,
                (day, 1),
                xycoords=("data", "axes fraction"),
                xytext=(0, 5),
                textcoords="offset points",
                ha="center",
                color=MUTED,
            )
            free_from = at + 8 * len(text) + 8


def _ticks(axes: Axes, metric: str, most: int) -> None:
    locator = AutoDateLocator(minticks=2, maxticks=most)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(locator, formats=_DATES, zero_formats=["", *_DATES[:-1]], show_offset=False)
    )
    axes.yaxis.set_major_locator(MaxNLocator(5))
    show_errors(axes, metric)
    axes.grid(axis="y", color=LINE, linewidth=1)
    axes.set_axisbelow(True)
