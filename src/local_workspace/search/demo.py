"""Shows the refresh of a search index on a laptop: the job itself, with Azurite and a search service on this machine.

    make demo-search

writes pages into a folder, runs the job `refresh_index`, changes them, and runs it again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from local_workspace.errors import LocalWorkspaceError, TaskError
from local_workspace.search.azurite import azurite
from local_workspace.search.search_server import SearchServer, search_server

ROOT = Path(__file__).parents[3]
STATE = ROOT / ".local" / "demo-search"
FOLDER = Path("/tmp/model_retraining/demo_pages")
STORAGE_PORT = 10000
SEARCH_PORT = 10080
CONTAINER = "demo-pages"
INDEX = "demo-pages"
"""As specs/indexes/demo_pages.yml has them."""

_PAGE = "<html><body><nav>Home</nav><h1>{title}</h1><p>{text}</p></body></html>"


def write_pages() -> None:
    """A folder with three pages, and a draft that stays out of the index."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "drafts").mkdir(parents=True)
    _write("returns.html", "Returns", "Send it back within 14 days.")
    _write("delivery.html", "Delivery", "Two days.")
    _write("imprint.html", "Imprint", "Who we are.")
    _write("drafts/prices.html", "Prices", "Not decided yet.")


def change_pages() -> None:
    """One page changes, one is renamed, one is deleted, one is new."""
    _write("returns.html", "Returns", "Send it back within 30 days.")
    (FOLDER / "delivery.html").rename(FOLDER / "shipping.html")
    (FOLDER / "imprint.html").unlink()
    _write("contact.html", "Contact", "Write to us.")


def leave_pages() -> None:
    """Nothing changes."""


TURNS: tuple[tuple[str, Callable[[], None]], ...] = (
    ("Three pages and a draft", write_pages),
    ("One page changed, one renamed, one deleted, one new", change_pages),
    ("Nothing changed", leave_pages),
)


def main() -> int:
    """The demonstration; its exit code."""
    try:
        with azurite(port=STORAGE_PORT) as connection, search_server(port=SEARCH_PORT) as server:
            _make_container(connection)
            secrets = {"LOCAL_SECRET_DEMO_STORAGE": connection, "LOCAL_SECRET_DEMO_SEARCH": server.key}
            # Container and index are new each time, so the tables are too.
            shutil.rmtree(STATE, ignore_errors=True)
            for title, change in TURNS:
                change()
                _say(f"\n{title}")
                _run(secrets)
                _show(server)
    except LocalWorkspaceError as err:
        sys.stderr.write(f"{err}\n")
        return 1
    return 0


def _run(secrets: dict[str, str]) -> None:
    options = ["--state", str(STATE), "--params", "index=demo_pages"]
    command = [str(ROOT / "workspace"), "run", "refresh_index", *options]
    ended = subprocess.run(command, env={**os.environ, **secrets}, check=False)
    if ended.returncode:
        raise TaskError("the job refresh_index failed. Its log is named above.")


def _make_container(connection: str) -> None:
    from azure.storage.blob import ContainerClient

    with ContainerClient.from_connection_string(connection, CONTAINER) as client:
        client.create_container()


def _show(server: SearchServer) -> None:
    entries = server.service.search(INDEX, None)
    _say(f"The index holds {len(entries)} pages:")
    for entry in sorted(entries, key=lambda each: str(each["path"])):
        text = " ".join(str(entry.get("content", "")).split())
        _say(f"  {entry['path']:16} {text}")


def _write(name: str, title: str, text: str) -> None:
    (FOLDER / name).write_text(_PAGE.format(title=title, text=text), "utf-8")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
