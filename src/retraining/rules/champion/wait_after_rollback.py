"""Does retraining wait after a rollback, and until when?"""

from collections.abc import Sequence

from retraining.records.promotion import Promotion


def newest_word(rows: Sequence[Promotion]) -> Promotion | None:
    """The newest rollback or release, None before the first one: it says whether retraining waits."""
    said = [row for row in rows if row.outcome in ("ROLLBACK", "RELEASED")]
    return max(said, key=lambda row: row.seq, default=None)


def newest_release(rows: Sequence[Promotion]) -> Promotion | None:
    """The newest release by an operator, None when there was none."""
    return max((row for row in rows if row.outcome == "RELEASED"), key=lambda row: row.seq, default=None)


def waits_after_batch(rows: Sequence[Promotion]) -> int | None:
    """The batch at which a rollback was made that no release followed: retraining waits for a newer one. None when
    there is no such rollback."""
    told = newest_word(rows)
    return told.batch_seq if told and told.outcome == "ROLLBACK" else None
