"""Rows of `promotions`: the truth about which version is champion. The alias is its projection."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Outcome = Literal["PROMOTE", "REJECT", "ROLLBACK", "HEAL", "PENDING", "APPROVED", "ADOPTED", "RELEASED"]
_MOVES = frozenset({"PROMOTE", "ROLLBACK", "HEAL", "ADOPTED"})


@dataclass(frozen=True)
class Promotion:
    """A decision (state DECIDED), or the note that the alias follows it (state APPLIED, same seq).

    version is the version that the decision makes or leaves champion: the refit or candidate for PROMOTE, the target
    for ROLLBACK, a version made elsewhere for ADOPTED, the champion that stays for REJECT, and for HEAL the champion
    that an alias moved by hand goes back to. PENDING asks a person whether a candidate may go live, APPROVED is the
    answer yes, RELEASED lets retraining go on after a rollback; the champion stays. previous_version is the champion
    before, or the one that a candidate was judged against. request_id names the request of a person, or the evaluation
    that rolled back by itself; retrain_key is that of the candidate.
    """

    model: str
    seq: int
    state: Literal["DECIDED", "APPLIED"]
    outcome: Outcome
    version: str | None
    previous_version: str | None
    candidate_version: str | None
    retrain_key: str | None
    request_id: str | None
    batch_seq: int
    reasons: tuple[str, ...]
    run_id: str
    attempt_id: str
    at: datetime

    @property
    def moves_alias(self) -> bool:
        """Whether the decision makes another version champion."""
        return self.outcome in _MOVES
