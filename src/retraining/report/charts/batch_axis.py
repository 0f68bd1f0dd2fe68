"""Values from batch to batch: the points of a small chart, and its axis."""

import math
from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from retraining.report.charts.svg import LINE, SURFACE

_MOST_TICKS = 6


def draw_points(axes: Axes, points: Sequence[tuple[int, float]], colour: str, marker: str, kind: str) -> None:
    """One mark per (batch, value)."""
    for batch, value in points:
        axes.plot(
            [batch],
            [value],
            color=colour,
            marker=marker,
            markersize=7,
            linestyle="none",
            zorder=3,
            markeredgecolor=SURFACE,
            markeredgewidth=1,
            gid=f"mark.{kind}",
        )


def batch_axis(axes: Axes, batches: Sequence[int], highest: float, said: Callable[[float], str]) -> None:
    """Ticks at whole batches, the newest always among them, and quiet levels from zero to above the highest."""
    axes.set_xlim(batches[0] - 0.6, batches[-1] + 0.6)
    axes.set_ylim(0, highest * 1.2 or 1.0)
    axes.set_xticks(sorted(list(batches)[:: -math.ceil(len(batches) / _MOST_TICKS)]))
    axes.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: said(value)))
    axes.grid(axis="y", color=LINE, linewidth=1)
    axes.set_axisbelow(True)
