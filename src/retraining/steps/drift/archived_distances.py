"""Does the newest batch look like what an earlier champion was trained on?"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables.ledgers_of_model import read_references
from retraining.context import Context
from retraining.records.change import ArchivedDistance
from retraining.records.drift import DriftReference
from retraining.records.promotion import Promotion
from retraining.rules.drift.compare_column import measure_of
from retraining.rules.drift.measure_column import distance_in
from retraining.rules.drift.measures import scale_of
from retraining.rules.drift.profile import Profile
from retraining.spec.model_spec import ModelSpec
from retraining.steps.drift.count_bins import count_bins
from retraining.steps.drift.name_change import mean_distance

MOST_VERSIONS = 6
"""A season that comes back after more champions than these is found by its fit, not by its profile."""


def archived_distances(
    context: Context, rows: DataFrame, columns: Sequence[str], promotions: Sequence[Promotion], live: str
) -> tuple[ArchivedDistance, ...]:
    """The mean distance of some columns of a batch from the references of the newest earlier champions. One Spark job:
    every reference has bins of its own."""
    spec = context.spec
    tables = context.tables
    made = [str(each.version) for each in promotions if each.version and each.outcome in ("PROMOTE", "ADOPTED")]
    versions = [version for version in dict.fromkeys(reversed(made)) if version != live][:MOST_VERSIONS]

    with ThreadPoolExecutor() as pool:
        found = list(pool.map(lambda version: read_references(tables, spec.model, version), versions))

    references = [each for rows in found for each in rows if each.column_name in columns]
    if not references:
        return ()

    (profiles,) = count_bins(rows, references, F.lit(0), F.lit(None).cast("date")).values() or [()]
    distances = [_distance(spec, *pair) for pair in zip(references, profiles, strict=True)]
    by_version = {
        version: mean_distance(
            [far for each, far in zip(references, distances, strict=True) if each.version == version]
        )
        for version in versions
    }

    return tuple(ArchivedDistance(version, far) for version, far in by_version.items() if far is not None)


def _distance(spec: ModelSpec, reference: DriftReference, profile: Profile) -> float | None:
    measure, _ = measure_of(spec, reference, scale_of(reference))
    return distance_in(measure, reference, reference, profile)
