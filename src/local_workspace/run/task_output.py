"""Catches what a task prints and logs: all of it into the task's log, what it prints also for the console."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

# Talks about every call to the JVM.
TOO_CHATTY = ("py4j",)


class _Tee(io.TextIOBase):
    """Writes to the log and the console. Libraries may keep it: after the task it writes to what was there before."""

    def __init__(self, log: TextIO, usual: TextIO, echo: Callable[[str], None] | None = None) -> None:
        self._log = log
        self._usual = usual
        self._echo = echo

    def write(self, text: str) -> int:
        if self._log.closed:
            return self._usual.write(text)
        if self._echo:
            self._echo(text)
        return self._log.write(text)

    def flush(self) -> None:
        (self._usual if self._log.closed else self._log).flush()


@contextmanager
def task_output(path: Path, echo: Callable[[str], None] | None, stdout: TextIO, stderr: TextIO) -> Iterator[TextIO]:
    """Everything printed or logged inside goes to the file; echo also receives what is printed to standard output."""
    with (
        path.open("w", encoding="utf-8", buffering=1) as log,
        _logging_to(log),
        redirect_stdout(_Tee(log, stdout, echo)),
        redirect_stderr(_Tee(log, stderr)),
    ):
        yield log


@contextmanager
def _logging_to(log: TextIO) -> Iterator[None]:
    handler = logging.StreamHandler(log)
    handler.setFormatter(logging.Formatter(FORMAT))
    root, level = logging.getLogger(), logging.getLogger().level
    for name in TOO_CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    root.addHandler(handler)
    root.setLevel(min(level, logging.INFO) or logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
