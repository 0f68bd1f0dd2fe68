"""What it means to forget keys: the rows of `forget_requests` and `forgotten_key_salts`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class KeySalt:
    """One random salt a source, written at its first request and never changed. salt is 64 hex digits."""

    source: str
    """Name of the source."""
    salt: str
    """64 hex digits, drawn at the first request of the source."""
    attempt_id: str
    """The process that wrote the row."""
    at: datetime
    """When the task started, in UTC."""


@dataclass(frozen=True)
class TableRows:
    """How many rows of the keys a table holds."""

    table: str
    """Name of the table, without catalog and schema."""
    rows: int
    """Rows of these keys."""


@dataclass(frozen=True)
class TrainedVersion:
    """A version that learned from a row of the keys, or grew from one that did."""

    model: str
    """Name of the model."""
    version: str
    """Its version in the registry."""


@dataclass(frozen=True)
class Forgetting:
    """A step of a request: PLANNED freezes what is found before anything is deleted, DONE confirms that all of it is
    gone. No key is named."""

    source: str
    """Name of the source."""
    seq: int
    """Number of the request of its source, from 1; PLANNED and DONE share it."""
    state: Literal["PLANNED", "DONE"]
    """PLANNED before anything is deleted, DONE when all of it is gone."""
    request_id: str
    """Id of the run that made the request: the same run, or another one with the same keys and reason, finishes it."""
    reason: str
    """The operator's."""
    keys: int
    """How many keys the request names."""
    keys_known: int
    """How many of them have rows in the observations."""
    rows: tuple[TableRows, ...]
    """Rows of each table."""
    versions: tuple[TrainedVersion, ...]
    """Versions to be marked."""
    attempt_id: str
    """Of the process that wrote the row."""
    at: datetime
    """When its task started, in UTC."""
