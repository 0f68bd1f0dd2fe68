"""What is wrong with a file of specs/: one sentence each, with the line it is on."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from retraining.errors import SpecError

_NEAR = 0.7
"""How much two names have in common at least, from 0 to 1, so that one is offered for the other."""

Path = tuple[str | int, ...]
"""Keys and positions that lead to a value: ("quality", "rules", 0, "min")."""


@dataclass(frozen=True)
class Fault:
    """One thing that a file may not say."""

    line: int
    """Counted from 1."""
    sentence: str
    """What was found, what is allowed, and the cure."""
    path: Path = ()
    """The key that is at fault; empty for the whole file."""

    def concerns(self, path: Path) -> bool:
        """Whether the fault is in a value, or in what that value is made of."""
        return self.path[: len(path)] == path


def refusal(origin: str, faults: Iterable[Fault]) -> SpecError:
    """All faults of a file in one error, a line for each, in the order of the file."""
    lines = {(fault.line, f"{origin}, line {fault.line}: {fault.sentence.removesuffix('.')}") for fault in faults}
    return SpecError("\n".join(text for _, text in sorted(lines)))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that somebody who wrote another one may have meant."""
    by_small_letters = {each.lower(): each for each in known}
    found = get_close_matches(name.lower(), by_small_letters, n=1, cutoff=_NEAR)
    return by_small_letters[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """ " Did you mean `label`?" with the space before it; empty where no known name is near."""
    near = nearest(name, known)
    return f" Did you mean `{near}`?" if near else ""


def one_of(names: Iterable[str]) -> str:
    """Names as people list choices: "daily, weekly or monthly"."""
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last
