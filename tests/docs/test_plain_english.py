"""What people read is in plain, modern English."""

import re
from collections import Counter
from pathlib import Path

import pytest

from .plain_english import PHRASES, hits

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", ".github", "docs")
CODE = ("src", "notebooks", "databricks.yml", "resources", "specs")
"""Docstrings, comments, texts and templates of CODE are checked like the pages, and so are its YAML files."""
ROOTS = PAGES + CODE


@pytest.mark.parametrize("root", ROOTS)
def test_no_phrase_of_the_list_is_written(root):
    assert "\n".join(map(str, hits(ROOT / root))) == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "A view is no table.",
        "It waits for so many days.",
        "The table was made anew.",
        "A fit is dear.",
        "People are told.",
        "Columns are held to a threshold.",
        "The one before wins.",
        "The spec asks for a person.",
        "The spec says so.",
        "Where nothing is said, the default holds.",
        "It fails aloud.",
        "Who hears of failures?",
        "Only this rule speaks of missing values.",
        "This stops nobody.",
        "Whoever reads it knows.",
        "Delta skips it without a word.",
        "A table of their own.",
        "It stands in the row.",
        "The pages lie in MLflow.",
        "What came of it.",
        "They shall wait.",
    ],
)
def test_a_sentence_of_the_old_manner_is_found(tmp_path, sentence):
    page = tmp_path / "page.md"
    page.write_text(f"# A page\n\n{sentence}\n", "utf-8")

    assert [hit.line for hit in hits(page)] == [3]


def test_every_phrase_has_a_sentence_that_is_found(tmp_path):
    marks = test_a_sentence_of_the_old_manner_is_found.pytestmark
    page = tmp_path / "page.md"
    page.write_text("\n".join(marks[0].args[1]), "utf-8")

    assert {hit.pattern for hit in hits(page)} == set(PHRASES)


@pytest.mark.parametrize(
    "sentence",
    [
        "There is no champion yet.",
        "It is no longer used.",
        "A run that `is no` spec.",
        "The batch is held.",
        "It asks the registry.",
        "The batch before is counted.",
    ],
)
def test_a_plain_sentence_passes(tmp_path, sentence):
    page = tmp_path / "page.md"
    page.write_text(sentence, "utf-8")

    assert hits(page) == []


def test_a_phrase_is_found_across_lines_and_not_in_code(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```bash\necho so many\n```\nThe spec asks\nfor a person.\n", "utf-8")

    assert [(hit.line, hit.found) for hit in hits(page)] == [(4, "asks for")]


def test_docstrings_comments_texts_and_templates_are_read(tmp_path):
    (tmp_path / "code.py").write_text(
        '"""Made anew."""\n\ntold = 1\n# Nothing is dear\nraise ValueError(f"{told} is no number")\n', "utf-8"
    )
    (tmp_path / "page.html.j2").write_text("<p>{{ told }} People are told.</p>\n", "utf-8")
    (tmp_path / "job.yml").write_text("description: who hears of it  # whoever it is\n", "utf-8")

    assert Counter((hit.path.name, hit.found) for hit in hits(tmp_path)) == {
        ("code.py", "anew"): 1,
        ("code.py", "dear"): 1,
        ("code.py", "is no number"): 1,
        ("page.html.j2", "told"): 1,
        ("job.yml", "hears of"): 1,
        ("job.yml", "whoever"): 1,
    }


def test_every_root_exists():
    assert [root for root in (*PAGES, *CODE) if not (ROOT / root).exists()] == []
    assert all(re.compile(pattern) for pattern in PHRASES)
