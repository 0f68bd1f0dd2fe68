"""The pictures without a run of one's own are of pages that the report still draws."""

import subprocess
import sys
from pathlib import Path

SCREENSHOTS = Path(__file__).parents[2] / "docs" / "screenshots"


def test_example_pages_are_drawn(tmp_path):
    command = [sys.executable, SCREENSHOTS / "example_stories.py", tmp_path]
    subprocess.run(command, check=True, env={"PYTHONPATH": str(SCREENSHOTS.parents[1] / "src")})

    assert len(list(tmp_path.glob("*/newest.html"))) == 10
    assert (tmp_path / "index.html").exists()
