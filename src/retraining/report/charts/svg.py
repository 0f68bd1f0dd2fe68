"""From a matplotlib figure to SVG that takes its colours and font from the page around it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from io import StringIO
from typing import Any

import matplotlib as mpl
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from retraining.kinds.find_kind import known_metric
from retraining.report.words import plain

# Placeholders that nothing else draws in; the page's style sheet says what they are in light and in dark.
INK, MUTED, LINE, CHAMPION, STATIC, ALERT, SURFACE = (f"#a5c30{digit}" for digit in range(7))
_VARIABLES = {
    **{INK: "--ink", MUTED: "--muted", LINE: "--line", CHAMPION: "--champion"},
    **{STATIC: "--static", ALERT: "--alert", SURFACE: "--surface"},
}
# Everything a chart depends on, so that no user's matplotlibrc changes a page. Labels are never formulas.
_STYLE: dict[Any, Any] = {
    **{"svg.fonttype": "none", "svg.hashsalt": "retraining", "font.family": "DejaVu Sans", "font.size": 12},
    **{"text.usetex": False, "text.parse_math": False, "axes.unicode_minus": True, "path.simplify": False},
    **{"axes.linewidth": 1.0, "figure.constrained_layout.use": False, "axes.formatter.useoffset": False},
    **{"axes.xmargin": 0.02, "axes.ymargin": 0.08, "lines.linewidth": 2.0, "lines.markersize": 6.0},
}
_PIXELS_PER_INCH = 72


@contextmanager
def chart_style() -> Iterator[None]:
    """The rules under which every figure is made and written."""
    with mpl.rc_context({"timezone": "UTC"}), mpl.style.context(["default", _STYLE]):
        yield


def new_axes(width: int, height: int, left: int, right: int, top: int = 12, bottom: int = 26) -> Axes:
    """One plot of width x height pixels with margins in pixels; only a baseline and quiet ticks."""
    figure = Figure(figsize=(width / _PIXELS_PER_INCH, height / _PIXELS_PER_INCH), dpi=_PIXELS_PER_INCH)
    figure.patch.set_visible(False)
    axes = figure.add_axes(
        (left / width, bottom / height, 1 - (left + right) / width, 1 - (top + bottom) / height), facecolor="none"
    )
    axes.spines[["left", "top", "right"]].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    axes.tick_params(length=0, colors=MUTED, labelcolor=MUTED, pad=6)
    return axes


def show_errors(axes: Axes, metric: str) -> None:
    """Numbers of the vertical axis in the metric's unit: a share as per cent."""
    known = known_metric(metric)
    is_share = known is not None and known.is_share
    form = (lambda value, _: f"{plain(100 * value, 3)}%") if is_share else (lambda value, _: plain(value, 3))
    axes.yaxis.set_major_formatter(FuncFormatter(form))


def inline_svg(axes: Axes, name: str, label: str, css_class: str = "") -> str:
    """The axes' figure as an <svg> for HTML. name is unique on the page; label says in words what the picture shows.

    An artist with the gid `mark.<kind>` becomes a group with data-mark="<kind>".
    """
    figure = axes.get_figure()
    assert isinstance(figure, Figure)
    text = StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>|<metadata>.*?</metadata>", "", text.getvalue(), flags=re.S)
    body = body[body.index(">", body.index("<svg")) + 1 :]
    for colour, variable in _VARIABLES.items():
        body = body.replace(colour, f"var({variable})")
    width, height = (round(side * _PIXELS_PER_INCH) for side in figure.get_size_inches())
    return (
        f'<svg class="chart {css_class}" role="img" aria-label="{escape(label)}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{_compact(_own_ids(body, name))}'
    )


def _own_ids(body: str, name: str) -> str:
    """Ids that something refers to get the chart's name before them, because a page holds many charts; others go."""
    wanted = set(re.findall(r'(?:url\(#|xlink:href="#)([^")]+)', body))
    body = re.sub(r'id="mark\.([\w-]+)"', r'data-mark="\1"', body)
    body = re.sub(r' id="([^"]+)"', lambda found: f' id="{name}-{found[1]}"' if found[1] in wanted else "", body)
    return body.replace("url(#", f"url(#{name}-").replace('xlink:href="#', f'href="#{name}-')


def _compact(body: str) -> str:
    return re.sub(r">\s+<", "><", re.sub(r"<!--.*?-->", "", body, flags=re.S)).strip()
