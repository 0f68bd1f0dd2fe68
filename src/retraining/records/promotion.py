"""Rows of `promotions`: the truth about which version is champion. The alias is its projection."""

from dataclasses import dataclass
from typing import Literal

from retraining.records.change import DataFault
from retraining.records.run import Stamped

Outcome = Literal["PROMOTE", "REJECT", "ROLLBACK", "HEAL", "PENDING", "APPROVED", "ADOPTED", "RELEASED"]
_MOVES = frozenset({"PROMOTE", "ROLLBACK", "HEAL", "ADOPTED"})


@dataclass(frozen=True)
class Promotion(Stamped):
    """A decision about the champion, or the note that the alias follows it."""

    model: str
    """Name of the model."""
    seq: int
    """Number of the decision of its model; the note that it was applied has the same."""
    state: Literal["DECIDED", "APPLIED"]
    """DECIDED: the decision. APPLIED: the alias follows it."""
    outcome: Outcome
    """HEAL puts back an alias that was moved by hand; PENDING waits for a person's approval, APPROVED is the answer
    yes; ADOPTED takes over a version made elsewhere; RELEASED lets retraining go on, after a rollback or a data
    fault."""
    version: str | None
    """The version that the decision makes or leaves champion; None where there is none."""
    previous_version: str | None
    """The previous champion, or the champion that the candidate was judged against."""
    candidate_version: str | None
    """The candidate that was judged; None for a decision without one."""
    retrain_key: str | None
    """That of the candidate."""
    request_id: str | None
    """The request of a person, or the evaluation that rolled back by itself."""
    batch_seq: int
    """The newest batch when the decision was made."""
    reasons: tuple[str, ...]
    """Why, in sentences."""
    source: str | None = None
    """The source that counted batch_seq; None in rows that are older than this column."""
    decided_by: str | None = None
    """Who requested it: the person who started the run. None where the loop decided, and in older rows."""
    answers: tuple[DataFault, ...] = ()
    """Of a release: the data faults that it answers. Their rows are right."""

    @property
    def moves_alias(self) -> bool:
        """Whether the decision makes another version champion."""
        return self.outcome in _MOVES
