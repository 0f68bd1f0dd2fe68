"""Is a batch fit for use? Counts in, sentences out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from retraining.records.batch import Batch, RuleCount
from retraining.spec.quality_section import BatchGates

FEWEST_BATCHES = 3
"""How many committed batches with rows there must be before the number of rows is compared with theirs."""


@dataclass(frozen=True)
class BatchFacts:
    """Counts of the new rows of a batch. missing: those without a value, by column; failed: those that broke a rule of
    severity fail; earlier: the new rows of each committed batch before, where it had any."""

    accepted: int
    quarantined: int
    missing: Mapping[str, int]
    failed: tuple[RuleCount, ...]
    earlier: Sequence[int]

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
    bounds = [(f"max_null_share.{name}", facts.missing[name], most) for name, most in gates.max_null_share.items()]
    if gates.max_quarantined_share is not None:
        bounds.insert(0, ("max_quarantined_share", facts.quarantined, gates.max_quarantined_share))
    for gate, rows, most in bounds:
        if rows / facts.rows > most:
            what = "were quarantined" if gate == "max_quarantined_share" else "have no value"
            share = f"{rows:,} of {facts.rows:,} new rows ({rows / facts.rows:.2%})"
            yield f"quality.batch.{gate}: {share} {what}; at most {most:.2%} may."
