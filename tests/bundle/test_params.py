"""Parameters on pages and in comments arrive as they are written: the CLI splits several of them at commas."""

import csv
import re
import shlex
from itertools import pairwise

import pytest

RUN = re.compile(r"databricks bundle run [^`\n]*")


def commands(text):
    """Commands that run a job; of comments without their marks."""
    plain = "\n".join(line.lstrip("# ") for line in text.splitlines())
    return RUN.findall(plain.replace("\\\n", ""))


def lost_parameters(command):
    """What the CLI cannot read: of `--params` with several = it takes the parts between commas."""
    words = shlex.split(command, comments=True)
    given = [word for flag, word in pairwise(words) if flag == "--params"]
    parts = [part for word in given for part in ([word] if word.count("=") == 1 else next(csv.reader([word])))]
    return [part for part in parts if "=" not in part]


def files(bundle):
    pages = [bundle.root / "README.md", *sorted((bundle.root / "docs").rglob("*.md"))]
    return [*pages, *sorted((bundle.root / "resources").rglob("*.yml"))]


def test_every_written_parameter_arrives(bundle):
    found = [command for file in files(bundle) for command in commands(file.read_text("utf-8"))]

    assert len(found) > 20
    assert [command for command in found if lost_parameters(command)] == []


@pytest.mark.parametrize(
    ("command", "lost"),
    [
        ('run x --params model=a,reason="One, two"', [" two"]),
        ('run x --params model=a --params reason="One, two"', []),
        ("run x --params model=a,batch_seq=4", []),
    ],
)
def test_a_comma_in_a_value_needs_its_own_flag(command, lost):
    assert lost_parameters(command) == lost
