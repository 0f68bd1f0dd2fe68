"""Rows of `forgotten_key_salts`: what makes the hashes of forgotten keys unguessable."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class KeySalt:
    """One random salt a source, written at its first request and never changed. salt is 64 hex digits."""

    source: str
    salt: str
    attempt_id: str
    at: datetime
