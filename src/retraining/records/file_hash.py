"""One file of a registered version."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FileHash:
    """path is relative to the version's folder; sha256 is of the file's bytes, in hex."""

    path: str
    sha256: str
