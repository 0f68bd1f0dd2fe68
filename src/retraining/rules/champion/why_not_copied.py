"""May a version of another target be judged here?"""

from collections.abc import Sequence

from retraining.records.manifest import Manifest
from retraining.records.promotion import Promotion
from retraining.rules.champion.alias_state import newest_move


def why_not_copied(digest: str, manifests: Sequence[Manifest], promotions: Sequence[Promotion]) -> str | None:
    """What stands against a version whose files have this digest: the same files are live already, or were left by a
    rollback. None when nothing does."""
    same = {row.version for row in manifests if row.version and row.digest == digest}
    live = newest_move(promotions)
    if live and live.version in same:
        return f"its files are those of version {live.version}, which is champion already"
    left = [row.previous_version for row in promotions if row.outcome == "ROLLBACK" and row.previous_version in same]
    return f"its files are those of version {left[-1]}, which was left by a rollback" if left else None
