"""Ask a version's files in a process that has neither `src` on its path nor this process's modules."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from retraining.records.version import FreshAnswers

TIMEOUT_SECONDS = 300
_ANSWER = Path(__file__).with_name("answer_requests.py")

FreshProcess = subprocess.Popen[str]
"""Imports from its start on and then waits to be asked, once."""


@contextmanager
def fresh_process() -> Iterator[FreshProcess]:
    """A process that can be started before there is anything to ask: importing takes it seconds. It ends with the
    context, or with this process, whose end closes the pipe that it waits on."""
    pipe = subprocess.PIPE
    with tempfile.TemporaryDirectory() as folder:
        # -I: neither PYTHONPATH nor the user's folders nor the working directory are on the path.
        command = [sys.executable, "-I", str(_ANSWER)]
        process = subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        try:
            yield process
        finally:
            process.kill()
            process.communicate()


def ask_fresh_process(process: FreshProcess, files: Path, requests: pd.DataFrame) -> FreshAnswers:
    """The answers of checked files to all requests, and the time of each alone."""
    megabytes = sum(each.stat().st_size for each in files.rglob("*") if each.is_file()) / 1e6
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder, "requests.parquet")
        answered = Path(folder, "answers.json")
        _without_attributes(requests).to_parquet(asked, index=False)
        try:
            _, said = process.communicate(json.dumps([str(files), str(asked), str(answered)]), timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            return FreshAnswers((), (), megabytes, f"no answer within {TIMEOUT_SECONDS} s")
        if process.returncode:
            return FreshAnswers((), (), megabytes, _last_line(said) or f"exit code {process.returncode}")
        found = json.loads(answered.read_text())
    return FreshAnswers(tuple(found["predictions"]), tuple(found["milliseconds"]), megabytes)


def _without_attributes(rows: pd.DataFrame) -> pd.DataFrame:
    """Spark Connect leaves the metrics of its query there, which Parquet cannot hold."""
    plain = rows.copy(deep=False)
    plain.attrs = {}
    return plain


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1][:200].rstrip(".")
