"""A batch as its rows in the observations tell it."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class StoredBatch:
    """Rows by their fate; valid counts those with a valid ledger value, which lie between lo and hi. relabelled:
    accepted rows of earlier batches with another label, in none of the other counts."""

    batch_seq: int
    accepted: int
    quarantined: int
    valid: int
    lo: int | Decimal | None
    hi: int | Decimal | None
    supersedes: int | None
    relabelled: int = 0
