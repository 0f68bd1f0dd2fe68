"""The jobs of the bundle as they are deployed: their names carry the target, and in development the user."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retraining.errors import ServiceError

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient


@dataclass(frozen=True)
class DeployedJob:
    """A job of the bundle in a workspace."""

    id: int
    name: str


def find_job(workspace: "WorkspaceClient", key: str, target: str | None) -> DeployedJob:
    """The deployed job. Raises ServiceError where there is none, or more than one: then the target says which."""
    names = {each.job_id: each.settings.name for each in workspace.jobs.list() if each.settings and each.job_id}
    found = matching(names, key, target)
    if len(found) == 1:
        return found[0]
    if not found:
        raise ServiceError(
            f"The workspace has no job {key}{_of(target)}. Deploy the bundle, or have CAN VIEW on it granted to you."
        )
    said = ", ".join(each.name for each in found)
    raise ServiceError(f"More than one job fits {key}{_of(target)}: {said}. Name the target.")


def matching(names: Mapping[int, str | None], key: str, target: str | None) -> Sequence[DeployedJob]:
    """Jobs named `<bundle>: <key> [<target>]`, with or without a prefix."""
    end = re.escape(target) if target else r"[^\[\]]+"
    pattern = re.compile(rf".*: {re.escape(key)} \[{end}\]")
    return [DeployedJob(number, name) for number, name in names.items() if name and pattern.fullmatch(name)]


def _of(target: str | None) -> str:
    return f" of target {target}" if target else ""
