"""Which versions carry what an earlier one learned."""

from collections.abc import Collection, Sequence

from retraining.records.manifest import Manifest


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
