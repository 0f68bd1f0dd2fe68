"""The digest of a version's files. MLflow keeps none, and a model file is code."""

import hashlib
from pathlib import Path

_WRITTEN_ON_DOWNLOAD = {"registered_model_meta"}


def digest_of_files(folder: Path) -> str:
    """Sha256 over the sorted (relative path, sha256) pairs of all files below a folder."""
    lines = [
        f"{path.relative_to(folder).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in _WRITTEN_ON_DOWNLOAD
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
