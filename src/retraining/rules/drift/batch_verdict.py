"""Has a batch drifted, and has the drift come to stay?"""

from collections.abc import Sequence
from dataclasses import dataclass

from retraining.records.drift import LABEL, PREDICTION, DriftMetric, DriftVerdict
from retraining.rules.drift.judge_column import severity
from retraining.rules.drift.measures import name_of_column
from retraining.spec.drift_section import DriftSection


@dataclass(frozen=True)
class BatchVerdict:
    """worst_column is the one furthest beyond (or nearest to) its threshold; None when no column could be judged."""

    verdict: DriftVerdict
    worst_column: str | None
    reason: str
    drifted_columns: tuple[str, ...]


LEAST_JUDGED = 0.5
"""Of the weight: where fewer columns have a verdict, those that drifted may be most of what can be seen, and those that
did not say nothing about the others."""


def judge_batch(metrics: Sequence[DriftMetric], policy: DriftSection) -> BatchVerdict:
    """The verdict on one batch from its columns, which are those of one evaluation.

    A batch has drifted if its prediction drifted, or if the drifted columns carry at least `max_drifted_share` of the
    weight of all columns. A column without enough data has not drifted, and stays in that weight: a share of the
    columns that happen to be judged would be largest where least is known. Where columns with less than half of the
    weight have a verdict, a batch that has not drifted has not enough data either.
    The label and the comparison with the previous batch are reported and decide nothing.
    """
    known = [each for each in metrics if each.against == "reference" and each.column_name != LABEL]
    judged = sorted((each for each in known if each.verdict != "not_enough_data"), key=_worst_first)
    if not judged:
        return BatchVerdict("not_enough_data", None, _nothing_judged(known), ())

    drifted = [each for each in judged if each.verdict == "drifted"]
    worst = judged[0]
    names = tuple(each.column_name for each in drifted)
    has_drifted = PREDICTION in names or _share(drifted, known, policy) >= policy.max_drifted_share
    not_drifted: DriftVerdict = "stable" if _is_enough(judged, known, policy) else "not_enough_data"
    predicted = " The prediction drifted, which is enough on its own." if PREDICTION in names else ""
    closest = f" {'Worst' if drifted else 'Closest'}: {name_of_column(worst.column_name)}. {worst.reason}"
    reason = _counted(known, policy) + predicted + closest

    return BatchVerdict("drifted" if has_drifted else not_drifted, worst.column_name, reason, names)


def _counted(known: Sequence[DriftMetric], policy: DriftSection) -> str:
    """How many columns drifted, and how many could not be judged."""
    features = [each for each in known if each.column_name != PREDICTION]
    drifted, unknown = ([each for each in features if each.verdict == what] for what in ("drifted", "not_enough_data"))
    weighed = f" ({_share(drifted, known, policy):.0%} by weight)" if policy.weights else ""
    have = "has" if len(unknown) == 1 else "have"
    without = f", {len(unknown)} {have} not enough data" if unknown else ""
    return (
        f"{len(drifted)} of {len(features)} feature columns drifted{weighed}{without}; drift.max_drifted_share wants "
        f"{policy.max_drifted_share:.0%}."
    )


CLEAR_SHARE = 0.8
"""Drift is over when it is not seen at this part of the thresholds either, so that an alert does not open and close in
turns."""


def is_clear(metrics: Sequence[DriftMetric], policy: DriftSection) -> bool | None:
    """Whether a batch is well below what makes it drift; None when too few columns have enough data."""
    own = [each for each in metrics if each.against == "reference" and each.column_name != LABEL]
    judged = [each for each in own if each.verdict != "not_enough_data"]
    if not judged or not _is_enough(judged, own, policy):
        return None
    near = [each for each in judged if severity(each) > CLEAR_SHARE]
    predicted = any(each.column_name == PREDICTION for each in near)
    return not predicted and _share(near, own, policy) < policy.max_drifted_share


def _is_enough(judged: Sequence[DriftMetric], known: Sequence[DriftMetric], policy: DriftSection) -> bool:
    return not _weight(known, policy) or _share(judged, known, policy) >= LEAST_JUDGED


def _share(some: Sequence[DriftMetric], known: Sequence[DriftMetric], policy: DriftSection) -> float:
    """Weight of some feature columns, of the weight of all; 0 for no weight."""
    whole = _weight(known, policy)
    return _weight(some, policy) / whole if whole else 0.0


def _weight(rows: Sequence[DriftMetric], policy: DriftSection) -> float:
    return sum(policy.weights.get(each.column_name, 1.0) for each in rows if each.column_name != PREDICTION)


def _worst_first(metric: DriftMetric) -> tuple[float, str]:
    """By name when equally bad, so that the order of the rows does not matter."""
    return -severity(metric), metric.column_name


def _nothing_judged(metrics: Sequence[DriftMetric]) -> str:
    if not metrics:
        return "The champion has no drift reference, so nothing was compared."
    first = metrics[0]
    return f"None of {len(metrics)} columns has enough data. {name_of_column(first.column_name)}: {first.reason}"


@dataclass(frozen=True)
class Persistence:
    """batches and drifted: how many of the newest batches had a verdict, and how many of those had drifted."""

    persists: bool
    batches: int
    drifted: int
    reason: str


def drift_persistence(metrics: Sequence[DriftMetric], champion_version: str, policy: DriftSection) -> Persistence:
    """Whether at least windows.at_least of the newest windows.within batches drifted, the newest among them.

    metrics: all rows of the model, in any order. Only the champion's own count: another version had another reference.
    Batches are distinct: of several evaluations of one batch the newest counts. A batch without enough data takes no
    place among the newest, but drift never persists on the word of older batches alone.
    """
    by_batch: dict[int, list[DriftMetric]] = {}
    for each in sorted(metrics, key=lambda row: row.seq):
        if each.champion_version == champion_version:
            rows = by_batch.setdefault(each.batch_seq, [])
            if rows and rows[0].evaluation_id != each.evaluation_id:
                rows.clear()
            rows.append(each)
    verdicts = [judge_batch(by_batch[batch], policy).verdict for batch in sorted(by_batch, reverse=True)]
    return _persistence(verdicts, policy)


def _persistence(newest_first: list[DriftVerdict], policy: DriftSection) -> Persistence:
    judged = [each for each in newest_first if each != "not_enough_data"][: policy.windows.within]
    drifted = judged.count("drifted")
    persists = newest_first[:1] == ["drifted"] and drifted >= policy.windows.at_least
    reason = (
        f"{drifted} of the newest {len(judged)} batches drifted, and the newest {_newest(newest_first)}; "
        f"drift.windows wants {policy.windows.at_least} of {policy.windows.within}, the newest among them."
    )
    return Persistence(persists, len(judged), drifted, reason)


def _newest(newest_first: list[DriftVerdict]) -> str:
    if not newest_first:
        return "was not compared"
    return {"drifted": "did", "stable": "did not", "not_enough_data": "has not enough data"}[newest_first[0]]
