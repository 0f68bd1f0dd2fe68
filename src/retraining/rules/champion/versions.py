"""Registered versions beside their manifests: changed files, leftover runs, and versions that grew from others."""

from collections.abc import Collection, Sequence

from retraining.records.version import FileHash, LoggedRun, Manifest

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


def leftover_runs(logged: Sequence[LoggedRun], manifests: Sequence[Manifest]) -> list[LoggedRun]:
    """Runs that no manifest names and none will: the number under which their attempt would write its manifest is taken
    by now, so the fence refuses it. A run that is logged at this moment has a greater number.

    One whose version carries an alias, set by whomever, stays.
    """
    newest = max((row.seq for row in manifests), default=0)
    named = {row.mlflow_run_id for row in manifests}
    return [each for each in logged if each.run_id not in named and each.manifest_seq <= newest and not each.aliased]


def with_grown(versions: Collection[str], registered: Sequence[Manifest]) -> list[str]:
    """The versions, and all that were updated from one of them or from one that is not reproducible, in order.

    registered: a model's registered manifests, oldest first; a base comes before what grew from it.
    """
    found: list[str] = []
    lost = {row.version for row in registered if not row.reproducible}
    for row in registered:
        if row.version in versions or (row.base_version is not None and row.base_version in lost | set(found)):
            found.append(str(row.version))
    return found
