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
from retraining.steps.dataset.model_history import ModelHistory


def looks_at_holdout(
    spec: ModelSpec, source: IngestedSource, candidate: Manifest, rows: DataFrame, history: ModelHistory
) -> Looks:
    """A verdict looks at its days as a whole. It looks at the reserved rows of every batch after its champion's, up to
    the batch whose candidate it judged."""
    gains = [row for row in history.gate_results if row.check == "gain"]
    verdicts = [row for row in gains if row.verdict != "not_enough_evidence"]

    if spec.gate.holdout == "reserved":
        batch = observations.usable_since(source.through(candidate.batch_seq)).alias("batch")
        rows_of_batch = {int(row["batch"]): int(row["count"]) for row in rows.groupBy(batch).count().collect()}
        return looks_before(rows_of_batch, list(_looks_at_batches(verdicts, history, candidate.batch_seq)))

    ledger = source.ledger
    days = days_between(ledger, candidate.holdout_from, candidate.holdout_before)
    earlier = [
        Look(days_between(ledger, row.holdout_from, row.holdout_before), row.question == "change") for row in verdicts
    ]
    return looks_before(dict.fromkeys(days, 1), earlier)


def days_between(ledger: Ledger, start: str | None, before: str | None) -> range:
    """The days of a hold-out as ordinals; none where its rows have no time."""
    first = ledger.from_text(start)
    end = ledger.from_text(before)
    if first is None or end is None or not ledger.has_time:
        return range(0)
    return range(ledger.day_of(first).toordinal(), ledger.day_of(end).toordinal())


def _looks_at_batches(verdicts: Sequence[GateResult], history: ModelHistory, newest: int) -> Iterator[Look]:
    """Where a restore took a manifest away, every row may have been looked at. A verdict on a candidate of another
    source looked at none of them."""
    by_key = {row.retrain_key: row.batch_seq for row in history.registered}
    by_version = {row.version: row.batch_seq for row in history.registered}

    for row in verdicts:
        after = by_version.get(row.champion_version, 0)
        through = by_key.get(row.retrain_key, newest)
        yield Look(range(after + 1, through + 1), row.question == "change")
