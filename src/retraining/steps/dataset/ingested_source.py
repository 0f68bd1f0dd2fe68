"""What the loop knows of a source that has been ingested: its ledger, its usable batches, its watermark."""

from dataclasses import dataclass

from pyspark.sql import DataFrame

from retraining.adapters.tables.batches import Committed, committed_batches, read_batches
from retraining.adapters.tables.observations import Selection, current_rows
from retraining.adapters.tables.tables import Tables
from retraining.errors import NothingToDoError
from retraining.records.batch import Batch
from retraining.rules.ingest.ledger import Ledger
from retraining.spec.feed import Feed, rows_feed
from retraining.spec.model_spec import ModelSpec


@dataclass(frozen=True)
class IngestedSource:
    """Read once a stage. committed and watermark are those of the newest committed batch."""

    name: str
    ledger: Ledger
    committed: Committed
    watermark: str | None
    tables: Tables
    _batches: tuple[Batch, ...]

    @property
    def newest_with_rows(self) -> int:
        """The newest committed batch that brought accepted rows, 0 when there is none."""
        filled = (row.batch_seq for row in self._batches if row.state == "COMMITTED" and row.rows_accepted)
        return max(filled, default=0)

    def batch_before(self, batch_seq: int) -> int | None:
        """The newest committed batch before one that brought accepted rows."""
        filled = (row.batch_seq for row in self._batches if row.state == "COMMITTED" and row.rows_accepted)
        return max((each for each in filled if each < batch_seq), default=None)

    def through(self, batch_seq: int) -> Committed:
        """The usable batches up to an earlier one."""
        return committed_batches(list(self._batches), through=batch_seq)

    def current_rows(self, selection: Selection | None = None, through: int | None = None) -> DataFrame:
        """The accepted current version of each key, as of the newest committed batch or of an earlier one."""
        committed = self.committed if through is None else self.through(through)
        return current_rows(self.tables, self.name, committed, self.ledger, selection)

    def watermark_of(self, batch_seq: int) -> str | None:
        """The watermark that a batch left."""
        return next((batch.watermark_after for batch in self._batches if batch.batch_seq == batch_seq), None)


def read_source(spec: ModelSpec, tables: Tables) -> IngestedSource:
    """The source of a model. Raises NothingToDoError before the first ingestion."""
    return read_feed(rows_feed(spec), tables)


def read_feed(feed: Feed, tables: Tables) -> IngestedSource:
    """The rows of a feed, or its labels. Raises NothingToDoError before the first ingestion."""
    batches = read_batches(tables, feed.name)
    newest = next((batch for batch in reversed(batches) if batch.state == "COMMITTED"), None)
    if newest is None:
        held = [str(batch.batch_seq) for batch in batches if batch.state == "HELD"]
        cure = f"Held: {', '.join(held)}; release_batch lets them in." if held else "Run 01_ingest first."
        raise NothingToDoError(f"{feed.model}: `{feed.name}` has no committed batch yet. {cure}")

    ledger = Ledger(feed.source.ledger_column, newest.ledger_type)
    return IngestedSource(feed.name, ledger, committed_batches(batches), newest.watermark_after, tables, tuple(batches))
