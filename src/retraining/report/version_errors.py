"""How the live version, the previous one and the first one do, as a page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class VersionError:
    """An error of one version, and the rows behind it."""

    error: float
    rows: int


ErrorsOfVersions = Mapping[str, VersionError]


@dataclass(frozen=True)
class VersionErrors:
    """versions: live, previous and first, without repetition. on_same_rows: by slice, "" for all rows; only rows that
    the live version predicted, so that all of a line are about the same rows. by_month: by `2013-02`, the newest last:
    each version on what it predicted in that month. on_first_holdout: of every version that went live."""

    live: str
    versions: tuple[str, ...]
    on_same_rows: Mapping[str, ErrorsOfVersions]
    by_month: Mapping[str, ErrorsOfVersions]
    on_first_holdout: ErrorsOfVersions
