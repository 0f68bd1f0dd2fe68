"""Who is running, and when: the only source of time for everything below open_stage."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Run:
    """Identity and clock of one task of one run.

    run_id is shared by all tasks and retries of a job run; attempt_id is unique to this process, so that after a write
    a task can tell its own row from a retry's. Times are aware and in UTC. stopwatch returns seconds and only its
    differences mean anything.
    """

    run_id: str
    attempt_id: str
    code_version: str
    as_of: datetime
    started_at: datetime
    stopwatch: Callable[[], float]
