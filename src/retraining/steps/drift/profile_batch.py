"""What a batch, and the one before it, look like in the bins of the champion's references."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import observations, predictions
from retraining.adapters.tables.ledgers_of_model import read_profiles
from retraining.adapters.tables.observations import Selection
from retraining.context import Context
from retraining.records.drift import LABEL, PREDICTION, DriftProfile, DriftReference, UnseenCategory
from retraining.rules.drift.profile import Profile
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_frame import feature_columns, label_column
from retraining.steps.drift.count_bins import count_bins

ByDay = Mapping[date | None, Profile]
FEWEST_NAMED = 5
"""A category of fewer rows a day may name a person, and these tables outlive the rows."""
_BATCH = "_batch"
_DAY = "_day"
_SCORED = "_scored"


@dataclass(frozen=True)
class BatchProfiles:
    """By column name, what each day looked like: of the newest batch, and of the one before (empty where there is
    none)."""

    now: Mapping[str, ByDay]
    before: Mapping[str, ByDay]


@dataclass(frozen=True)
class Profiled:
    """profiles of the newest batch and the one before; new: rows that no table has yet."""

    profiles: BatchProfiles
    new: tuple[DriftProfile, ...]


def stored_profiles(context: Context, source: IngestedSource, version: str, batch_seq: int) -> list[DriftProfile]:
    """What is known of the newest batch and of the one before, in the bins of a version."""
    spec = context.spec
    tables = context.tables
    before = source.batch_before(batch_seq)
    wanted = [batch_seq, *([before] if before else [])]
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(lambda each: read_profiles(tables, spec.model, version, each), wanted))
    return [row for rows in found for row in rows]


def profile_batch(
    context: Context, source: IngestedSource, references: Sequence[DriftReference], stored: Sequence[DriftProfile]
) -> Profiled:
    """The profiles of the newest batch, with what was released since the one before. Read once and stored: a batch is
    only looked at again when the bins are another champion's."""
    version = references[0].version
    batch_seq = source.committed.through
    before = source.batch_before(batch_seq)
    known = {row.batch_seq for row in stored}
    made: tuple[DriftProfile, ...] = ()
    if batch_seq not in known:
        since = before if before and before not in known else batch_seq
        rows = rows_of_batch(context, source, version, batch_seq, since)
        counted = count_bins(rows, references, F.col(_BATCH), F.col(_DAY))
        made = tuple(
            _record(context, version, batch, day, reference, profile)
            for (batch, day), profiles in counted.items()
            for reference, profile in zip(references, profiles, strict=True)
        )

    rows_of = [*stored, *made]
    return Profiled(BatchProfiles(profiles_by_column(rows_of, batch_seq), profiles_by_column(rows_of, before)), made)


def rows_of_batch(context: Context, source: IngestedSource, version: str, batch_seq: int, since: int) -> DataFrame:
    """Rows of the batches from `since` on, with features, label, and what the version said about them when they came.
    Of the newest batch only rows that it scored."""
    current = source.current_rows(Selection(newer_than=since - 1))
    newest = observations.arrived_after(source.committed, batch_seq - 1)
    its = F.col("model_version") == F.lit(version)
    arrived = observations.arrived_after(source.committed, since - 1)
    made = context.tables.read(predictions.table_of(context.model)).where(arrived & its)
    said = made.select(ROW_KEY, F.col("prediction").alias(PREDICTION), F.lit(True).alias(_SCORED))
    batch = F.when(newest, F.lit(batch_seq)).otherwise(F.lit(since)).alias(_BATCH)
    rows = current.select(
        ROW_KEY,
        *feature_columns(context.spec),
        label_column(context.spec).alias(LABEL),
        batch,
        ledger_day(source.ledger).alias(_DAY),
    )
    scored = rows.join(said, ROW_KEY, "left")

    return scored.where(F.col(_SCORED) | (F.col(_BATCH) < F.lit(batch_seq)))


def profiles_by_column(rows: Sequence[DriftProfile], batch_seq: int | None) -> dict[str, dict[date | None, Profile]]:
    """Of the rows of one batch."""
    found: dict[str, dict[date | None, Profile]] = {}
    for row in rows:
        if row.batch_seq == batch_seq:
            found.setdefault(row.column_name, {})[row.day] = _profile(row)
    return found


def _profile(row: DriftProfile) -> Profile:
    unseen = tuple((each.name, each.rows) for each in row.unseen)
    return Profile(row.counts, row.sums, row.nulls, row.nans, row.zeros, row.squares, row.minimum, row.maximum, unseen)


def _record(
    context: Context, version: str, batch_seq: int, day: date | None, reference: DriftReference, profile: Profile
) -> DriftProfile:
    return DriftProfile(
        model=context.model,
        version=version,
        batch_seq=batch_seq,
        column_name=reference.column_name,
        day=day,
        counts=profile.counts,
        sums=profile.sums,
        nulls=profile.nulls,
        nans=profile.nans,
        zeros=profile.zeros,
        squares=profile.squares,
        minimum=profile.minimum,
        maximum=profile.maximum,
        unseen=tuple(UnseenCategory(name, rows) for name, rows in profile.unseen if rows >= FEWEST_NAMED),
        **context.stamp,
    )
