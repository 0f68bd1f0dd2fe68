"""Which files of a version are not what was registered."""

from collections.abc import Sequence

from retraining.records.file_hash import FileHash

_MOST_NAMED = 5


def changed_files(registered: Sequence[FileHash], found: Sequence[FileHash]) -> str:
    """The files that differ, are missing, or were added, by name; empty where all are as they were."""
    before, now = ({each.path: each.sha256 for each in files} for files in (registered, found))
    parts = {
        "changed": sorted(path for path in before.keys() & now.keys() if before[path] != now[path]),
        "missing": sorted(before.keys() - now.keys()),
        "added": sorted(now.keys() - before.keys()),
    }
    return "; ".join(f"{what}: {_listed(paths)}" for what, paths in parts.items() if paths)


def _listed(paths: list[str]) -> str:
    more = len(paths) - _MOST_NAMED
    return ", ".join(paths[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
