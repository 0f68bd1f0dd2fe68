"""Where the output of a task goes."""

import io
import logging
import sys
from pathlib import Path

from local_workspace.run.task_output import task_output


def test_everything_goes_to_the_log_and_only_prints_are_echoed(tmp_path: Path) -> None:
    echoed: list[str] = []

    with task_output(tmp_path / "a.log", echoed.append, sys.stdout, sys.stderr):
        sys.stdout.write("hello\n")
        sys.stderr.write("careful\n")
        logging.getLogger("stage").info("12 rows")

    log = (tmp_path / "a.log").read_text()
    assert "hello\ncareful\n" in log
    assert log.endswith("INFO stage: 12 rows\n")
    assert "".join(echoed) == "hello\n"


def test_a_library_that_keeps_the_stream_writes_to_the_original_one_afterwards(tmp_path: Path) -> None:
    original = io.StringIO()
    with task_output(tmp_path / "a.log", None, sys.stdout, original):
        kept = sys.stderr

    kept.write("late\n")

    assert original.getvalue() == "late\n"
