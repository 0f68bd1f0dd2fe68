"""`<model>_predictions`: what the champion said about each row when it arrived. Insert-only."""

from datetime import UTC, datetime, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DoubleType,
    LongType,
    MapType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.adapters.tables.tables import Fence, Tables
from retraining.records.version import PredictionCount
from retraining.rules.ingest.row_identity import ROW_KEY

SOURCE = "source"
"""The source of a predicted row, to which its batch number belongs."""


def table_of(model: str) -> str:
    """Name of a model's predictions."""
    return f"{model}_predictions"


KEYS = "keys"
"""Column with the keys of the source as texts, by name: which row of theirs a prediction is about. A model whose source
changes may get other keys."""
PROBABILITIES = "probabilities"
"""Column with the probability of each class, where a version has them."""


def columns_of(prediction: DataType) -> StructType:
    """The columns, with the prediction's type."""
    of_class = MapType(StringType(), DoubleType())
    columns = [
        StructField(ROW_KEY, StringType(), nullable=False),
        StructField("model_version", StringType(), nullable=False),
        StructField(BATCH_SEQ, LongType(), nullable=False),
        StructField("prediction", prediction, nullable=True),
        StructField("seen_in_training", BooleanType(), nullable=False),
        StructField("run_id", StringType(), nullable=False),
        StructField("scored_at", TimestampType(), nullable=False),
        StructField(SOURCE, StringType(), nullable=True),
        StructField(KEYS, MapType(StringType(), StringType()), nullable=True),
        *([StructField(PROBABILITIES, of_class)] if prediction == StringType() else []),
    ]
    return StructType(columns)


def create_predictions(tables: Tables, model: str, prediction: DataType) -> None:
    """The table. One of an earlier version of this product gets the columns that it lacks."""
    columns = columns_of(prediction)
    tables.create(table_of(model), columns, append_only=False)
    tables.add_columns(table_of(model), columns)


def of_source(tables: Tables, model: str, source: str, begun: datetime | None) -> DataFrame:
    """Predictions of rows of one source. A row that is older than the column `source` names none: it is of this source
    unless it was made before begun, when the source's first batch was planned."""
    stored = tables.read(table_of(model))
    unnamed = F.lit(False) if begun is None else F.col("scored_at") >= F.lit(begun)
    if SOURCE not in stored.columns:
        return stored.where(unnamed)
    return stored.where((F.col(SOURCE) == F.lit(source)) | (F.col(SOURCE).isNull() & unnamed))


def last_scored_batch(tables: Tables, model: str, source: str, begun: datetime | None) -> int:
    """The newest batch of a source with predictions, 0 when there is none."""
    if not tables.exists(table_of(model)):
        return 0
    return int(of_source(tables, model, source, begun).agg(F.max(BATCH_SEQ)).collect()[0][0] or 0)


def count_predictions(tables: Tables, model: str, version: str, since: datetime | None) -> tuple[PredictionCount, ...]:
    """What a version predicted, by batch, oldest first; since leaves out what it predicted before. A row a batch comes
    back."""
    if not tables.exists(table_of(model)):
        return ()
    made = tables.read(table_of(model)).where(F.col("model_version") == F.lit(version))
    if since is not None:
        made = made.where(F.col("scored_at") >= F.lit(since))
    clock = F.unix_micros("scored_at")  # a collected timestamp is naive, in the zone of the driver's operating system
    groups = [BATCH_SEQ, SOURCE] if SOURCE in made.columns else [BATCH_SEQ]  # a number of another source: another batch
    first = F.min(clock).alias("first")
    of_batch = made.groupBy(*groups).agg(F.count(F.lit(1)).alias("rows"), first, F.max(clock).alias("last"))
    counted = of_batch.orderBy("first", BATCH_SEQ).select(BATCH_SEQ, "rows", "first", "last").collect()
    return tuple(PredictionCount(batch, rows, _moment(first), _moment(last)) for batch, rows, first, last in counted)


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros)


def append_predictions(tables: Tables, model: str, rows: DataFrame, source: str, through_batch: int) -> None:
    """Stores predictions of all batches of a source up to one, at most once. The fence names the source: under a new
    name batches are numbered from 1 again, and a commit of a lower number would be left out silently."""
    columns = tables.read(table_of(model)).columns
    named = rows.withColumn(SOURCE, F.lit(source))
    tables.append(table_of(model), named.select(*columns), Fence("score", f"{model}:{source}", through_batch))
