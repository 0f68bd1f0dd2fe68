"""Guesses which column grows with new rows and which columns name a row. Pure; whether keys are unique is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from local_workspace.errors import ParameterError
from local_workspace.new_model.table_facts import ColumnFacts, TableFacts

ID_NAME = re.compile(r"(^|_| )(id|key|uuid|guid|code|nr|no|number|index|seq)$|^unnamed_", re.IGNORECASE)
TIME_NAME = re.compile(r"(^|_| )(time|timestamp|date|datetime|day|at|ts|when)($|_| )", re.IGNORECASE)

NEARLY = 0.9
"""Counts of different values are estimates: from this share of the rows on, a column may be unique."""
MOST_EXTRA_KEYS = 6
"""Columns that are tried beside the ledger."""


@dataclass(frozen=True)
class Guess:
    """Columns, and why they were chosen."""

    columns: tuple[str, ...]
    """One for the ledger, at least one for the keys."""
    why: str
    """For a person."""


def guess_ledger(facts: TableFacts, label: str) -> Guess:
    """A time or date without gaps, else an integer that is different in each row."""
    usable = [each for each in facts.columns if each.name != label and each.missing == 0]
    times = [each for each in usable if each.is_time]
    if times:
        best = max(times, key=lambda each: (bool(TIME_NAME.search(each.name)), each.type != "date", each.distinct))
        others = [each.name for each in times if each is not best]
        instead = f"; {' and '.join(others)} would be possible too" if others else ""
        return Guess((best.name,), f"a {best.type.removesuffix('_ntz')} in every row{instead}")

    integers = [each for each in usable if each.is_integer and each.distinct >= NEARLY * facts.rows]
    if integers:
        best = max(integers, key=lambda each: bool(ID_NAME.search(each.name)))
        return Guess((best.name,), "an integer that is different in each row")

    gaps = [each.name for each in facts.columns if each.is_time and each.missing]
    hint = f" {', '.join(gaps)} cannot be it, because values are missing." if gaps else ""
    raise ParameterError(
        f"new-model {facts.table}: no column grows with new rows: expected a date, a time, or a number that is "
        f"different in each row.{hint} Name one with --ledger, or add a column with the number of the row."
    )


def guess_keys(facts: TableFacts, ledger: str, label: str, is_unique: Callable[[Sequence[str]], bool]) -> Guess:
    """The first candidates that no two rows share."""
    for columns in key_candidates(facts, ledger, label):
        if is_unique(columns):
            return Guess(columns, "no two rows share it" if len(columns) == 1 else "no two rows share all of them")
    raise ParameterError(
        f"new-model {facts.table}: no few columns name a row: rows share {ledger} and everything beside it that was "
        f"tried. Name the columns with --keys, or remove rows that are there twice."
    )


def key_candidates(facts: TableFacts, ledger: str, label: str) -> Iterator[tuple[str, ...]]:
    """Columns that may name a row, the most natural first: ids, the ledger, other unique columns, then combinations."""
    possible = [each for each in facts.columns if each.name != label and each.missing == 0 and _may_be_key(each)]
    unique = [each.name for each in possible if each.distinct >= NEARLY * facts.rows]

    yield from ((name,) for name in unique if ID_NAME.search(name))
    if facts.column(ledger).distinct >= NEARLY * facts.rows:
        yield (ledger,)
    yield from ((name,) for name in unique if not ID_NAME.search(name) and name != ledger)

    extra = [each for each in possible if each.name != ledger and each.distinct > 1]
    natural = sorted(extra, key=lambda each: (not ID_NAME.search(each.name), not each.is_text))[:MOST_EXTRA_KEYS]
    for count in (1, 2):
        for columns in combinations(natural, count):
            if _combinations(facts, ledger, columns) >= NEARLY * facts.rows:
                yield (ledger, *(each.name for each in columns))


def _combinations(facts: TableFacts, ledger: str, columns: Sequence[ColumnFacts]) -> float:
    """How many rows the columns could tell apart."""
    product = float(facts.column(ledger).distinct)
    for each in columns:
        product *= each.distinct
    return product


def _may_be_key(column: ColumnFacts) -> bool:
    """Measured numbers are unique only by chance."""
    return column.is_text or column.is_integer or column.is_time
