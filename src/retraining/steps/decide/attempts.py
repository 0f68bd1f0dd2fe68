"""The fits that a decision looks back to: which was the last one, and was it judged?"""

from typing import Any

from retraining.records.version import Manifest
from retraining.rules.champion.rollback import newest_release
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.model_history import ModelHistory


def attempt_evidence(spec: ModelSpec, history: ModelHistory, champion: Manifest | None) -> dict[str, Any]:
    """The last candidate, whether it was judged, and whether the spec would make it otherwise, by name of the
    evidence."""
    last = last_attempt(history)
    if last is None:
        return {}

    known = {row.learning_hash for row in (last, champion) if row}
    return {
        "last_candidate": last.version,
        "unjudged": last not in _judged(history),
        "made_otherwise": None not in known and spec.learning_hash not in known,
        "spec_changed": last.spec_hash != spec.hash,
    }


def last_attempt(history: ModelHistory) -> Manifest | None:
    """The newest candidate, promoted or not, or what was adopted after it. A copy was fitted elsewhere."""
    made = _attempts(history)
    return made[-1] if made else None


def last_training(history: ModelHistory, champion: Manifest | None) -> Manifest | None:
    """The fit after which rows are new: the last one that was judged, or a champion that was copied here after it.

    Fits before an operator's release do not count: the rows that a rolled-back version learned are new to the champion
    that came back.
    """
    release = newest_release(history.promotions)
    since_release = [row for row in _judged(history) if release is None or row.at > release.at]
    own = since_release[-1] if since_release else None
    live = champion if champion and (release or champion.role == "copied") else None

    return max((row for row in (own, live) if row), key=lambda row: row.batch_seq, default=None)


def _attempts(history: ModelHistory) -> list[Manifest]:
    return [row for row in history.registered if row.role in ("candidate", "adopted")]


def _judged(history: ModelHistory) -> list[Manifest]:
    """The candidates on which a decision was made."""
    decided = {row.retrain_key for row in history.promotions}
    return [row for row in _attempts(history) if row.retrain_key in decided]
