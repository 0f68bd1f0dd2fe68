"""The words, numbers, texts and signs of a condition, as Spark SQL writes them."""

import re
from dataclasses import dataclass
from typing import Literal

from retraining.spec.conditions.tree import ConditionError

LONGEST = 10_000
"""Characters of a condition."""

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?!\w)
    |(?P<text>'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*")
    |(?P<quoted>`(?:[^`]|``)+`)
    |(?P<word>[^\W\d]\w*)
    |(?P<sign><=>|<>|<=|>=|!=|==|\|\||::|[=<>+\-*/%(),.\[\]])""",
    re.VERBOSE | re.DOTALL,
)
_FORBIDDEN = {
    **dict.fromkeys(("--", "/*"), "holds a comment. Write the comment above the rule in the YAML"),
    ";": "holds `;`, which ends a statement. Write one expression",
    "|>": "holds a query. Write one expression over the columns of a row",
    "!": "holds `!`. Write NOT",
    "{": "holds braces. Write one expression over the columns of a row",
}
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "%": "\\%", "_": "\\_"}
"""What Spark makes of a sign behind a backslash; `\\%` and `\\_` stay, for LIKE."""


@dataclass(frozen=True)
class Token:
    """One of them. said: a word in lower case, a text without its quotes. start and end: its place in the condition."""

    kind: Literal["number", "text", "quoted", "word", "sign", "end"]
    said: str
    start: int
    end: int


def tokens_of(condition: str) -> list[Token]:
    """The tokens, the last one of kind `end`. Raises ConditionError for what does not belong in an expression."""
    if len(condition) > LONGEST:
        raise ConditionError(f"has {len(condition):,} characters, of at most {LONGEST:,}. Split it into several rules")
    found: list[Token] = []
    place = 0

    while place < len(condition):
        match = None if condition.startswith(("--", "/*", "|>"), place) else _TOKEN.match(condition, place)
        if match is None:
            raise ConditionError(_why_not_read(condition[place:]))
        kind = match.lastgroup
        if kind != "space":
            found.append(Token(kind, _said(str(kind), match[0]), place, match.end()))  # type: ignore[arg-type]
        place = match.end()

    return [*found, Token("end", "", place, place)]


def _why_not_read(rest: str) -> str:
    for sign, why in _FORBIDDEN.items():
        if rest.startswith(sign):
            return why
    if rest[0] in "'\"`":
        return f"has a quote {rest[0]} that is not closed"
    if rest[0].isdigit():
        return f"has a number with letters, `{re.split(r'[^0-9a-zA-Z_.]', rest)[0]}`. Write digits, such as 10 or 1.5"
    return f"holds {rest[0]!r}, which is not part of an expression"


def _said(kind: str, text: str) -> str:
    if kind == "word":
        return text.lower()
    if kind == "quoted":
        return text[1:-1].replace("``", "`")
    return _unquoted(text) if kind == "text" else text


def _unquoted(text: str) -> str:
    inside = text[1:-1].replace(text[0] * 2, text[0])
    return re.sub(r"\\(.)", _unescaped, inside, flags=re.DOTALL)


def _unescaped(escape: "re.Match[str]") -> str:
    sign = escape[1]
    if sign not in _ESCAPED:
        raise ConditionError(
            f"holds \\{sign} in a text, of which Spark makes `{sign}`. Write \\\\{sign} for a backslash"
        )
    return _ESCAPED[sign]
