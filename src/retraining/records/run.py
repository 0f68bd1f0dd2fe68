"""Who runs, and when: the only source of time below open_stage."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

BY_HAND = "by_hand_"
"""Begin of the run id of a notebook that no job runs. Each notebook has another one, so a run by hand is all of them
together."""


UNKNOWN_PERSON = "unknown"
"""Stored in place of a person whom nothing proves."""


class Stamp(TypedDict):
    """What every row says of the task that wrote it."""

    run_id: str
    attempt_id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Stamped:
    """A row that says which task wrote it."""

    run_id: str
    """Shared by all tasks and retries of a job run."""
    attempt_id: str
    """Of one process: after a write a task can tell its own row from a retry's."""
    at: datetime
    """When the task started, in UTC."""


@dataclass(frozen=True)
class Run:
    """Identity and clock of one task of one run. Times are aware and in UTC."""

    run_id: str
    """Shared by all tasks and retries of a job run."""
    attempt_id: str
    """Of this process alone."""
    code_version: str
    """Version of the code that runs."""
    as_of: datetime
    """The moment the run takes for now; by default the moment it started."""
    started_at: datetime
    """When the task started."""
    stopwatch: Callable[[], float]
    """Returns seconds. Only differences mean anything."""
    started_by: Callable[[], str | None] = lambda: None
    """Looks up who started the run. Asked only where a person's decision is stored."""
    in_workspace: bool = False
    """Whether Databricks runs it; False on a laptop."""
    clock: Callable[[], float] | None = None
    """Seconds since 1970, on this machine and on the workers that it is sent to: work that is divided among them ends
    in time. None: there is no end."""

    @property
    def is_by_hand(self) -> bool:
        """Whether no job runs the notebook."""
        return self.run_id.startswith(BY_HAND)

    @property
    def stamp(self) -> Stamp:
        """The stamp of this task's rows, to be unpacked: Promotion(..., **run.stamp)."""
        return Stamp(run_id=self.run_id, attempt_id=self.attempt_id, at=self.started_at)
