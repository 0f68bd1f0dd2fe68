"""Counts of faults as a table for people."""

from collections.abc import Iterable, Sequence


def tally_table(head: Sequence[str], rows: Iterable[Sequence[object]], first_width: int) -> str:
    """A head, a rule and the rows. The first column has a width of its own, each other one that of its name."""
    widths = [len(name) for name in head[1:]]
    rule = ["-" * width for width in (first_width, *widths)]
    return "\n".join(_line(cells, first_width, widths) for cells in (head, rule, *rows))


def _line(cells: Sequence[object], first_width: int, widths: Sequence[int]) -> str:
    first, *rest = cells
    counts = (f"{cell:>{width}}" for cell, width in zip(rest, widths, strict=True))
    return "  ".join([f"{first!s:<{first_width}}", *counts])
