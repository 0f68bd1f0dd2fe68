"""What has been decided on a candidate, and still holds."""

from collections.abc import Sequence

from retraining.records.promotion import Promotion


def standing_verdict(rows: Sequence[Promotion], retrain_key: str) -> Promotion | None:
    """The newest decision on a candidate; None when there is none, or a person is still asked, or when it was promoted
    and then rolled back: asked again, it must be refused."""
    decided = [row for row in rows if row.retrain_key == retrain_key and row.state == "DECIDED"]
    if not decided or decided[-1].outcome in ("PENDING", "APPROVED"):
        return None
    if decided[-1].outcome == "PROMOTE" and was_rolled_back(rows, retrain_key):
        return None
    return decided[-1]


def was_rolled_back(rows: Sequence[Promotion], retrain_key: str) -> bool:
    """Whether the version that a candidate made champion was left by a rollback."""
    made = {row.version for row in rows if row.outcome == "PROMOTE" and row.retrain_key == retrain_key}
    return any(row.previous_version in made for row in rows if row.outcome == "ROLLBACK")
