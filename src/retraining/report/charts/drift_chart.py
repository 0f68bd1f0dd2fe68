"""Drift of every column as small multiples: the distance that decides, from batch to batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, pairwise

from matplotlib.axes import Axes

from retraining.records.drift import DriftMetric, DriftVerdict
from retraining.report.charts.batch_axis import batch_axis, draw_points
from retraining.report.charts.share_chart import share_chart
from retraining.report.charts.svg import ALERT, CHAMPION, MUTED, chart_style, inline_svg, new_axes
from retraining.report.words import column_title, number, plain
from retraining.rules.drift.measures import name_of_measure
from retraining.rules.drift.shares import ColumnShares

SIZE = (332, 150)
MOST_CHARTS = 30
"""Of the worst columns; a page of two hundred charts is not looked at. The table has all columns."""


@dataclass(frozen=True)
class ColumnChart:
    """One small multiple; newest is the row that its title names, before the verdict on the same batch against the
    batch before. svg is empty where nothing was measured, and for columns beyond the first MOST_CHARTS; shares_svg
    where the batch's values are not known."""

    title: str
    newest: DriftMetric
    svg: str
    sentence: str
    before: DriftVerdict | None = None
    shares_svg: str = ""


def newest_drift(drift: Sequence[DriftMetric]) -> list[DriftMetric]:
    """Rows of the newest batch, worst column first: drifted ones, then by how close they are to their threshold."""
    own = [row for row in drift if row.against == "reference"]
    last = max((row.batch_seq for row in own), default=0)
    latest = {row.column_name: row for row in sorted(own, key=lambda row: row.seq) if row.batch_seq == last}
    return sorted(latest.values(), key=lambda row: (row.verdict != "drifted", -_nearness(row), row.column_name))


def drift_charts(drift: Sequence[DriftMetric], shares: Sequence[ColumnShares] = ()) -> list[ColumnChart]:
    """Charts for every column of the newest batch, in the order of newest_drift."""
    last = max((row.batch_seq for row in drift), default=0)
    earlier = [row for row in drift if row.against == "previous_batch" and row.batch_seq == last]
    before = {row.column_name: row.verdict for row in sorted(earlier, key=lambda row: row.seq)}
    sides = {each.column_name: each for each in shares}
    with chart_style():
        return [
            _chart(place, row, _history(drift, row.column_name), before.get(row.column_name), sides)
            for place, row in enumerate(newest_drift(drift))
        ]


def _nearness(row: DriftMetric) -> float:
    return -1.0 if row.distance is None else row.distance / row.threshold if row.threshold else row.distance


def _history(drift: Sequence[DriftMetric], column: str) -> list[DriftMetric]:
    """The newest row of every batch, oldest batch first."""
    own = [row for row in drift if row.column_name == column and row.against == "reference"]
    rows = sorted(own, key=lambda row: (row.batch_seq, row.seq))
    return [list(group)[-1] for _, group in groupby(rows, key=lambda row: row.batch_seq)]


def _chart(
    place: int,
    newest: DriftMetric,
    rows: Sequence[DriftMetric],
    before: DriftVerdict | None,
    sides: Mapping[str, ColumnShares],
) -> ColumnChart:
    sentence = _sentence(newest, rows)
    measured = [row for row in rows if row.distance is not None]
    svg = (
        _draw(f"drift-{place}", measured, [row.batch_seq for row in rows], sentence)
        if measured and place < MOST_CHARTS
        else ""
    )
    side = sides.get(newest.column_name)
    shares_svg = share_chart(f"shares-{place}", side, newest.batch_seq) if side and place < MOST_CHARTS else ""
    return ColumnChart(column_title(newest.column_name), newest, svg, sentence, before, shares_svg)


def _sentence(newest: DriftMetric, rows: Sequence[DriftMetric]) -> str:
    drifted = sum(row.verdict == "drifted" for row in rows)
    batches = f"{len(rows)} batch{'es' if len(rows) > 1 else ''}"
    return (
        f"{column_title(newest.column_name)}: {name_of_measure(newest.measure)} {number(newest.distance)} "
        f"in batch {newest.batch_seq}, threshold {number(newest.threshold)}, noise floor {number(newest.noise_floor)}; "
        f"drifted in {drifted} of {batches}."
    )


def _draw(name: str, rows: Sequence[DriftMetric], batches: Sequence[int], sentence: str) -> str:
    """rows are the measured ones of the batches; the axis spans all batches, so that charts align."""
    axes = new_axes(*SIZE, left=42, right=12)
    _level(axes, [(row.batch_seq, row.threshold) for row in rows], ALERT, (0, (5, 3)), "threshold")
    _level(axes, [(row.batch_seq, row.noise_floor) for row in rows], MUTED, (0, (1, 2)), "noise-floor")
    axes.plot([row.batch_seq for row in rows], _distances(rows), color=CHAMPION, gid="mark.distance")

    for colour, marker, kind, drifted in ((CHAMPION, "o", "stable", False), (ALERT, "D", "drifted", True)):
        shown = [row for row in rows if (row.verdict == "drifted") is drifted]
        points = list(zip([row.batch_seq for row in shown], _distances(shown), strict=True))
        draw_points(axes, points, colour, marker, kind)

    for before, after in pairwise(rows):
        if before.champion_version != after.champion_version:
            middle = (before.batch_seq + after.batch_seq) / 2
            axes.axvline(middle, color=MUTED, linewidth=1, zorder=0, gid="mark.other-champion")

    highest = max(_distances(rows) + [row.threshold or 0.0 for row in rows])
    batch_axis(axes, batches, highest, partial(plain, digits=3))
    return inline_svg(axes, name, sentence)


def _distances(rows: Sequence[DriftMetric]) -> list[float]:
    return [row.distance for row in rows if row.distance is not None]


def _level(axes: Axes, points: Sequence[tuple[int, float | None]], colour: str, dashes: object, kind: str) -> None:
    """A level that may change from batch to batch, drawn half a batch to either side so that one batch shows it too."""
    known = [(batch, value) for batch, value in points if value is not None]
    if known:
        batches = [known[0][0] - 0.5, *(batch for batch, _ in known), known[-1][0] + 0.5]
        values = [known[0][1], *(value for _, value in known), known[-1][1]]
        axes.plot(
            batches, values, color=colour, linewidth=1.5, linestyle=dashes, drawstyle="steps-mid", gid=f"mark.{kind}"
        )
