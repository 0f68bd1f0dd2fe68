"""The digest of a version's files. MLflow keeps none, and a model file is code."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from retraining.records.version import FileHash


def hashes_of_files(folder: Path) -> tuple[FileHash, ...]:
    """Every file below a folder, sorted by path. None is left out: MLflow loads whatever its MLmodel file names."""
    return tuple(
        FileHash(path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def digest_of_files(files: Sequence[FileHash]) -> str:
    """Sha256 over the sorted (relative path, sha256) pairs."""
    return hashlib.sha256("\n".join(f"{each.path} {each.sha256}" for each in files).encode()).hexdigest()
