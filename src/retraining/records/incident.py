"""Something that a person should know of: opened by one decision, resolved by a later one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

IncidentKind = Literal["data_fault", "drift", "error", "concept", "previous_wins"]


@dataclass(frozen=True)
class Incident:
    """At most one is open per model and kind. opened_batch and resolved_batch: the batches whose decisions said so, the
    latter None while it is open; since: estimated first day of the change where one is known. line: what happened, how
    much, since when and what happens next, of the newest decision that saw it."""

    model: str
    kind: IncidentKind
    opened_batch: int
    opened_run: str
    opened_at: datetime
    newest_batch: int
    newest_run: str
    resolved_batch: int | None
    line: str

    @property
    def id(self) -> str:
        """Names the incident in every message about it."""
        return f"{self.model}/{self.kind}/{self.opened_batch}"

    @property
    def is_open(self) -> bool:
        """Whether no later decision has resolved it."""
        return self.resolved_batch is None
