"""Training rows in blocks: all of them, with no more than one block in the memory of this process."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql import DataFrame

from retraining.context import Context
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_frame import LABEL, features_of_spec, type_in
from retraining.steps.dataset.training_frame import Bounds, TrainingFrame, columns_of_frame, trainable_rows

MOST_BLOCK_ROWS = 100_000
"""Of a block, where policy.max_rows allows as many."""
_PART = "_place"
_CONTENT = "_all"


def count_blocks(context: Context, source: IngestedSource, bounds: Bounds) -> tuple[int, int]:
    """How many rows there are inside the bounds, and in how many blocks they come."""
    rows = trainable_rows(context, source, bounds).count()
    return rows, max(1, -(-rows // min(MOST_BLOCK_ROWS, context.spec.policy.max_rows)))


def read_blocks(context: Context, source: IngestedSource, bounds: Bounds, blocks: int) -> Iterator[TrainingFrame]:
    """The rows of the bounds, in blocks that depend on their keys alone, each sorted by row key: the same rows lead to
    the same blocks on any cluster.

    The rows are computed once. Workers pack batches into values, as Arrow writes them, and toLocalIterator brings one
    after the other, over Spark Connect too. Blocks by ranges of keys, read one by one, would read the
    observations as often as there are blocks; and rows one by one, as toLocalIterator brings them by itself, cost ten
    times as much.
    """
    spec = context.spec
    rows = trainable_rows(context, source, bounds)
    features = features_of_spec(spec, rows)
    label_type = type_in(rows, spec.columns.label)

    for content in _packed(rows.select(*columns_of_frame(spec, source.ledger)), blocks):
        table = pa.Table.from_batches(content).to_pandas()
        yield TrainingFrame(table, features, label_type, source.ledger, sampled=False)


def distinct_labels(context: Context, source: IngestedSource, bounds: Bounds, most: int) -> list[str]:
    """The labels of the rows, sorted, at most one more than `most` of them."""
    found = trainable_rows(context, source, bounds).select(LABEL).distinct().limit(most + 1).collect()
    return sorted(row[LABEL] for row in found)


def _packed(rows: DataFrame, parts: int) -> Iterator[list[pa.RecordBatch]]:
    """Each part at a time. Keys are hashes, so the parts hold about as many rows each. An Arrow batch is one value, far
    below what a message of Spark Connect may hold."""

    def pack(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        part = TaskContext.get().partitionId()  # type: ignore[union-attr]  # on a worker there is one
        for batch in batches:
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, batch.schema) as stream:
                stream.write_batch(batch)
            values = [pa.array([part], pa.int32()), pa.array([sink.getvalue().to_pybytes()], pa.binary())]
            yield pa.RecordBatch.from_arrays(values, [_PART, _CONTENT])

    ordered = rows.repartition(parts, ROW_KEY).sortWithinPartitions(ROW_KEY)
    packed = ordered.mapInArrow(pack, f"{_PART} int, {_CONTENT} binary").toLocalIterator()
    for _, values in groupby(packed, key=itemgetter(_PART)):
        batches = [batch for value in values for batch in pa.ipc.open_stream(bytes(value[_CONTENT]))]
        filled = [batch for batch in batches if batch.num_rows]
        if filled:
            yield filled
