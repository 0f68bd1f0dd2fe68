"""A column's shares in the reference and in the newest batch: pairs of bars."""

from matplotlib.ticker import FuncFormatter, MaxNLocator

from retraining.report.charts.svg import ALERT, CHAMPION, LINE, MUTED, inline_svg, new_axes
from retraining.report.words import column_title, plain, share
from retraining.rules.drift.shares import MISSING, UNSEEN, ColumnShares

SIZE = (332, 130)
_MOST_LETTERS = 7
_MOST_TICKS = 7
"""Of more groups every second one is named, the last one always: it may be the missing values."""
_WIDTH = 0.4


def share_chart(name: str, column: ColumnShares, batch: int) -> str:
    """name is unique on the page. Groups that point at a fault (missing, unseen) are drawn as alerts."""
    axes = new_axes(*SIZE, left=42, right=12)
    for place, pair in enumerate(column.pairs):
        colour = ALERT if pair.group in (MISSING, UNSEEN) else CHAMPION
        axes.bar([place - _WIDTH / 2], [pair.reference], width=_WIDTH, color=MUTED, gid="mark.reference-share")
        axes.bar([place + _WIDTH / 2], [pair.batch], width=_WIDTH, color=colour, gid="mark.batch-share")
    ticks = range(len(column.pairs) - 1, -1, -2 if len(column.pairs) > _MOST_TICKS else -1)
    axes.set_xticks(list(ticks), [_short(column.pairs[place].group) for place in ticks], fontsize=10)
    axes.set_xlim(-0.6, len(column.pairs) - 0.4)
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{plain(100 * value, 3)}%"))
    axes.grid(axis="y", color=LINE, linewidth=1)
    axes.set_axisbelow(True)
    return inline_svg(axes, name, shares_sentence(column, batch))


def shares_sentence(column: ColumnShares, batch: int) -> str:
    """The group that changed most, in words."""
    most = max(column.pairs, key=lambda pair: abs(pair.batch - pair.reference))
    return (
        f"{column_title(column.column_name)}: the share that changed most is {most.group!r}, from "
        f"{share(most.reference)} of the reference to {share(most.batch)} in batch {batch}."
    )


def _short(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}\N{HORIZONTAL ELLIPSIS}"
