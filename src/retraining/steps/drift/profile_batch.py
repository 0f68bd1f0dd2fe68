"""Profiles of the newest batch and of the previous one, in the bins of the champion's references."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import observations
from retraining.adapters.tables.ledgers_of_model import read_profiles
from retraining.adapters.tables.observations import Selection
from retraining.context import Context
from retraining.records.drift import LABEL, PREDICTION, DriftProfile, DriftReference, UnseenCategory
from retraining.rules.drift.frequent_values import frequent_names
from retraining.rules.drift.profile import Profile
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_frame import columns_of_features, label_column
from retraining.steps.drift.count_bins import count_bins
from served_model.column_values import Feature

ByDay = Mapping[date | None, Profile]
BatchDay = tuple[int, date | None]
FEWEST_NAMED = 5
"""A category with fewer rows a day may name a person, and these tables outlive the rows; not one that many rows of the
batch share."""
_IS_NUMERIC = {"numeric": True, "categorical": False}
_BATCH = "_batch"
_DAY = "_day"
_SCORED = "_scored"


@dataclass(frozen=True)
class BatchProfiles:
    """The days of two batches, by column name."""

    now: Mapping[str, ByDay]
    """Of the newest batch."""
    before: Mapping[str, ByDay]
    """Of the previous batch; empty where there is none."""
    unstored: tuple[DriftProfile, ...] = ()
    """Those of these profiles that no table has yet."""

    @property
    def sides(self) -> dict[str, Mapping[str, ByDay]]:
        """Both by name."""
        return {"now": self.now, "before": self.before}


def stored_profiles(context: Context, source: IngestedSource, version: str) -> list[DriftProfile]:
    """The stored profiles of the newest batch and of the previous one, in the bins of a version."""
    newest = source.committed.through
    previous = source.batch_before(newest)
    batches = [newest, previous] if previous else [newest]
    with ThreadPoolExecutor() as pool:
        stored = pool.map(lambda batch: read_profiles(context.tables, context.model, version, batch), batches)
        return source.numbers.own([profile for of_batch in stored for profile in of_batch])


def profile_batch(
    context: Context, source: IngestedSource, references: Sequence[DriftReference], stored: Sequence[DriftProfile]
) -> BatchProfiles:
    """The profiles of the newest batch, together with what was released since the previous one. What is stored is not
    read again: a batch is counted once in the bins of one champion."""
    version = references[0].version
    newest = source.committed.through
    previous = source.batch_before(newest)
    stored_batches = {profile.batch_seq for profile in stored}

    unstored: tuple[DriftProfile, ...] = ()
    if newest not in stored_batches:
        since = previous if previous and previous not in stored_batches else newest
        rows = rows_with_predictions(context, source, references, since)
        profiles_of_day = count_bins(rows, references, F.col(_BATCH), F.col(_DAY))
        unstored = tuple(
            _record(context, version, batch, day, reference, profile)
            for (batch, day), profiles in without_rare_names(profiles_of_day).items()
            for reference, profile in zip(references, profiles, strict=True)
        )

    both = [*stored, *unstored]
    return BatchProfiles(profiles_by_column(both, newest), profiles_by_column(both, previous), unstored)


def without_rare_names(found: Mapping[BatchDay, Sequence[Profile]]) -> dict[BatchDay, tuple[Profile, ...]]:
    """The profiles with the new values that may be named: those of FEWEST_NAMED rows a day, and those that are frequent
    in the whole batch. Numbers are named only where they are frequent."""
    frequent: dict[tuple[int, int], frozenset[str]] = {}
    for batch in {batch for batch, _ in found}:
        columns = zip(*(profiles for (each, _), profiles in found.items() if each == batch), strict=True)
        for place, days in enumerate(columns):
            frequent[batch, place] = frequent_names(days, FEWEST_NAMED)

    return {
        (batch, day): tuple(
            replace(each, unseen=tuple(pair for pair in each.unseen if _is_named(each, pair, frequent[batch, place])))
            for place, each in enumerate(profiles)
        )
        for (batch, day), profiles in found.items()
    }


def _is_named(profile: Profile, pair: tuple[str, int], frequent: frozenset[str]) -> bool:
    name, rows = pair
    is_category = not profile.sums
    return name in frequent or (is_category and rows >= FEWEST_NAMED)


def rows_with_predictions(
    context: Context, source: IngestedSource, references: Sequence[DriftReference], since: int
) -> DataFrame:
    """Rows of the batches from `since` on, with the features of the references, label, and the version's prediction at
    their arrival. Of the newest batch only the rows that it scored; where it was read again in place of another batch,
    also those that were scored with that one, so that a replay is looked at too."""
    version = references[0].version
    newest = source.committed.through
    in_newest = observations.arrived_after(source.committed, newest - 1)
    current = source.current_rows(Selection(newer_than=since - 1))
    rows = current.select(
        ROW_KEY,
        *columns_of_references(references, current),
        label_column(context.spec).alias(LABEL),
        F.when(in_newest, F.lit(newest)).otherwise(F.lit(since)).alias(_BATCH),
        ledger_day(source.ledger).alias(_DAY),
    )

    by_version = F.col("model_version") == F.lit(version)
    arrived = observations.arrived_after(source.committed, since - 1)
    replaced = source.replaced_by(newest)
    if replaced:
        arrived = arrived | F.col(observations.BATCH_SEQ).isin(replaced)
    stored = source.predictions(context.model).where(arrived & by_version)
    predicted = stored.select(ROW_KEY, F.col("prediction").alias(PREDICTION), F.lit(True).alias(_SCORED))

    joined = rows.join(predicted, ROW_KEY, "left")
    return joined.where(F.col(_SCORED) | (F.col(_BATCH) < F.lit(newest)))


def columns_of_references(references: Sequence[DriftReference], rows: DataFrame) -> list[Column]:
    """The features of a version under their own names: those that it was fitted on, whatever the spec says by now."""
    of_features = [each for each in references if each.column_name not in (PREDICTION, LABEL)]
    return columns_of_features([Feature(each.column_name, "", _IS_NUMERIC[each.kind]) for each in of_features], rows)


def profiles_by_column(rows: Sequence[DriftProfile], batch_seq: int | None) -> dict[str, dict[date | None, Profile]]:
    """The profiles of one batch, by column name and day."""
    profiles: dict[str, dict[date | None, Profile]] = {}
    for row in rows:
        if row.batch_seq == batch_seq:
            profiles.setdefault(row.column_name, {})[row.day] = _profile(row)
    return profiles


def _profile(row: DriftProfile) -> Profile:
    unseen = tuple((category.name, category.rows) for category in row.unseen)
    return Profile(row.counts, row.sums, row.nulls, row.nans, row.zeros, row.squares, row.minimum, row.maximum, unseen)


def _record(
    context: Context, version: str, batch_seq: int, day: date | None, reference: DriftReference, profile: Profile
) -> DriftProfile:
    unseen = tuple(UnseenCategory(name, rows) for name, rows in profile.unseen)

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
        unseen=unseen,
        source=context.spec.source_name,
        **context.stamp,
    )
