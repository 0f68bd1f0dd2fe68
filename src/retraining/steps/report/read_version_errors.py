"""The errors of the live version beside the previous one and the first one, read back from `performance`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables.performance import read_performance
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.kinds.kind import Kind
from retraining.records.promotion import Promotion
from retraining.report.version_errors import ErrorsOfVersions, VersionError, VersionErrors
from retraining.rules.champion.history import first_champion, previous_champion

_MONTHS = 13
"""A page shows a year, and the same month of the year before."""
_MOST_SLICES = 20
_NO_DAY = "1970-01-01"


def read_version_errors(
    context: Context, promotions: Sequence[Promotion], champion: str | None
) -> VersionErrors | None:
    """None before the first champion, of a forecast, and while there is nothing to compare: no label has met a
    prediction, and one version alone was measured on the first hold-out. One pass over the sums; what comes back has a
    row a month, slice and version."""
    if champion is None:
        return None
    stored = read_performance(context.tables, context.model)
    if stored is None:
        return None

    previous = previous_champion(promotions, champion)
    first = first_champion(promotions)
    versions = tuple(dict.fromkeys(name for name in (champion, previous, first) if name))
    rows = _totals(stored, versions, champion).collect()
    arrived = [row for row in rows if row["basis"] == "arrival"]
    holdout = [row for row in rows if row["basis"] == "first_holdout" and row["slice"] is None]
    if not arrived and len({row["version"] for row in holdout}) < 2:
        return None

    kind = kind_of(context.spec)
    months = _by(kind, [row for row in arrived if row["slice"] is None and row["month"]], "month")
    same = _by(kind, [row for row in arrived if row["is_same"]], "slice")

    return VersionErrors(
        live=champion,
        versions=versions,
        on_same_rows=_largest(same),
        by_month=dict(sorted(months.items())[-_MONTHS:]),
        on_first_holdout=_errors(kind, holdout),
    )


def _totals(stored: DataFrame, versions: Sequence[str], live: str) -> DataFrame:
    """Sums by basis, version, month and slice. is_same: whether the live version predicted the same rows. Slices are
    read of those rows alone."""
    keys = ["source", "batch_seq", "scored_batch", "_day"]
    dated = stored.withColumn("_day", F.coalesce("day", F.lit(_NO_DAY).cast("date")))
    is_arrival = F.col("basis") == F.lit("arrival")
    is_live = is_arrival & F.col("slice").isNull() & (F.col("version") == F.lit(live))
    of_live = dated.where(is_live).select(*keys).distinct().withColumn("is_live", F.lit(True))

    shown = dated.where(~is_arrival | F.col("version").isin(*versions)).join(of_live, keys, "left")
    is_same = is_arrival & F.coalesce(F.col("is_live"), F.lit(False))
    month = F.when(is_arrival & F.col("day").isNotNull(), F.date_format("day", "yyyy-MM"))
    marked = shown.withColumns({"is_same": is_same, "month": month})
    kept = marked.where(F.col("slice").isNull() | F.col("is_same"))
    groups = ["basis", "version", "month", "slice", "is_same"]
    return kept.groupBy(*groups).agg(F.sum("rows").alias("rows"), F.sum("loss").alias("loss"))


def _by(kind: Kind, rows: Sequence[Any], group: str) -> dict[str, ErrorsOfVersions]:
    """The errors of each value of a column; null is ""."""
    grouped: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row[group] or ""].append(row)
    return {name: _errors(kind, own) for name, own in grouped.items()}


def _errors(kind: Kind, rows: Sequence[Any]) -> ErrorsOfVersions:
    """The error of each version, in the order of their numbers."""
    counts: dict[str, int] = defaultdict(int)
    losses: dict[str, float] = defaultdict(float)
    for row in rows:
        counts[row["version"]] += row["rows"]
        losses[row["version"]] += row["loss"]
    versions = sorted(counts, key=int)
    return {each: VersionError(kind.error(losses[each], counts[each]), counts[each]) for each in versions}


def _largest(slices: Mapping[str, ErrorsOfVersions]) -> dict[str, ErrorsOfVersions]:
    """All rows first, then the slices with most rows."""
    rows = {name: max(each.rows for each in errors.values()) for name, errors in slices.items()}
    ordered = sorted(slices, key=lambda name: (name != "", -rows[name], name))
    return {name: slices[name] for name in ordered[: 1 + _MOST_SLICES]}
