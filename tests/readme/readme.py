"""The README as data: its code blocks, links and commands."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def text() -> str:
    """The README."""
    return (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks in a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", text(), re.DOTALL)


def third_model() -> str:
    """The spec that the README adds."""
    (spec,) = blocks("yaml")
    return spec
