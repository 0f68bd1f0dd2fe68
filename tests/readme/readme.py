"""The README as data: its code blocks, links and commands."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


def text() -> str:
    """The README."""
    return (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks in a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", text(), re.DOTALL)


def third_model() -> str:
    """The spec that the README adds."""
    (spec,) = [block for block in blocks("yaml") if block.startswith("model:")]
    return spec


def sources() -> dict[str, dict[str, Any]]:
    """The `source` sections that the README shows, by mode; `prepare` is the one with a function."""
    sections = [yaml.safe_load(block)["source"] for block in blocks("yaml") if block.startswith("source:")]
    return {section.get("mode", "prepare"): section for section in sections}


def columns_with_labels() -> dict[str, Any]:
    """The `columns` section with a table of labels."""
    (section,) = [yaml.safe_load(block)["columns"] for block in blocks("yaml") if block.startswith("columns:")]
    return dict(section)


def quality_rules() -> dict[str, str]:
    """{rule: example} of the table of quality rules."""
    (table,) = re.findall(r"\| Rule \| A row is fine when \| Example \|\n\|.*\n((?:\|.*\n)+)", text())
    return dict(re.findall(r"^\| `(\w+)` \|.*\| `(\{.*\})` \|$", table, re.MULTILINE))


def batch_gates() -> str:
    """The gates that the README sets."""
    (said,) = re.findall(r"`quality\.batch: (\{.*?\})`", text(), re.DOTALL)
    return said
