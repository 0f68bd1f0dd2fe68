"""One form of a model that a search tried."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trial:
    """A recipe with arguments, judged on blocks before the hold-out."""

    number: int
    """Counted from 1, in the order in which forms are tried."""
    recipe: str
    """Dotted path of the recipe."""
    params: str
    """Its arguments, as JSON."""
    error: float | None
    """The deciding metric over all blocks, or its distance from 1 where 1 is best; None where the trial has none."""
    seconds: float | None
    """Duration of its fits; None where it was not begun."""
    problem: str | None
    """Why it has no error, as a sentence without a full stop."""
    is_live: bool = False
    """Whether it is the form of the champion."""
    is_chosen: bool = False
    """Whether it went to the gate."""
