"""Who works on this laptop, and on which commit: what a workspace and its CLI know about user and code."""

from __future__ import annotations

import getpass
import re
import subprocess
from pathlib import Path


def user_short_name() -> str:
    """The operating system's user as Databricks writes a short name: lower case, letters, digits and underscores."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        user = "user"
    return re.sub(r"[^a-z0-9]+", "_", user.lower()).strip("_") or "user"


def git_facts(root: Path) -> dict[str, str]:
    """Commit and branch of the bundle's folder, empty outside a git repository."""
    return {
        "bundle.git.commit": _git(root, "rev-parse", "HEAD"),
        "bundle.git.branch": _git(root, "rev-parse", "--abbrev-ref", "HEAD"),
    }


def _git(root: Path, *arguments: str) -> str:
    try:
        answer = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
