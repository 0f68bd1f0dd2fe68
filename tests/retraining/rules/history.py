"""Rows of `promotions`, told as a story."""

from dataclasses import replace
from datetime import UTC, datetime

from retraining.records.promotion import Promotion

STAYS = ("REJECT", "PENDING", "APPROVED", "RELEASED")
"""Outcomes by which no other version goes live."""


def promoted(*moves: tuple[str, str], unapplied: int = 0) -> list[Promotion]:
    """Rows of moves ("PROMOTE", "1"), ("REJECT", "2"), ("ROLLBACK", "1"), in order; the last ones may be unapplied."""
    rows: list[Promotion] = []
    champion = None
    for seq, (outcome, version) in enumerate(moves, start=1):
        decided = Promotion(
            model="toy",
            seq=seq,
            state="DECIDED",
            outcome=outcome,
            version=champion if outcome in STAYS else version,
            previous_version=champion,
            candidate_version=None if outcome == "ROLLBACK" else version,
            retrain_key=None if outcome == "ROLLBACK" else f"key of {version}",
            request_id=f"request {seq}" if outcome == "ROLLBACK" else None,
            batch_seq=seq,
            reasons=("Because.",),
            run_id=str(seq),
            attempt_id=str(seq),
            at=datetime(2013, 1, seq, tzinfo=UTC),
        )
        rows.append(decided)
        if decided.moves_alias and seq <= len(moves) - unapplied:
            rows.append(replace(decided, state="APPLIED"))
        champion = decided.version
    return rows
