"""Catches what a task prints and logs: everything goes to the task's log, what it prints also to the console."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

# They log every call to the JVM.
VERBOSE_LOGGERS = ("py4j",)


@contextmanager
def task_output(path: Path, echo: Callable[[str], None] | None, stdout: TextIO, stderr: TextIO) -> Iterator[TextIO]:
    """Everything printed or logged inside goes to the file; echo also receives what is printed to standard output.

    stdout, stderr: where libraries that keep a stream write after the task.
    """
    with (
        path.open("w", encoding="utf-8", buffering=1) as log,
        _logging_to(log),
        redirect_stdout(_Tee(log, stdout, echo)),
        redirect_stderr(_Tee(log, stderr)),
    ):
        yield log


class _Tee(io.TextIOBase):
    """Writes to the log and to echo. Once the log is closed, it writes to the original stream."""

    def __init__(self, log: TextIO, original: TextIO, echo: Callable[[str], None] | None = None) -> None:
        self._log = log
        self._original = original
        self._echo = echo

    def write(self, text: str) -> int:
        if self._log.closed:
            return self._original.write(text)
        if self._echo:
            self._echo(text)
        return self._log.write(text)

    def flush(self) -> None:
        (self._original if self._log.closed else self._log).flush()


@contextmanager
def _logging_to(log: TextIO) -> Iterator[None]:
    handler = logging.StreamHandler(log)
    handler.setFormatter(logging.Formatter(FORMAT))
    for name in VERBOSE_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)

    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(min(level, logging.INFO) or logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
