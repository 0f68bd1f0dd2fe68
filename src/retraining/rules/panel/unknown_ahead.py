"""What a spec says is known ahead, and the source does not say of steps that are to be forecast."""

from collections.abc import Sequence
from dataclasses import dataclass

_MOST_NAMED = 3
"""Series that the sentence names; the others are counted."""


@dataclass(frozen=True)
class UnknownAhead:
    """A column of one series. first, last: the days of the first and last step without a value; steps: how many."""

    series: str
    column: str
    steps: int
    first: str
    last: str


def unknown_in_words(found: Sequence[UnknownAhead], series: int, horizon: int) -> str:
    """The sentence with series and dates, and the cure. found: some of them; series: how many there are in all."""
    named = found[:_MOST_NAMED]
    others = series - len({each.series for each in named})
    said = "; ".join(f"{each.column} of {each.series} {_when(each)}" for each in named)
    more = f"; and {others:,} more series" if others > 0 else ""
    return (
        f"{series:,} series cannot be forecast, because columns of forecast.exogenous_known_ahead have no value ahead: "
        f"{said}{more}. Add rows with these times, an empty label and the columns' values for the next {horizon} steps "
        f"of each series, and run again."
    )


def _when(unknown: UnknownAhead) -> str:
    if unknown.steps == 1:
        return f"on {unknown.first}"
    return f"at {unknown.steps} steps from {unknown.first} to {unknown.last}"
