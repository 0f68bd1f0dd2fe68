"""What has been decided on a candidate, and still holds."""

from collections.abc import Sequence

from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.champion.alias_state import newest_move
from retraining.rules.champion.rollback import newest_release


def standing_verdict(rows: Sequence[Promotion], retrain_key: str, champion: str | None) -> Promotion | None:
    """The newest decision on a candidate; None when there is none, or a person is still asked, or when it was promoted
    and then rolled back: asked again, it must be refused. None as well when a release opened the question again."""
    decided = [row for row in rows if row.retrain_key == retrain_key and row.state == "DECIDED"]
    if not decided or decided[-1].outcome in ("PENDING", "APPROVED"):
        return None
    if decided[-1].outcome == "PROMOTE" and was_rolled_back(rows, retrain_key):
        return None
    return None if _is_open_again(rows, decided[-1], champion) else decided[-1]


def _is_open_again(rows: Sequence[Promotion], verdict: Promotion, champion: str | None) -> bool:
    """After a release a candidate that the gate refused against a champion that was left is judged against today's. A
    person's no stays."""
    release = newest_release(rows)
    refused = verdict.outcome == "REJECT" and verdict.request_id is None and verdict.previous_version != champion
    return refused and release is not None and release.seq > verdict.seq


def was_rolled_back(rows: Sequence[Promotion], retrain_key: str) -> bool:
    """Whether the version that a candidate made champion was left by a rollback."""
    made = {row.version for row in rows if row.outcome == "PROMOTE" and row.retrain_key == retrain_key}
    return any(row.previous_version in made for row in rows if row.outcome == "ROLLBACK")


def why_not_copied(digest: str, manifests: Sequence[Manifest], promotions: Sequence[Promotion]) -> str | None:
    """Why a version is refused whose files have this digest: the same files are live already, or were left by a
    rollback. None when nothing does."""
    same = {row.version for row in manifests if row.version and row.digest == digest}
    live = newest_move(promotions)
    if live and live.version in same:
        return f"its files are those of version {live.version}, which is champion already"
    left = [row.previous_version for row in promotions if row.outcome == "ROLLBACK" and row.previous_version in same]
    return f"its files are those of version {left[-1]}, which was left by a rollback" if left else None


def live_copy(
    digest: str, trained_until: str, manifests: Sequence[Manifest], promotions: Sequence[Promotion]
) -> Manifest | None:
    """The champion, where it is a copy of these files, said to have learned the same: the request was carried out."""
    live = newest_move(promotions)
    copies = [row for row in manifests if row.role == "copied" and live and row.version == live.version]
    return next((row for row in copies if (row.digest, row.trained_until) == (digest, trained_until)), None)
