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
    """PLANNED freezes what is found before anything is deleted, DONE says that all of it is gone. No key is named.

    request_id is the run's id, so that the same run repeated finishes or repeats its own request. keys were asked for,
    keys_known of them have rows in the observations. rows are those of each table, versions those to be marked.
    """

    source: str
    seq: int
    state: Literal["PLANNED", "DONE"]
    request_id: str
    reason: str
    keys: int
    keys_known: int
    rows: tuple[TableRows, ...]
    versions: tuple[TrainedVersion, ...]
    attempt_id: str
    at: datetime
