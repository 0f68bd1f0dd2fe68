"""When a source has enough to train and judge a first champion, counted in the blocks by which the gate judges."""

import calendar
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from retraining.records.validation import Finding, SourceFacts
from retraining.rules.gate.holdout import (
    FEWEST_NEW_DAYS,
    FEWEST_ROWS,
    RESERVED_SHARE,
    fewest_whole_days,
    holdout_days,
    whole_days,
)
from retraining.rules.ingest.ledger import Ledger
from retraining.spec.model_spec import ModelSpec

DAYS_OF_A_FIRST_CHAMPION = fewest_whole_days(has_champion=False)
"""Whole days of labelled rows: those that judge, and at least one to learn from."""
_FEWEST_TO_LEARN = 10
"""With fewer training rows, a model is seldom shown to be better than their mean."""
_FAR_APART = 7
"""Days from one day with rows to the next, from which on the wait after a champion is worth a sentence."""
_NEWEST_GAPS = 12
_MOST_REPLACED = 0.5
"""Share of the labelled rows that are the newest of their key, below which days do not add up."""
_OF_MONTHS = range(28, 32)
_NAMES = {1: "daily", 7: "weekly"}


def expect_first_champion(spec: ModelSpec, ledger: Ledger, facts: SourceFacts) -> Iterator[Finding]:
    """What the gate needs, what there is, and from when on a first champion is possible. The ledger has days unless
    the hold-out is reserved."""
    if spec.gate.holdout == "reserved":
        yield _reserved(facts)
    else:
        yield from _newest(spec, ledger, facts)


def _reserved(facts: SourceFacts) -> Finding:
    rows = facts.learnable // RESERVED_SHARE
    what = f"A quarter of the keys judges, about {rows:,} labelled rows; the gate needs {FEWEST_ROWS}"
    if rows < FEWEST_ROWS:
        return Finding("warning", f"{what}. Expect a first champion from {FEWEST_ROWS * RESERVED_SHARE} keys on.")
    return Finding("ok", f"{what}. The first run can train a candidate and have it judged; it goes live if it passes.")


def _newest(spec: ModelSpec, ledger: Ledger, facts: SourceFacts) -> Iterator[Finding]:
    newest = ledger.from_text(facts.ledger_to)
    if newest is None:
        return

    today = ledger.day_of(newest)
    whole = whole_days(facts.days, None, today)
    gap = _usual_gap(facts.days)
    lacking = DAYS_OF_A_FIRST_CHAMPION - len(whole)
    needed = f"{DAYS_OF_A_FIRST_CHAMPION} {spec.blocks_called} with labelled rows"
    what = f"A first champion needs {needed}; there are {len(whole)}"
    if lacking <= 0:
        judging = len(holdout_days(whole))
        yield Finding(
            "ok",
            f"{what}. The first run can train a candidate and have it judged on the newest {judging} of them; it goes "
            f"live if it passes.",
        )
        yield from _few_to_learn(facts, len(whole), judging)
    else:
        arriving = ", because the newest day counts only when a later one has rows" if today in facts.days else ""
        yield Finding("warning", f"{what}{arriving}. {_expected(facts, lacking, today, gap)}")

    if gap is not None and gap >= _FAR_APART:
        yield Finding(
            "ok",
            f"Days with labelled rows come {_cadence(gap)}. After each champion, the next candidate waits for "
            f"{_days_between(spec)} more of them: {_span(gap, _days_between(spec))}. "
            f"docs/explanation/how-the-gate-decides.md says what so few days can show.",
        )


def _few_to_learn(facts: SourceFacts, whole: int, judging: int) -> Iterator[Finding]:
    rows = facts.learnable * (whole - judging) // len(facts.days)
    if rows < _FEWEST_TO_LEARN:
        yield Finding(
            "warning",
            f"Only about {rows:,} rows are left to learn from, so the gate will probably refuse the first candidates. "
            f"Each run tries again with the rows that have come.",
        )


def _usual_gap(days: Sequence[date]) -> int | None:
    """Days from one day with labelled rows to the next, as it is most of the time; None below two days."""
    recent = sorted(days)[-_NEWEST_GAPS - 1 :]
    gaps = [(later - earlier).days for earlier, later in pairwise(recent)]
    return round(median(gaps)) if gaps else None


def _expected(facts: SourceFacts, lacking: int, today: date, gap: int | None) -> str:
    if facts.learnable < _MOST_REPLACED * facts.labelled:
        return (
            "New rows replace older ones of their key, so the number may never be reached: name in source.keys what "
            "tells the rows of one day from those of another."
        )
    more = f"{lacking} more such day" + ("s" if lacking > 1 else "")
    return f"Expect it after {more}: {_when(today, lacking, gap)}."


def _when(today: date, more: int, gap: int | None) -> str:
    if gap is None:
        return f"on {today + timedelta(days=more)} at the earliest"
    if gap in _OF_MONTHS:
        return f"about {_months_later(today, more)}, if they come {_cadence(gap)} as so far"
    return f"about {today + timedelta(days=more * gap)}, if they come {_cadence(gap)} as so far"


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


def _cadence(gap: int) -> str:
    return "monthly" if gap in _OF_MONTHS else _NAMES.get(gap, f"every {gap} days")


def _days_between(spec: ModelSpec) -> int:
    """Days with rows from one champion to the next candidate. A champion has not learned the days that judged it, which
    the next candidate learns, and the newest day becomes whole when a later one has rows. A refit has learned all."""
    return fewest_whole_days(has_champion=True) + 1 if spec.gate.refits else FEWEST_NEW_DAYS


def _span(gap: int, days: int) -> str:
    if gap in _OF_MONTHS:
        return f"{days} months"
    return f"{days} weeks" if gap == 7 else f"about {days * gap} days"
