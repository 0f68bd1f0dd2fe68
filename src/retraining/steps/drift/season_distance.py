"""Does the newest batch look like the same days of a year before?"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from pyspark.sql import functions as F

from retraining.adapters.tables.observations import Selection
from retraining.context import Context
from retraining.records.change import SeasonDistance
from retraining.records.drift import DriftMetric, DriftReference
from retraining.rules.drift.measure_column import distance_in
from retraining.rules.drift.profile import Profile, merge_profiles
from retraining.rules.drift.season_before import season_before
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_frame import feature_columns
from retraining.steps.drift.count_bins import count_bins
from retraining.steps.drift.name_change import mean_distance
from retraining.steps.drift.profile_batch import ByDay


def season_distance(
    context: Context,
    source: IngestedSource,
    drifted: Sequence[DriftMetric],
    references: Sequence[DriftReference],
    now: Mapping[str, ByDay],
) -> SeasonDistance | None:
    """Rows of those days in the bins of the live references, one Spark job; None where they are fewer than
    `drift.min_rows`, or the batch is from no part of the calendar."""
    newest = now[drifted[0].column_name]
    days = season_before({day: each.rows for day, each in newest.items() if day is not None})
    if days is None:
        return None

    start, end = (source.ledger.start_of(day) for day in (days[0], days[1] + timedelta(days=1)))
    rows = source.current_rows(Selection(since=start, before=end))
    by_name = {each.column_name: each for each in references}
    own = [by_name[each.column_name] for each in drifted]
    (then,) = count_bins(
        rows.select(*feature_columns(context.spec)), own, F.lit(0), F.lit(None).cast("date")
    ).values() or [()]
    if not then or then[0].rows < context.spec.drift.min_rows:
        return None

    found = [
        _in_thresholds(metric, reference, before, merge_profiles(now[metric.column_name].values()))
        for metric, reference, before in zip(drifted, own, then, strict=True)
    ]
    far = mean_distance(found)
    return None if far is None else SeasonDistance(*days, far)


def _in_thresholds(metric: DriftMetric, reference: DriftReference, before: Profile, now: Profile) -> float | None:
    found = distance_in(metric.measure, reference, before, now)
    return None if found is None or not metric.threshold else found / metric.threshold
