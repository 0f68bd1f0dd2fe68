"""What kind of change the newest batch shows, from what has been measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from retraining.kinds.find_kind import kind_of
from retraining.records.change import ArchivedDistance, ChangeEvidence, ChangeKind, DayLoss, SeasonDistance
from retraining.records.decision import DailyLoss
from retraining.records.drift import LABEL, PREDICTION, DriftMetric, DriftReference
from retraining.rules.drift.batch_verdict import BatchVerdict
from retraining.rules.drift.change_kind import change_kind, column_state
from retraining.rules.drift.daily_distances import daily_distances
from retraining.rules.drift.error_level import ErrorLevel, error_level
from retraining.rules.drift.profile import Profile
from retraining.spec.model_spec import ModelSpec
from retraining.steps.drift.profile_batch import BatchProfiles


@dataclass(frozen=True)
class SeenDrift:
    """The newest batch beside what came before it."""

    verdict: BatchVerdict
    metrics: Sequence[DriftMetric]
    """Of all evaluations."""
    own: Sequence[DriftMetric] = ()
    """Of this evaluation."""
    references: Sequence[DriftReference] = ()
    profiles: BatchProfiles = field(default_factory=lambda: BatchProfiles({}, {}))
    archived: Sequence[ArchivedDistance] = ()
    """How far the drifted columns are from what earlier champions learned."""
    season: SeasonDistance | None = None
    """How far the drifted columns are from the same days a year earlier."""


def name_change(
    spec: ModelSpec, seen: SeenDrift, losses: Sequence[DailyLoss], expected_error: float | None
) -> ChangeKind | None:
    """losses: of the champion alone, all days since it went live. None where nothing was compared with the
    reference."""
    profiles = seen.profiles
    compared = [metric for metric in seen.own if metric.against == "reference" and metric.column_name != LABEL]
    if not compared:
        return None

    drifted = drifted_features(compared)
    series = {name: {**profiles.before.get(name, {}), **days} for name, days in profiles.now.items()}
    evidence = ChangeEvidence(
        columns=tuple(column_state(metric) for metric in compared),
        losses=_by_day(losses),
        expected_loss=_loss(spec, expected_error),
        distances=daily_distances(drifted, {each.column_name: each for each in seen.references}, series),
        batch_from=_first_day(profiles.now),
        labelled_share=_labelled_share(compared[0], losses),
        live_distance=mean_distance([metric.distance for metric in drifted]),
        archived=tuple(seen.archived),
        season=seen.season,
    )

    return change_kind(evidence, _most_loss_increase(spec))


def level_of_error(
    spec: ModelSpec, profiles: BatchProfiles, losses: Sequence[DailyLoss], expected_error: float | None
) -> ErrorLevel | None:
    """The champion's mean loss on the days of the newest batch, 6 at least, beside what was expected."""
    expected = _loss(spec, expected_error)
    since = _first_day(profiles.now)
    return error_level(_by_day(losses), expected, since, _most_loss_increase(spec))


def drifted_features(metrics: Sequence[DriftMetric]) -> list[DriftMetric]:
    """Feature columns that drifted from the reference."""
    own = [each for each in metrics if each.against == "reference" and each.column_name not in (PREDICTION, LABEL)]
    return [each for each in own if each.verdict == "drifted"]


def mean_distance(distances: Sequence[float | None]) -> float | None:
    """Of those that could be measured; None without any."""
    known = [each for each in distances if each is not None]
    return sum(known) / len(known) if known else None


def _by_day(losses: Sequence[DailyLoss]) -> tuple[DayLoss, ...]:
    rows: dict[date, tuple[int, float]] = {}
    for each in losses:
        if each.day is not None and each.rows:
            count, total = rows.get(each.day, (0, 0.0))
            rows[each.day] = count + each.rows, total + each.loss
    return tuple(DayLoss(day, count, total / count) for day, (count, total) in sorted(rows.items()))


def _first_day(profiles: Mapping[str, Mapping[date | None, Profile]]) -> date | None:
    return min((day for days in profiles.values() for day in days if day is not None), default=None)


def _labelled_share(metric: DriftMetric, losses: Sequence[DailyLoss]) -> float:
    labelled = sum(each.rows for each in losses if each.scored_batch == metric.batch_seq)
    return min(1.0, labelled / metric.rows) if metric.rows else 0.0


def _loss(spec: ModelSpec, error: float | None) -> float | None:
    """The mean loss behind an error, in the unit of the daily losses."""
    return None if error is None else kind_of(spec).mean_loss(error)


def _most_loss_increase(spec: ModelSpec) -> float:
    return kind_of(spec).mean_loss_increase(spec.policy.max_error_increase)
