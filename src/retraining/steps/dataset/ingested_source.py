"""A source that has been ingested: its ledger, its usable batches, its watermark, and its rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import predictions
from retraining.adapters.tables.batches import UsableBatches, committed_batches, newest_rows, read_all_rows
from retraining.adapters.tables.observations import BATCH_SEQ, Selection, arrived_after, current_rows
from retraining.adapters.tables.tables import Tables
from retraining.errors import NothingToDoError
from retraining.records.batch import Batch
from retraining.rules.ingest.batch_numbers import BatchNumbers, batch_numbers
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.spec.feed import Feed, rows_feed
from retraining.spec.model_spec import ModelSpec

# Columns of realised predictions, named so that no column of a source is called the same.
PREDICTION = "_prediction"
VERSION = "_version"
SCORED_BATCH = "_scored_batch"
"""The batch with which a row was predicted. Its label may have come with a later one."""


@dataclass(frozen=True)
class IngestedSource:
    """Read once a stage, so that all its steps see the same batches."""

    name: str
    ledger: Ledger
    committed: UsableBatches
    """The usable batches, up to the newest committed one."""
    watermark: str | None
    """The watermark that the newest committed batch left."""
    tables: Tables
    numbers: BatchNumbers
    """Which rows of a model carry batch numbers of this source."""
    _batches: tuple[Batch, ...]

    @property
    def newest_with_rows(self) -> int:
        """The newest committed batch that brought accepted rows, 0 when there is none."""
        return max(self._batches_with_rows(), default=0)

    def batch_before(self, batch_seq: int) -> int | None:
        """The newest usable batch before this one that brought accepted rows."""
        usable = [filled for filled in self._batches_with_rows() if filled not in self.committed.without]
        return max((filled for filled in usable if filled < batch_seq), default=None)

    def replaced_by(self, batch_seq: int) -> list[int]:
        """The batches whose place a batch has taken: the one that it was read again for, and those before that."""
        of_batch = {batch.batch_seq: batch.supersedes for batch in self._batches}
        replaced: list[int] = []
        before = of_batch.get(batch_seq)
        while before is not None:
            replaced.append(before)
            before = of_batch.get(before)
        return replaced

    def through(self, batch_seq: int) -> UsableBatches:
        """The usable batches up to an earlier one."""
        return committed_batches(list(self._batches), through=batch_seq)

    def current_rows(self, selection: Selection | None = None, through: int | None = None) -> DataFrame:
        """The accepted current version of each key, as of the newest committed batch or of an earlier one."""
        committed = self.committed if through is None else self.through(through)
        return current_rows(self.tables, self.name, committed, self.ledger, selection)

    def realised_predictions(
        self,
        model: str,
        columns: Sequence[Column],
        newer_than: int,
        version: str | None = None,
        predicted_after: int | None = None,
    ) -> DataFrame:
        """Predictions of rows that the predicting version had not seen in training, joined with the current rows that
        arrived after the batch newer_than.

        One row a prediction: `_row_key`, `_batch_seq` and the given columns of the current row, then `_version`,
        `_prediction` and `_scored_batch`. version leaves out the predictions of all other versions, predicted_after
        those of the batches up to that one.
        """
        stored = self.predictions(model).where(~F.col("seen_in_training"))
        if version is not None:
            stored = stored.where(F.col("model_version") == F.lit(version))
        if predicted_after is not None:
            stored = stored.where(arrived_after(self.committed, predicted_after))

        predicted = stored.select(
            ROW_KEY,
            F.col("model_version").alias(VERSION),
            F.col("prediction").alias(PREDICTION),
            F.col(BATCH_SEQ).alias(SCORED_BATCH),
        )
        rows = self.current_rows(Selection(newer_than=newer_than)).select(ROW_KEY, BATCH_SEQ, *columns)
        return rows.join(predicted, ROW_KEY)

    def predictions(self, model: str) -> DataFrame:
        """What versions of a model predicted for rows of this source."""
        return predictions.of_source(self.tables, model, self.name, self.numbers.begun)

    def watermark_of(self, batch_seq: int) -> str | None:
        """The watermark that a batch left."""
        return next((batch.watermark_after for batch in self._batches if batch.batch_seq == batch_seq), None)

    def _batches_with_rows(self) -> list[int]:
        return [row.batch_seq for row in self._batches if row.state == "COMMITTED" and row.rows_accepted]


def read_source(spec: ModelSpec, tables: Tables) -> IngestedSource:
    """The source of a model. Raises NothingToDoError before the first ingestion."""
    return read_feed(rows_feed(spec), tables)


def read_feed(feed: Feed, tables: Tables) -> IngestedSource:
    """The rows of a feed, or its labels. Raises NothingToDoError before the first ingestion."""
    rows = read_all_rows(tables, feed.name)
    batches = newest_rows(rows)
    newest = next((batch for batch in reversed(batches) if batch.state == "COMMITTED"), None)
    if newest is None:
        held = [str(batch.batch_seq) for batch in batches if batch.state == "HELD"]
        cure = f"Held: {', '.join(held)}; release_batch lets them in." if held else "Run 01_ingest first."
        raise NothingToDoError(f"{feed.model}: `{feed.name}` has no committed batch yet. {cure}")

    ledger = Ledger(feed.source.ledger_column, newest.ledger_type)
    return IngestedSource(
        name=feed.name,
        ledger=ledger,
        committed=committed_batches(batches),
        watermark=newest.watermark_after,
        tables=tables,
        numbers=batch_numbers(feed.name, rows),
        _batches=tuple(batches),
    )
