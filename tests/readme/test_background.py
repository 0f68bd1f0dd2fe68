"""Contributing, glossary and decisions keep their order, and their figures are those of the code."""

import re

import pytest
from tests import test_readable
from tests.readme.pages import CONTRIBUTING, README, ROOT, Page, all_pages, decisions

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
every_subject = pytest.mark.parametrize("page", [each for each in decisions() if each.path.stem != "README"], ids=str)


def test_contributing_lists_every_target_of_the_makefile():
    described = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)) - {"help", "setup"}
    listed = re.findall(r"^\| `make ([a-z-]+)` \|", Page(CONTRIBUTING).text, re.MULTILINE)

    assert set(listed) == described


def test_contributings_figures_of_the_fault_tests_are_the_makefiles():
    (described,) = re.findall(r"^test-faults:.*## (.*)$", MAKEFILE, re.MULTILINE)
    (listed,) = re.findall(r"^\| `make test-faults` \| (.*) \|$", Page(CONTRIBUTING).text, re.MULTILINE)

    assert re.findall(r"\d[\d,]*", listed) == re.findall(r"\d[\d,]*", described)


def test_contributings_limits_are_those_of_the_guard():
    limits = (test_readable.MOST_LINES, test_readable.MOST_STATEMENTS, test_readable.MOST_PARAMETERS)
    sentence = "Files have at most {} lines, functions at most {} statements and {} parameters."

    assert sentence.format(*limits) in Page(CONTRIBUTING).text


GLOSSARY = Page(ROOT / "docs/explanation/glossary.md")
WORDS = [word.lower() for word in re.findall(r"^\| ([^|]+?) \| [^|]+ \|$", GLOSSARY.text, re.MULTILINE)[2:]]


def test_the_glossary_has_each_word_once_in_alphabetical_order():
    assert len(WORDS) >= 60
    assert sorted(set(WORDS)) == WORDS


def test_every_word_of_the_glossary_is_used_elsewhere():
    pages = [page.text for page in all_pages() if page.path != GLOSSARY.path]
    code = [file.read_text("utf-8") for file in sorted((ROOT / "src").rglob("*.py"))]
    text = re.sub(r"[\s_-]+", " ", "\n".join((*pages, *code))).lower()

    assert [word for word in WORDS if not re.search(rf"\b{re.sub(r'[ -]', ' ', word)}", text)] == []


def test_the_readme_leads_to_every_part_of_the_documentation():
    folders = {link.split("/")[1] for link in README.links if link.startswith("docs/") and link.count("/") > 1}

    assert {"tutorial", "how-to", "reference", "explanation"} <= folders
    assert "docs/README.md" in README.links


@every_subject
def test_decisions_are_newest_first_and_say_choice_why_and_what_would_change_it(page):
    entries = page.text.split("\n## ")[1:]
    dates = [entry[:10] for entry in entries]

    assert dates == sorted(dates, reverse=True)
    for entry in entries:
        assert re.match(r"\d{4}-\d\d-\d\d: ", entry)
        parts = ("**Choice.** ", "**Why.** ", "**Would change it.** ")
        assert [part for part in parts if entry.count(f"\n{part}") != 1] == []


def test_every_subject_is_in_the_index_of_decisions():
    index = Page(ROOT / "docs/explanation/decisions/README.md")

    assert set(index.links) == {page.path.name for page in decisions()} - {"README.md"}
