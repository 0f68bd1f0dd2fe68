"""What kind of change the newest batch shows, from what has been measured."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from retraining.kinds.find_kind import kind_of
from retraining.records.change import ChangeEvidence, ChangeKind, ColumnState, DayLoss
from retraining.records.decision import DailyLoss
from retraining.records.drift import LABEL, DomainVerdict, DriftMetric, DriftReference
from retraining.rules.drift.change_kind import change_kind, column_state
from retraining.rules.drift.daily_distances import daily_distances
from retraining.rules.drift.error_level import ErrorLevel, error_level
from retraining.rules.drift.one_value import only_category, varies_within_days
from retraining.rules.drift.profile import Profile, merge_profiles
from retraining.spec.model_spec import ModelSpec
from retraining.steps.drift.compare_batch import drifted_features
from retraining.steps.drift.evaluate_drift import BatchDrift
from retraining.steps.drift.profile_batch import BatchProfiles
from retraining.steps.drift.recurring_change import mean_distance

_TOLD_APART = "A classifier tells the rows from the training rows."


def columns_of_batch(drift: BatchDrift, frozen_before: Collection[str] = ()) -> tuple[ColumnState, ...]:
    """Each column that was compared with the reference, the label among them. frozen_before: columns that were found
    frozen earlier, so that the batch before does not show how they vary."""
    references = {row.column_name: row for row in drift.references}
    compared = [metric for metric in drift.own_metrics if metric.against == "reference"]
    return tuple(_column(metric, references[metric.column_name], drift.profiles, frozen_before) for metric in compared)


def _column(
    metric: DriftMetric, reference: DriftReference, profiles: BatchProfiles, frozen_before: Collection[str]
) -> ColumnState:
    days = profiles.now.get(metric.column_name, {}).values()
    before = profiles.before.get(metric.column_name, {}).values()
    return replace(
        column_state(metric),
        varies_within_days=metric.column_name in frozen_before or varies_within_days(before),
        only_category=only_category(reference, merge_profiles(days)) if days else None,
        known_categories=reference.categories,
    )


def days_of_batch(drift: BatchDrift) -> tuple[date | None, date | None]:
    """The first and the last day of the newest batch's rows; None where they have no time."""
    days = [day for of_column in drift.profiles.now.values() for day in of_column if day is not None]
    return min(days, default=None), max(days, default=None)


def classify_change(
    spec: ModelSpec,
    drift: BatchDrift,
    columns: Sequence[ColumnState],
    losses: Sequence[DailyLoss],
    expected_error: float | None,
    domain: DomainVerdict | None,
) -> ChangeKind | None:
    """The kind of change, None where nothing was compared with the reference. columns: as columns_of_batch returns
    them; losses: of the champion alone, all days since it went live."""
    profiles = drift.profiles
    compared = [metric for metric in drift.own_metrics if metric.against == "reference" and metric.column_name != LABEL]
    if not compared:
        return None

    drifted = drifted_features(compared)
    series = {name: {**profiles.before.get(name, {}), **days} for name, days in profiles.now.items()}
    evidence = ChangeEvidence(
        columns=tuple(each for each in columns if each.name != LABEL),
        losses=_by_day(losses),
        expected_loss=_loss(spec, expected_error),
        distances=daily_distances(drifted, {row.column_name: row for row in drift.references}, series),
        batch_from=days_of_batch(drift)[0],
        labelled_share=_labelled_share(compared[0], losses),
        live_distance=mean_distance([metric.distance for metric in drifted]),
        archived=tuple(drift.archived),
        season=drift.season,
        label=next((each for each in columns if each.name == LABEL), None),
        together=_TOLD_APART if domain and domain.verdict == "drifted" else None,
    )

    return change_kind(evidence, _most_loss_increase(spec))


def level_of_error(
    spec: ModelSpec, profiles: BatchProfiles, losses: Sequence[DailyLoss], expected_error: float | None
) -> ErrorLevel | None:
    """The champion's mean loss on the days of the newest batch, at least 6 of them, compared with the expected
    one."""
    expected = _loss(spec, expected_error)
    since = _first_day(profiles.now)
    return error_level(_by_day(losses), expected, since, _most_loss_increase(spec))


def recent_level(
    spec: ModelSpec, losses: Sequence[DailyLoss], expected_error: float | None, batch_seq: int, has_time: bool
) -> tuple[ErrorLevel | None, int]:
    """The same for the newest batch that brought labels, drift or not, and how many days have a loss. Where rows have
    no time, batches stand for days."""
    dated = losses if has_time else [replace(each, day=date.fromordinal(each.batch_seq)) for each in losses]
    days = _by_day(dated)
    since = min((each.day for each in dated if each.batch_seq == batch_seq and each.day is not None), default=None)
    level = error_level(days, _loss(spec, expected_error), since, _most_loss_increase(spec))
    return level, len(days)


def _by_day(losses: Sequence[DailyLoss]) -> tuple[DayLoss, ...]:
    rows: dict[date, int] = defaultdict(int)
    sums: dict[date, float] = defaultdict(float)
    for loss in losses:
        if loss.day is not None and loss.rows:
            rows[loss.day] += loss.rows
            sums[loss.day] += loss.loss
    return tuple(DayLoss(day, rows[day], sums[day] / rows[day]) for day in sorted(rows))


def _first_day(profiles: Mapping[str, Mapping[date | None, Profile]]) -> date | None:
    return min((day for days in profiles.values() for day in days if day is not None), default=None)


def _labelled_share(metric: DriftMetric, losses: Sequence[DailyLoss]) -> float:
    labelled = sum(loss.rows for loss in losses if loss.scored_batch == metric.batch_seq)
    return min(1.0, labelled / metric.rows) if metric.rows else 0.0


def _loss(spec: ModelSpec, error: float | None) -> float | None:
    """The mean loss behind an error, in the unit of the daily losses."""
    return None if error is None else kind_of(spec).mean_loss(error)


def _most_loss_increase(spec: ModelSpec) -> float:
    return kind_of(spec).mean_loss_increase(spec.policy.max_error_increase)
