"""What kind of change the newest batch shows, from what has been measured."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from retraining.kinds.find_kind import kind_of
from retraining.records.change import ChangeEvidence, ChangeKind, DayLoss
from retraining.records.decision import DailyLoss
from retraining.records.drift import LABEL, DriftMetric
from retraining.rules.drift.change_kind import change_kind, column_state
from retraining.rules.drift.daily_distances import daily_distances
from retraining.rules.drift.error_level import ErrorLevel, error_level
from retraining.rules.drift.profile import Profile
from retraining.spec.model_spec import ModelSpec
from retraining.steps.drift.compare_batch import drifted_features
from retraining.steps.drift.evaluate_drift import BatchDrift
from retraining.steps.drift.profile_batch import BatchProfiles
from retraining.steps.drift.recurring_change import mean_distance


def classify_change(
    spec: ModelSpec, drift: BatchDrift, losses: Sequence[DailyLoss], expected_error: float | None
) -> ChangeKind | None:
    """The kind of change, None where nothing was compared with the reference. losses: of the champion alone, all days
    since it went live."""
    profiles = drift.profiles
    compared = [metric for metric in drift.own_metrics if metric.against == "reference" and metric.column_name != LABEL]
    if not compared:
        return None

    drifted = drifted_features(compared)
    series = {name: {**profiles.before.get(name, {}), **days} for name, days in profiles.now.items()}
    evidence = ChangeEvidence(
        columns=tuple(column_state(metric) for metric in compared),
        losses=_by_day(losses),
        expected_loss=_loss(spec, expected_error),
        distances=daily_distances(drifted, {row.column_name: row for row in drift.references}, series),
        batch_from=_first_day(profiles.now),
        labelled_share=_labelled_share(compared[0], losses),
        live_distance=mean_distance([metric.distance for metric in drifted]),
        archived=tuple(drift.archived),
        season=drift.season,
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
