"""What it means to forget keys: the rows of `forget_requests` and `forgotten_key_salts`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class KeySalt:
    """One random salt a source, written at its first request and never changed. salt is 64 hex digits."""

    source: str
    salt: str
    attempt_id: str
    at: datetime


@dataclass(frozen=True)
class TableRows:
    """How many rows of the keys a table holds."""

    table: str
    rows: int


@dataclass(frozen=True)
class TrainedVersion:
    """A version that learned from a row of the keys, or grew from one that did."""

    model: str
    version: str


@dataclass(frozen=True)
class Forgetting:
    """PLANNED freezes what is found before anything is deleted, DONE confirms that all of it is gone. No key is
    named."""

    source: str
    seq: int
    state: Literal["PLANNED", "DONE"]
    request_id: str
    """The run's id: the same run repeated finishes or repeats its own request."""
    reason: str
    keys: int
    """How many keys the request names."""
    keys_known: int
    """How many of them have rows in the observations."""
    rows: tuple[TableRows, ...]
    """Rows of each table."""
    versions: tuple[TrainedVersion, ...]
    """Versions to be marked."""
    attempt_id: str
    at: datetime
