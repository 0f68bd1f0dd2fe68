"""What came in with every batch: rows accepted and quarantined, and the share that was refused."""

from collections.abc import Sequence
from functools import partial

from retraining.records.batch import Batch
from retraining.report.charts.batch_axis import batch_axis, draw_points
from retraining.report.charts.svg import ALERT, CHAMPION, chart_style, inline_svg, new_axes
from retraining.report.words import count, plain, share

SIZE = (332, 150)
MOST_BATCHES = 60


def batch_charts(batches: Sequence[Batch]) -> list[tuple[str, str]]:
    """(title, svg) of each chart over the newest closed batches that read anything; none with fewer than two."""
    shown = [row for row in batches if row.rows_read][-MOST_BATCHES:]
    if len(shown) < 2:
        return []
    with chart_style():
        return [("New rows", _rows(shown)), ("Share quarantined", _shares(shown))]


def refused_share(batch: Batch) -> float:
    """Quarantined rows among the new ones of a batch."""
    new = _new(batch)
    return (batch.rows_quarantined or 0) / new if new else 0.0


def _new(batch: Batch) -> int:
    return (batch.rows_accepted or 0) + (batch.rows_quarantined or 0)


def _rows(batches: Sequence[Batch]) -> str:
    axes = new_axes(*SIZE, left=48, right=12)
    numbers = [row.batch_seq for row in batches]
    accepted = [row.rows_accepted or 0 for row in batches]
    axes.bar(numbers, accepted, width=0.7, color=CHAMPION, gid="mark.accepted")
    refused = [row.rows_quarantined or 0 for row in batches]
    axes.bar(numbers, refused, width=0.7, bottom=accepted, color=ALERT, gid="mark.quarantined")
    batch_axis(axes, numbers, max(map(_new, batches)), partial(plain, digits=3))
    last = batches[-1]
    sentence = (
        f"New rows of {len(batches)} batches; in batch {last.batch_seq} {count(last.rows_accepted or 0)} were accepted "
        f"and {count(last.rows_quarantined or 0)} quarantined."
    )
    return inline_svg(axes, "batch-rows", sentence)


def _shares(batches: Sequence[Batch]) -> str:
    axes = new_axes(*SIZE, left=48, right=12)
    numbers = [row.batch_seq for row in batches]
    shares = [refused_share(row) for row in batches]
    axes.plot(numbers, shares, color=CHAMPION, gid="mark.share")
    held = [row.batch_seq for row in batches if row.state == "HELD"]
    points = list(zip(numbers, shares, strict=True))
    draw_points(axes, [point for point in points if point[0] not in held], CHAMPION, "o", "used")
    draw_points(axes, [point for point in points if point[0] in held], ALERT, "D", "held")
    batch_axis(axes, numbers, max(shares), lambda value: f"{plain(100 * value, 3)}%")
    waiting = f"Held: {', '.join(map(str, held))}." if held else "No batch is held."
    sentence = (
        f"Share of new rows that were quarantined: {share(shares[-1])} in batch {numbers[-1]}, at most "
        f"{share(max(shares))}. {waiting}"
    )

    return inline_svg(axes, "batch-shares", sentence)
