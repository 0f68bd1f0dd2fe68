"""What `${bundle...}` and `${workspace...}` refer to: the bundle, its commit, and the user of this laptop."""

from __future__ import annotations

import getpass
import re
import subprocess
from pathlib import Path

from local_workspace.bundle.yaml_files import Node
from local_workspace.errors import BundleError


def bundle_facts(root: Path, document: dict[str, Node], target: str) -> dict[str, Node]:
    """Their values by name; a BundleError when the bundle does not have a name."""
    bundle = document.get("bundle")
    if not isinstance(bundle, dict) or not bundle.get("name"):
        raise BundleError("databricks.yml: bundle.name is missing.")

    user = user_short_name()
    workspace = document.get("workspace")
    root_path = workspace.get("root_path") if isinstance(workspace, dict) else None
    default_path = f"/Workspace/Users/{user}@localhost/.bundle/{bundle['name']}/{target}"

    return {
        "bundle.name": bundle["name"],
        "bundle.target": target,
        "bundle.git.commit": _git(root, "rev-parse", "HEAD"),
        "bundle.git.branch": _git(root, "rev-parse", "--abbrev-ref", "HEAD"),
        "workspace.current_user.userName": f"{user}@localhost",
        "workspace.current_user.short_name": user,
        "workspace.root_path": root_path or default_path,
        "workspace.file_path": str(root),  # A deployment copies the files to the workspace; here they stay in place.
    }


def user_short_name() -> str:
    """The operating system's user as Databricks writes a short name: lower case, letters, digits and underscores."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # In a container the user may be a number without a name.
        user = "user"
    return re.sub(r"[^a-z0-9]+", "_", user.lower()).strip("_") or "user"


def _git(root: Path, *arguments: str) -> str:
    """What git prints about a folder, or an empty text outside a repository and where git is not installed."""
    try:
        answer = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
