"""The pages of the repository as data: code blocks, inline code, links and headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Page:
    """A Markdown page of the repository."""

    path: Path

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text("utf-8")

    @cached_property
    def prose(self) -> str:
        """The text without its code blocks."""
        return _FENCED.sub("", self.text)

    @cached_property
    def languages(self) -> list[str]:
        """The languages of the code blocks, in order; empty for a block that names none."""
        return [language for language, _ in _FENCED.findall(self.text)]

    def blocks(self, language: str) -> list[str]:
        """The code blocks in a language, in order."""
        return [block for name, block in _FENCED.findall(self.text) if name == language]

    @cached_property
    def specs(self) -> list[str]:
        """The YAML blocks that are a model's spec or a part of it; tests/bundle/test_permissions.py reads others."""
        others = ("# databricks.yml", "# specs/indexes/", "# specs/batches/")
        return [block for block in self.blocks("yaml") if not block.startswith(others)]

    @cached_property
    def indexes(self) -> list[str]:
        """The YAML blocks that are specs of search indexes or parts of one."""
        return [block for block in self.blocks("yaml") if block.startswith("# specs/indexes/")]

    @cached_property
    def batches(self) -> list[str]:
        """The YAML blocks that are specs of batch tables or parts of one."""
        return [block for block in self.blocks("yaml") if block.startswith("# specs/batches/")]

    @cached_property
    def code(self) -> list[str]:
        """What is in backticks in the prose."""
        return [" ".join(each.split()) for each in re.findall(r"`([^`]+)`", self.prose)]

    @cached_property
    def links(self) -> list[str]:
        """Where links and pictures lead."""
        return re.findall(r"\]\(([^)\s]+)\)", self.prose) + re.findall(r'(?:src|href)="([^"]+)"', self.prose)

    @cached_property
    def anchors(self) -> set[str]:
        """The headings, as a link on GitHub names them."""
        headings = re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


README = Page(ROOT / "README.md")
SOURCES = Page(ROOT / "docs/how-to/sources.md")
LATE_LABELS = Page(ROOT / "docs/how-to/late-labels.md")
MEASURED = Page(ROOT / "docs/reference/measured.md")
QUALITY_RULES = Page(ROOT / "docs/how-to/quality-rules.md")
INDEX = ROOT / "docs/README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
_TEMPLATES = sorted((ROOT / ".github").glob("*.md"))


def pages() -> list[Page]:
    """The pages that people follow step by step: README, tutorial and how-to."""
    return [README, *_pages_in("tutorial"), *_pages_in("how-to")]


def linked_pages() -> list[Page]:
    """Those, and the pages that say what is true today: only the changes and the decisions may name what is gone."""
    return [*pages(), *_pages_in("reference"), *_explanations(), *map(Page, (INDEX, CONTRIBUTING, *_TEMPLATES))]


def all_pages() -> list[Page]:
    """Every page."""
    return [*linked_pages(), *decisions(), Page(ROOT / "CHANGELOG.md"), Page(ROOT / "docs/benchmarks.md")]


def decisions() -> list[Page]:
    """The decisions, a subject a page, and their index."""
    return list(_pages_in("explanation/decisions"))


def _explanations() -> Iterator[Page]:
    return (page for page in _pages_in("explanation") if page.path.parent.name == "explanation")


def _pages_in(folder: str) -> Iterator[Page]:
    return (Page(path) for path in sorted((ROOT / "docs" / folder).glob("**/*.md")))


def third_model() -> str:
    """The spec that the README adds."""
    (spec,) = [block for block in README.blocks("yaml") if block.startswith("model:")]
    return spec


def sources() -> dict[str, dict[str, Any]]:
    """The `source` sections of the page about sources, by mode; `prepare` is the one with a function."""
    sections = [yaml.safe_load(block)["source"] for block in SOURCES.blocks("yaml")]
    described = [section for section in sections if isinstance(section, dict)]
    return {section.get("mode", "prepare"): section for section in described if {"mode", "prepare"} & set(section)}


def columns_with_labels() -> dict[str, Any]:
    """The `columns` section with a table of labels."""
    sections = [yaml.safe_load(block)["columns"] for block in LATE_LABELS.blocks("yaml")]
    (section,) = [each for each in sections if "labels" in each]
    return dict(section)


def quality_rules() -> dict[str, str]:
    """{rule: example} of the table of quality rules."""
    (table,) = re.findall(r"\| Rule \| A row is fine when \| Example \|\n\|.*\n((?:\|.*\n)+)", QUALITY_RULES.text)
    return dict(re.findall(r"^\| `(\w+)` \|.*\| `(\{.*\})` \|$", table, re.MULTILINE))


def condition_functions() -> dict[str, list[str]]:
    """The functions that a condition may call, by the rows of the page's table that list them."""
    rows = re.findall(r"^\| (?:functions )?of (\w+) \| (`\w+`(?:, `\w+`)+) \|$", QUALITY_RULES.text, re.MULTILINE)
    return {about: re.findall(r"\w+", functions) for about, functions in rows}


def batch_gates() -> dict[str, Any]:
    """The gates that the page about quality sets."""
    (section,) = [yaml.safe_load(block)["quality"] for block in QUALITY_RULES.blocks("yaml")]
    return dict(section["batch"])
