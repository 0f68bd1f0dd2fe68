"""Has drift come to stay? One odd batch is an event, several are a change."""

from collections.abc import Sequence
from dataclasses import dataclass

from retraining.records.drift_metric import DriftMetric, DriftVerdict
from retraining.rules.drift.verdict import judge_batch
from retraining.spec.drift_section import DriftSection


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
        f"drift.windows asks for {policy.windows.at_least} of {policy.windows.within}, the newest among them."
    )
    return Persistence(persists, len(judged), drifted, reason)


def _newest(newest_first: list[DriftVerdict]) -> str:
    if not newest_first:
        return "was not compared"
    return {"drifted": "did", "stable": "did not", "not_enough_data": "has not enough data"}[newest_first[0]]
