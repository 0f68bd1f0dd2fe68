"""Is a batch fit for use? Counts in, sentences out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from retraining.records.batch import Batch, RuleCount
from retraining.spec.quality_section import DEFAULT_QUARANTINED_SHARE, FEWEST_QUARANTINED, BatchGates

FEWEST_BATCHES = 3
"""How many committed batches with rows there must be before the number of rows is compared with theirs."""

_MOST_NAMED = 5
"""Reasons that a sentence names."""


@dataclass(frozen=True)
class BatchFacts:
    """Counts of the new rows of a batch. missing: those without a value, by column; failed: those that broke a rule of
    severity fail; earlier: the new rows of each committed batch before, where it had any."""

    accepted: int
    quarantined: int
    missing: Mapping[str, int]
    failed: tuple[RuleCount, ...]
    earlier: Sequence[int]
    refusals: tuple[RuleCount, ...] = ()
    """Quarantined rows by reason; a row may have several."""

    @property
    def rows(self) -> int:
        """All new rows."""
        return self.accepted + self.quarantined


def rows_of_earlier(batches: Sequence[Batch]) -> list[int]:
    """The new rows of each committed batch that had any."""
    committed = [row for row in batches if row.state == "COMMITTED"]
    counts = [(row.rows_accepted or 0) + (row.rows_quarantined or 0) for row in committed]
    return [rows for rows in counts if rows]


def why_held(gates: BatchGates, facts: BatchFacts) -> tuple[str, ...]:
    """Why the batch must be held: a sentence for each broken gate and rule of severity fail; empty when it need not."""
    return tuple(_sentences(gates, facts))


def _sentences(gates: BatchGates, facts: BatchFacts) -> Iterator[str]:
    if gates.min_rows is not None and facts.rows < gates.min_rows:
        yield f"quality.batch.min_rows: {facts.rows:,} new rows came; at least {gates.min_rows:,} must."

    yield from (f"rule {each.rule} (severity: fail): {each.rows:,} rows broke it; none may." for each in facts.failed)
    if not facts.rows:
        return

    yield from _shares(gates, facts)
    if gates.max_row_count_change is not None and len(facts.earlier) >= FEWEST_BATCHES:
        usual = median(facts.earlier)
        change = max(facts.rows / usual, usual / facts.rows)
        if change > gates.max_row_count_change:
            yield (
                f"quality.batch.max_row_count_change: {facts.rows:,} new rows came, where the median of "
                f"{len(facts.earlier)} earlier batches is {usual:,.0f}: {change:.4g} times as many or few; at most "
                f"{gates.max_row_count_change:g} may be."
            )


def _shares(gates: BatchGates, facts: BatchFacts) -> Iterator[str]:
    yield from _quarantined(gates, facts)
    for name, most in gates.max_null_share.items():
        if facts.missing[name] / facts.rows > most:
            share = _share(facts.missing[name], facts.rows)
            yield f"quality.batch.max_null_share.{name}: {share} have no value; at most {most:.2%} may."


def _quarantined(gates: BatchGates, facts: BatchFacts) -> Iterator[str]:
    """The reason with the most rows comes first: it is what to look at."""
    given = gates.max_quarantined_share
    most = DEFAULT_QUARANTINED_SHARE if given is None else given
    if facts.quarantined / facts.rows <= most or (given is None and facts.quarantined < FEWEST_QUARANTINED):
        return

    default = " by default" if given is None else ""
    counted = sorted(facts.refusals, key=lambda each: (-each.rows, each.rule))
    named = ", ".join(f"{each.rule} {each.rows:,}" for each in counted[:_MOST_NAMED])
    more = f" and {len(counted) - _MOST_NAMED} more" if len(counted) > _MOST_NAMED else ""
    reasons = f" Reasons: {named}{more}." if named else ""
    share = _share(facts.quarantined, facts.rows)
    yield f"quality.batch.max_quarantined_share: {share} were quarantined; at most {most:.2%} may{default}.{reasons}"


def _share(rows: int, of_rows: int) -> str:
    return f"{rows:,} of {of_rows:,} new rows ({rows / of_rows:.2%})"
