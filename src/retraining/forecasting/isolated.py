"""Work that a library may crash in, or never end: in a child process, which only takes one series with it."""

import multiprocessing
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

MOST_SECONDS = 300.0
"""How long the fit of one series may take. The slowest model of a usual series needs a hundredth of it."""

Work = Callable[[str], dict[str, Any]]
"""From the key of a series to a row of plain values."""


def isolated(
    keys: Sequence[str], work: Work, failed: Callable[[str, str], dict[str, Any]], seconds: float
) -> list[Any]:
    """The rows of all series, in order. One child works through them; where it dies, or needs more than `seconds` for a
    series, that series gets the row of `failed`, which is given a reason, and another child goes on behind it."""
    rows: list[Any] = []
    while len(rows) < len(keys):
        rest = keys[len(rows) :]
        found, why = _of_child(rest, work, seconds)
        rows += found
        if len(found) < len(rest):
            rows.append(failed(rest[len(found)], why))
    return rows


def _of_child(keys: Sequence[str], work: Work, seconds: float) -> tuple[list[dict[str, Any]], str]:
    """The rows that a child made before it ended, and why it ended. It is a copy of this process, so that nothing needs
    to be sent to it."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_work_through, args=(keys, work, theirs), daemon=True)
    child.start()
    theirs.close()
    found: list[dict[str, Any]] = []
    why = ""
    try:
        while len(found) < len(keys):
            if not ours.poll(seconds):
                why = f"The fit took more than {seconds:g} s and was stopped."
                break
            found.append(ours.recv())
    except EOFError:
        child.join()
        why = f"The process that fitted it ended with code {child.exitcode}."
    finally:
        child.kill()
        child.join()
        ours.close()
    return found, why


def _work_through(keys: Sequence[str], work: Work, answers: Connection) -> None:
    for key in keys:
        answers.send(work(key))
    answers.close()
