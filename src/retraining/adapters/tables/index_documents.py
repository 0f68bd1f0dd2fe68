"""`index_documents` and `index_runs`: what is known of the documents of a search index. Both are append-only."""

from collections.abc import Iterator, Sequence

from pyspark.sql import functions as F

from retraining.adapters.tables.ledgers_of_model import append_once
from retraining.adapters.tables.schema_of_record import columns_of_record, schema_of_record
from retraining.adapters.tables.tables import Fence, Tables, stream_records
from retraining.errors import SkippedWriteError
from retraining.records.run import Run
from retraining.records.search import DocumentState, IndexDocument, IndexRun
from retraining.rules.search.document_names import document_key

DOCUMENTS = "index_documents"
RUNS = "index_runs"


class IndexLedger:
    """The rows of one index."""

    def __init__(self, tables: Tables, index: str) -> None:
        """index: its name, as its spec has it."""
        self._tables = tables
        self._index = index

    def open_run(self, run: Run) -> int:
        """Writes that a run begins, and returns its number. Raises ConcurrentRunError when another run took it."""
        earlier = self._tables.records(RUNS, IndexRun, index=self._index)
        seq = max((row.seq for row in earlier), default=0) + 1
        self._append_run(IndexRun(index=self._index, seq=seq, state="OPENED", **run.stamp))
        return seq

    def close_run(self, row: IndexRun) -> None:
        """Writes what a run has done."""
        self._append_run(row)

    def newest(self, states: Sequence[DocumentState] = ()) -> Iterator[IndexDocument]:
        """The newest row of each document, in the order of paths; only those in some states, if any are named."""
        if not self._tables.exists(DOCUMENTS):
            return iter(())
        rows = self._tables.read(DOCUMENTS).where(F.col("index") == F.lit(self._index))
        columns = F.struct(*columns_of_record(IndexDocument))
        newest = F.max_by(columns, F.struct("seq", "step")).alias("newest")
        found = rows.groupBy("path").agg(newest).select("newest.*")
        if states:
            found = found.where(F.col("state").isin(*states))
        return stream_records(found.orderBy("path"), IndexDocument)

    def append(self, rows: Sequence[IndexDocument]) -> None:
        """Stores rows of one step of one run in one commit, and checks that they are there."""
        last = rows[-1]
        self._tables.create(DOCUMENTS, schema_of_record(IndexDocument), append_only=True)
        self._tables.add_columns(DOCUMENTS, schema_of_record(IndexDocument))
        part = f"{last.index}:{last.attempt_id}:{document_key(last.path)}"
        fence = Fence(f"index_step_{last.step}", part, last.seq)
        self._tables.append(DOCUMENTS, self._tables.frame_of(rows), fence)

        mine = self._tables.read(DOCUMENTS).where(F.col("attempt_id") == F.lit(last.attempt_id))
        for column in ("path", "seq", "step"):
            mine = mine.where(F.col(column) == F.lit(getattr(last, column)))
        if mine.isEmpty():
            raise SkippedWriteError(
                f"index {last.index}: step {last.step} of run {last.seq} was not stored in `{DOCUMENTS}`. Start the "
                f"run again: it goes on from what is stored."
            )

    def _append_run(self, row: IndexRun) -> None:
        def taken() -> bool:
            there = self._tables.records(RUNS, IndexRun, index=row.index, seq=row.seq)
            return any(each.state == row.state for each in there)

        step = f"index_{row.state.lower()}"
        append_once(self._tables, RUNS, [row], Fence(step, row.index, row.seq), taken)
