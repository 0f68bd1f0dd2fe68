"""How often the rows of a hold-out were looked at by earlier verdicts."""

from collections.abc import Iterator, Sequence

from pyspark.sql import DataFrame

from retraining.adapters.tables import observations
from retraining.records.gate import GateResult
from retraining.records.version import Manifest
from retraining.rules.gate.holdout import Look, Looks, looks_before
from retraining.rules.ingest.ledger import Ledger
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource


def looks_at_holdout(
    spec: ModelSpec,
    source: IngestedSource,
    candidate: Manifest,
    rows: DataFrame,
    manifests: Sequence[Manifest],
    checks: Sequence[GateResult],
) -> Looks:
    """Days are looked at as a whole; reserved rows by every verdict between the batch that brought them and the one
    that made a champion of a candidate which had seen them."""
    verdicts = [row for row in checks if row.check == "gain" and row.verdict != "not_enough_evidence"]
    ledger = source.ledger
    if spec.gate.holdout == "reserved":
        committed = source.through(candidate.batch_seq)
        brought = rows.groupBy(observations.usable_since(committed).alias("batch")).count().collect()
        units = {int(row["batch"]): int(row["count"]) for row in brought}
        return looks_before(units, [*_at_batches(verdicts, manifests, candidate.batch_seq)])
    days = days_between(ledger, candidate.holdout_from, candidate.holdout_before)
    earlier = [
        Look(days_between(ledger, row.holdout_from, row.holdout_before), row.question == "change") for row in verdicts
    ]
    return looks_before(dict.fromkeys(days, 1), earlier)


def days_between(ledger: Ledger, start: str | None, before: str | None) -> range:
    """The days of a hold-out as ordinals; none where its rows have no time."""
    first, end = ledger.from_text(start), ledger.from_text(before)
    if first is None or end is None or not ledger.has_time:
        return range(0)
    return range(ledger.day_of(first).toordinal(), ledger.day_of(end).toordinal())


def _at_batches(verdicts: Sequence[GateResult], manifests: Sequence[Manifest], newest: int) -> Iterator[Look]:
    """Where a restore took a manifest away, every row may have been looked at."""
    registered = [row for row in manifests if row.state == "REGISTERED"]
    by_key = {row.retrain_key: row.batch_seq for row in registered}
    by_version = {row.version: row.batch_seq for row in registered}
    for row in verdicts:
        after, through = by_version.get(row.champion_version, 0), by_key.get(row.retrain_key, newest)
        yield Look(range(after + 1, through + 1), row.question == "change")
