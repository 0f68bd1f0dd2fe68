"""Steps through the tokens of a condition, and says where it cannot be read."""

from collections.abc import Callable

from retraining.spec.conditions.tokens import Token, tokens_of
from retraining.spec.conditions.tree import Call, ConditionError, Part

MOST_TOKENS = 1_000
_DEEPEST = 30
"""Brackets, signs and words inside one another that this reader follows."""


class Reader:
    """A place among the tokens of a condition."""

    def __init__(self, condition: str) -> None:
        """Raises ConditionError as tokens_of does, and for too many tokens."""
        tokens = tokens_of(condition)
        if len(tokens) > MOST_TOKENS:
            raise ConditionError(f"has {len(tokens):,} parts, of at most {MOST_TOKENS:,}. Split it into several rules")
        self._condition = condition
        self._tokens = tokens
        self.place = 0
        self._depth = 0

    def expect_end(self) -> None:
        """Raises ConditionError where something follows."""
        if self.now.kind != "end":
            raise self.unexpected()

    @property
    def now(self) -> Token:
        """The token at this place."""
        return self._tokens[self.place]

    def next(self) -> Token:
        """The token at this place; goes on to the one behind it."""
        token = self.now
        self.place = min(self.place + 1, len(self._tokens) - 1)
        return token

    def take(self, said: str) -> bool:
        """Goes on where the word or sign is here; whether it was."""
        found = self.now.kind in ("word", "sign") and self.now.said == said
        if found:
            self.next()
        return found

    def expect(self, said: str) -> None:
        """Goes on behind a word or sign. Raises ConditionError where another one is here."""
        if not self.take(said):
            raise self.unexpected(said.upper())

    def name(self) -> str:
        """Goes on behind a name, and returns it."""
        if self.now.kind not in ("word", "quoted"):
            raise self.unexpected("a name")
        self.next()
        return self.written(self.place - 1)

    def written(self, place: int) -> str:
        """A name in the letters it was written in."""
        token = self._tokens[place]
        return self._condition[token.start : token.end] if token.kind == "word" else token.said

    def deeper(self, inner: Callable[[], Part]) -> Part:
        """A part inside another one. Raises ConditionError where too many are."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ConditionError(f"has more than {_DEEPEST} parts inside one another. Split it into several rules")
        found = inner()
        self._depth -= 1
        return found

    def call(self, start: int, name: str, *arguments: Part) -> Call:
        """A function or an operator whose text began at a token."""
        return Call(self.text(start), name, arguments)

    def text(self, start: int) -> str:
        """The condition from a token to this place."""
        return self.text_of(start, self.place)

    def text_of(self, start: int, end: int) -> str:
        """The condition from one token up to another."""
        return self._condition[self._tokens[start].start : self._tokens[max(end - 1, start)].end]

    def unexpected(self, expected: str = "") -> ConditionError:
        """What to raise where another token was expected."""
        token = self.now
        found = "the end" if token.kind == "end" else f"`{self._condition[token.start : token.end]}`"
        wanted = f" Expected {expected}." if expected else ""
        return ConditionError(
            f"cannot be read at {found}.{wanted} Write one expression over the columns of a row: no query; a column "
            f"whose name is a word of SQL is written in back quotes"
        )
