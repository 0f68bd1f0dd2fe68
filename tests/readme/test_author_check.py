"""The check of a pipeline that compares `gate.authors` with Git, as the page has it, in a real repository."""

import subprocess
from pathlib import Path

import pytest
from tests.readme.commands import SCRIPT
from tests.readme.pages import ROOT, Page

(CHECK,) = [block for block in Page(ROOT / "docs/how-to/approve.md").blocks("bash") if block.startswith(SCRIPT)]
WRITER = "Boris@example.com"


def git(folder: Path, *words: str) -> None:
    person = ("-c", f"user.email={WRITER}", "-c", "user.name=Boris")
    subprocess.run(["git", *person, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/other.yml").write_text("gate: { authors: [anna@example.com] }\n", "utf-8")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "Specs")
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    return tmp_path


@pytest.mark.parametrize(
    ("authors", "code", "said"),
    [
        ("[anna@example.com]", 1, "specs/toy.yml: add Boris@example.com to gate.authors\n"),
        ("[anna@example.com, boris@example.com]", 0, ""),
    ],
)
def test_a_person_who_changed_a_spec_and_is_not_in_its_list_stops_the_pipeline(repository, authors, code, said):
    (repository / "specs/toy.yml").write_text(f"gate: {{ authors: {authors} }}\n", "utf-8")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "Another model")

    ended = subprocess.run(["bash", "-c", CHECK], cwd=repository, capture_output=True, text=True)

    assert (ended.returncode, ended.stdout) == (code, said)
