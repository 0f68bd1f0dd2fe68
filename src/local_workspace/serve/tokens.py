"""The tokens that callers show. Two are valid at a time, so that one can be replaced while the other is used."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from local_workspace.serve.http import ApiError

MOST_TOKENS = 2
_PREFIX = "local"


@dataclass(frozen=True)
class Token:
    """What is known of a token. The token itself is shown once, when it is made."""

    id: str
    hash: str
    """Sha256 of the token."""
    comment: str
    created: int
    """Milliseconds since 1970, as the public API has it."""
    expires: int | None = None
    """Milliseconds since 1970; None: never."""


class Tokens:
    """The tokens of a served workspace, in a file that only its owner can read."""

    def __init__(self, file: Path) -> None:
        """The file need not exist yet."""
        self.own = f"{_PREFIX}{secrets.token_hex(16)}"
        """Of the server's own processes; it ends with this object."""
        self._file = file
        self._tokens: list[Token] = self._read()

    @property
    def known(self) -> Sequence[Token]:
        """Those that have not expired, oldest first."""
        now = _now()
        return [each for each in self._tokens if each.expires is None or each.expires > now]

    def create(self, comment: str, lifetime_seconds: int | None) -> tuple[str, Token]:
        """A new token and what is known of it. Raises ApiError while two are valid."""
        if len(self.known) >= MOST_TOKENS:
            raise ApiError(
                400,
                "QUOTA_EXCEEDED",
                f"{MOST_TOKENS} tokens are valid. Delete the one that is not used any more first.",
            )
        text = f"{_PREFIX}{secrets.token_hex(16)}"
        now = _now()
        expires = None if lifetime_seconds is None or lifetime_seconds < 0 else now + lifetime_seconds * 1000
        token = Token(secrets.token_hex(8), _hash(text), comment, now, expires)
        self._tokens = [*self.known, token]
        self._write()
        return text, token

    def delete(self, token_id: str) -> None:
        """Forget a token. Raises ApiError for one that does not exist, and for the last one."""
        left = [each for each in self.known if each.id != token_id]
        if len(left) == len(self.known):
            raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"Token {token_id} does not exist.")
        if not left:
            raise ApiError(400, "INVALID_STATE", "This is the last token. Create another one first.")
        self._tokens = left
        self._write()

    def owner_of(self, shown: str) -> Token:
        """The token that a caller shows. Raises ApiError for one that is missing, wrong or expired."""
        if not shown:
            raise ApiError(
                401, "UNAUTHENTICATED", "A token is missing. Send the header `Authorization: Bearer <token>`."
            )
        if hmac.compare_digest(shown.encode(), self.own.encode()):
            return Token("own", "", "the server's own processes", 0)
        found = next((each for each in self._tokens if hmac.compare_digest(each.hash, _hash(shown))), None)
        if found is None:
            raise ApiError(403, "PERMISSION_DENIED", "Invalid access token.")
        if found.expires is not None and found.expires <= _now():
            raise ApiError(403, "PERMISSION_DENIED", "The access token has expired. Create another one.")
        return found

    def _read(self) -> list[Token]:
        if not self._file.exists():
            return []
        return [Token(**each) for each in json.loads(self._file.read_text("utf-8"))]

    def _write(self) -> None:
        text = json.dumps([asdict(each) for each in self._tokens], indent=1)
        write_private(self._file, text)


def write_private(file: Path, text: str) -> None:
    """Replace a file that only its owner may read, in one step."""
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write(text)
    new.replace(file)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _now() -> int:
    return int(time.time() * 1000)
