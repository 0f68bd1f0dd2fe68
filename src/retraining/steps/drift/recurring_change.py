"""Has the newest batch been seen before: by an earlier champion, or on the same days of the previous year?"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables.ledgers_of_model import read_references
from retraining.adapters.tables.observations import Selection
from retraining.context import Context
from retraining.records.change import ArchivedDistance, SeasonDistance
from retraining.records.drift import ColumnKind, DriftMetric, DriftReference
from retraining.records.promotion import Promotion
from retraining.rules.drift.compare_column import measure_of
from retraining.rules.drift.measure_column import distance_in
from retraining.rules.drift.measures import scale_of
from retraining.rules.drift.profile import Profile, merge_profiles
from retraining.rules.drift.season_before import season_before
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.drift.count_bins import count_bins
from retraining.steps.drift.profile_batch import ByDay, columns_of_references

MOST_VERSIONS = 6
"""A season that returns after more champions than these is found by its fit, not by its profile."""


def archived_distances(
    context: Context,
    rows: DataFrame,
    columns: Mapping[str, ColumnKind],
    promotions: Sequence[Promotion],
    live: str,
) -> tuple[ArchivedDistance, ...]:
    """The mean distance of some columns of a batch from the references of the newest earlier champions, in one Spark
    job. Each reference has its own bins. columns: their kinds in the live version; a version that learned one of them
    in another way is not compared by it."""
    spec = context.spec
    went_live = [str(row.version) for row in promotions if row.version and row.outcome in ("PROMOTE", "ADOPTED")]
    versions = [version for version in dict.fromkeys(reversed(went_live)) if version != live][:MOST_VERSIONS]
    with ThreadPoolExecutor() as pool:
        stored = list(pool.map(lambda version: read_references(context.tables, spec.model, version), versions))
    references = [each for rows in stored for each in rows if columns.get(each.column_name) == each.kind]
    if not references:
        return ()

    distances: dict[str, list[float | None]] = {version: [] for version in versions}
    for reference, profile in zip(references, _profiles(rows, references), strict=True):
        distances[reference.version].append(_distance(spec, reference, profile))
    means = {version: mean_distance(of_version) for version, of_version in distances.items()}
    return tuple(ArchivedDistance(version, mean) for version, mean in means.items() if mean is not None)


def season_distance(
    context: Context,
    source: IngestedSource,
    drifted: Sequence[DriftMetric],
    references: Sequence[DriftReference],
    now: Mapping[str, ByDay],
) -> SeasonDistance | None:
    """The mean distance of the drifted columns from the same days of the previous year, in the bins of the live
    references and in thresholds. One Spark job.

    None where those days have fewer rows than `drift.min_rows`, or the batch belongs to no part of the calendar.
    """
    newest = now[drifted[0].column_name]
    days = season_before({day: profile.rows for day, profile in newest.items() if day is not None})
    if days is None:
        return None

    start, end = (source.ledger.start_of(day) for day in (days[0], days[1] + timedelta(days=1)))
    current = source.current_rows(Selection(since=start, before=end))
    rows = current.select(*columns_of_references(references, current))
    by_name = {reference.column_name: reference for reference in references}
    of_drifted = [by_name[metric.column_name] for metric in drifted]
    season = _profiles(rows, of_drifted)
    if not season or season[0].rows < context.spec.drift.min_rows:
        return None

    mean = mean_distance(
        [
            _in_thresholds(metric, reference, before, merge_profiles(now[metric.column_name].values()))
            for metric, reference, before in zip(drifted, of_drifted, season, strict=True)
        ]
    )
    return None if mean is None else SeasonDistance(*days, mean)


def mean_distance(distances: Sequence[float | None]) -> float | None:
    """Of the distances that could be measured; None without any."""
    measured = [distance for distance in distances if distance is not None]
    return sum(measured) / len(measured) if measured else None


def _profiles(rows: DataFrame, references: Sequence[DriftReference]) -> tuple[Profile, ...]:
    """Of all rows together, one a reference; empty without rows."""
    (profiles,) = count_bins(rows, references, F.lit(0), F.lit(None).cast("date")).values() or [()]
    return profiles


def _distance(spec: ModelSpec, reference: DriftReference, profile: Profile) -> float | None:
    measure, _ = measure_of(spec, reference, scale_of(reference))
    return distance_in(measure, reference, reference, profile)


def _in_thresholds(metric: DriftMetric, reference: DriftReference, before: Profile, now: Profile) -> float | None:
    distance = distance_in(metric.measure, reference, before, now)
    return None if distance is None or not metric.threshold else distance / metric.threshold
