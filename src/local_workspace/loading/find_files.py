"""Which files a user means: files, folders and patterns, all of one format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_workspace.errors import LoadError

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".feather": "feather",
    ".arrow": "feather",
    ".orc": "orc",
    ".xlsx": "excel",
    ".xls": "excel",
    ".ods": "excel",
    ".dta": "stata",
}
"""The format of a file by the end of its name."""

COMPRESSED = (".gz", ".bz2")
"""Further ends of the names of text files."""

PICKLES = (".pkl", ".pickle", ".joblib", ".p")


@dataclass(frozen=True)
class FoundFiles:
    """The files, sorted by name within each input, and their format."""

    paths: tuple[Path, ...]
    """Without repetition."""
    format: str
    """A value of FORMATS."""


def find_files(inputs: Sequence[str]) -> FoundFiles:
    """The files that the inputs name. A folder means the files of known formats in it and in its subfolders."""
    paths = [*dict.fromkeys(path for each in inputs for path in _paths(each))]
    by_format = {format_of(path): path for path in paths}
    if len(by_format) > 1:
        found = ", ".join(f"{path} ({name})" for name, path in by_format.items())
        raise LoadError(f"the files have {len(by_format)} formats: {found}. Load one format at a time.")
    return FoundFiles(tuple(paths), next(iter(by_format)))


def format_of(path: Path) -> str:
    """The format that the name says; a LoadError for a pickle or an unknown one."""
    suffix = _suffix(path)
    if suffix in PICKLES:
        raise LoadError(
            f"{path}: reading a pickle runs the code in it, so it is refused. "
            f"Write the table as Parquet first: frame.to_parquet(...)."
        )
    if suffix not in FORMATS:
        raise LoadError(f"{path}: its format is not known. Expected a name that ends in one of {', '.join(FORMATS)}.")
    return FORMATS[suffix]


def _paths(text: str) -> list[Path]:
    path = Path(text).expanduser()
    if path.is_file():
        return [path]
    if path.is_dir():
        return _in_folder(path)

    matches = [each for each in sorted(_matches(path)) if each.is_file()]
    if not matches:
        folder = path.parent if path.parent.is_dir() else Path()
        there = sorted(each.name for each in folder.iterdir() if each.is_file() and _suffix(each) in FORMATS)
        listed = f"In {folder.resolve()} there are {', '.join(there[:5])}" if there else f"Looked in {folder.resolve()}"
        raise LoadError(f"{text}: no such file, folder or pattern. {listed}{', ...' if len(there) > 5 else ''}.")
    return matches


def _matches(pattern: Path) -> Iterator[Path]:
    return Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor)))


def _in_folder(folder: Path) -> list[Path]:
    files = [each for each in sorted(folder.rglob("*")) if each.is_file() and not _is_hidden(each, folder)]
    known = [each for each in files if _suffix(each) in FORMATS]
    if not known:
        raise LoadError(f"{folder}: none of its {len(files)} files ends in one of {', '.join(FORMATS)}.")
    return known


def _is_hidden(path: Path, folder: Path) -> bool:
    """Whether the file or a folder above it is hidden, or a helper file of Spark such as _SUCCESS."""
    return any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)


def _suffix(path: Path) -> str:
    suffixes = [each.lower() for each in path.suffixes]
    return "" if not suffixes else suffixes[-2] if suffixes[-1] in COMPRESSED and len(suffixes) > 1 else suffixes[-1]
