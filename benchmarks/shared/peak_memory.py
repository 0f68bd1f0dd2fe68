"""The most memory that a process and everything it started ever held together. Linux only."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_EVERY = 0.05


@contextmanager
def peak_of_tree() -> Iterator[list[float]]:
    """A list of one number, right when the block ends: megabytes of proportional set size, in which pages that
    processes share count once. Looked at twenty times a second."""
    peak, done = [0.0], threading.Event()

    def look() -> None:
        while not done.wait(_EVERY):
            peak[0] = max(peak[0], sum(map(_megabytes, _tree(os.getpid()))))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield peak
    finally:
        done.set()
        looking.join()


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for place in Path("/proc").glob("[0-9]*"):
        parent = _read(place / "status", r"PPid:\s+(\d+)")
        if parent is not None:
            children.setdefault(parent, []).append(int(place.name))
    found, waiting = [], [root]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def _megabytes(process: int) -> float:
    kilobytes = _read(Path(f"/proc/{process}/smaps_rollup"), r"Pss:\s+(\d+)")
    return (kilobytes or 0) / 1024


def _read(file: Path, pattern: str) -> int | None:
    """The number that a pattern finds; None where the process has ended."""
    try:
        found = re.search(pattern, file.read_text())
    except OSError:
        return None
    return int(found[1]) if found else None
