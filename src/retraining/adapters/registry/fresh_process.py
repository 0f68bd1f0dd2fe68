"""Ask a version's files in a process that has neither `src` on its path nor this process's modules."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from retraining.records.fresh_answers import FreshAnswers

TIMEOUT_SECONDS = 300
_ANSWER = Path(__file__).with_name("answer_requests.py")


def ask_fresh_process(files: Path, requests: pd.DataFrame) -> FreshAnswers:
    """The answers of checked files to all requests, and the time of each alone."""
    megabytes = sum(each.stat().st_size for each in files.rglob("*") if each.is_file()) / 1e6
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder, "requests.parquet"), Path(folder, "answers.json")
        requests.to_parquet(asked, index=False)
        # -I: neither PYTHONPATH nor the user's folders nor the working directory are on the path.
        command = [sys.executable, "-I", str(_ANSWER), str(files), str(asked), str(answered)]
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return FreshAnswers((), (), megabytes, f"no answer within {TIMEOUT_SECONDS} s")
        if done.returncode:
            return FreshAnswers((), (), megabytes, _last_line(done.stderr) or f"exit code {done.returncode}")
        found = json.loads(answered.read_text())
    return FreshAnswers(tuple(found["predictions"]), tuple(found["milliseconds"]), megabytes)


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1][:200].rstrip(".")
