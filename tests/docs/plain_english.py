"""Finds phrases that we do not write, in pages, templates and the texts of Python files."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PHRASES = {
    r"(?<!there )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|later\b)\w+": "is not a",
    r"\bso many\b": "this many, or the number",
    r"\banew\b": "again",
    r"\bdear\b": "expensive",
    r"\btold\b": "notified, or reported",
    r"\bheld (?:to|against)\b": "compared with",
    r"\bthe one before\b": "the previous one",
    r"\bask(?:s|ed|ing)? for\b": "requests, needs, or wants",
    r"\bsa(?:id|ys?) so\b": "name what it says, or leave it out",
    r"\b(?:is|are|was|were) said\b|\bunsaid\b": "is set, or by default",
    r"\baloud\b": "leave it out",
    r"\bhears? of\b": "is notified of",
    r"\bspeaks? of\b": "checks, or mentions",
    r"\bnobody\b": "no one, or say who",
    r"\bwhoever\b": "anyone who",
    r"\bwithout a word\b|\bin silence\b": "silently",
    r"\bof (?:its|their|your|our|his|one's) own\b": "its own, or separate",
    r"\bstands? (?:in|on|beside|behind|under|for itself)\b": "is in",
    r"\b(?:lies|lie|lay) (?:in|on|under|beside|behind|after|before|between|below|above|within|at|further)\b": "is in",
    r"\bc[ao]mes? of (?:it|that)\b": "results",
    r"\bfor ever\b|\bshall\b|\bupon\b|\bwherefrom\b|\bthereof\b": "a modern word",
}
"""What to write instead, by a pattern of what we do not write. A space matches any white space."""

_COMPILED = {
    pattern: re.compile(pattern.replace("(?<!there )", "(?<!there\\s)").replace(" ", r"\s+"), re.IGNORECASE)
    for pattern in PHRASES
}
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->", re.MULTILINE | re.DOTALL)
_SUFFIXES = (".md", ".j2", ".py", ".yml")


@dataclass(frozen=True)
class Hit:
    """A phrase in a file."""

    path: Path
    line: int
    pattern: str
    found: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.found!r}; write: {PHRASES[self.pattern]}"


def hits(root: Path) -> list[Hit]:
    """Every phrase in a file, or in the files of a folder."""
    files = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.suffix in _SUFFIXES)
    return [hit for path in files for line, text in texts(path) for hit in _hits_in(path, line, text)]


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """(first line, text) of what people read: prose without code, the strings and comments of a Python file, or the
    comments and descriptions of a YAML file."""
    content = path.read_text("utf-8")
    if path.suffix == ".py":
        yield from _strings(content)
        yield from _comments(content)
    else:
        yield 1, _CODE.sub(_blank, content)


def _blank(code: re.Match[str]) -> str:
    """As many lines as the code has."""
    return "`" + "\n" * code[0].count("\n")


def _strings(content: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, re.sub(r"`[^`\n]*`", "`", node.value)


def _comments(content: str) -> Iterator[tuple[int, str]]:
    """Comments on lines that follow one another are one text."""
    block: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(content).readline):
        if token.type != tokenize.COMMENT:
            continue
        if block and token.start[0] != block[-1].start[0] + 1:
            yield _joined(block)
            block = []
        block.append(token)
    if block:
        yield _joined(block)


def _joined(block: list[tokenize.TokenInfo]) -> tuple[int, str]:
    return block[0].start[0], "\n".join(token.string.lstrip("# ") for token in block)


def _hits_in(path: Path, line: int, text: str) -> Iterator[Hit]:
    for pattern, compiled in _COMPILED.items():
        for match in compiled.finditer(text):
            found = " ".join(match[0].split())
            yield Hit(path, line + text.count("\n", 0, match.start()), pattern, found)
