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


def table_of(model: str) -> str:
    """Name of a model's predictions."""
    return f"{model}_predictions"


KEYS = "keys"
"""Column with the keys of the source: which row of theirs a prediction is about."""
PROBABILITIES = "probabilities"
"""Column with the probability of each class, where a version has them."""


def create_predictions(tables: Tables, model: str, prediction: DataType, keys: StructType) -> None:
    """The table, with the prediction's type, and the source's key columns. An older table gets what it lacks."""
    table = table_of(model)
    of_class = MapType(StringType(), DoubleType())
    added = [StructField(KEYS, keys), *([StructField(PROBABILITIES, of_class)] if prediction == StringType() else [])]
    columns = [
        StructField(ROW_KEY, StringType(), nullable=False),
        StructField("model_version", StringType(), nullable=False),
        StructField(BATCH_SEQ, LongType(), nullable=False),
        StructField("prediction", prediction, nullable=True),
        StructField("seen_in_training", BooleanType(), nullable=False),
        StructField("run_id", StringType(), nullable=False),
        StructField("scored_at", TimestampType(), nullable=False),
    ]
    tables.create(table, StructType([*columns, *added]), append_only=False)
    tables.add_columns(table, added)


def last_scored_batch(tables: Tables, model: str) -> int:
    """The newest batch with predictions, 0 when there is none."""
    if not tables.exists(table_of(model)):
        return 0
    return int(tables.read(table_of(model)).agg(F.max(BATCH_SEQ)).collect()[0][0] or 0)  # read from statistics alone


def unseen_predictions(tables: Tables, model: str, version: str | None = None) -> DataFrame:
    """What versions predicted for rows that they had not seen in training: all versions, or one."""
    rows = tables.read(table_of(model)).where(~F.col("seen_in_training"))
    return rows if version is None else rows.where(F.col("model_version") == F.lit(version))


def count_predictions(tables: Tables, model: str, version: str, since: datetime | None) -> tuple[PredictionCount, ...]:
    """What a version predicted, by batch, oldest first; since leaves out what it predicted before. A row a batch comes
    back."""
    if not tables.exists(table_of(model)):
        return ()
    made = tables.read(table_of(model)).where(F.col("model_version") == F.lit(version))
    if since is not None:
        made = made.where(F.col("scored_at") >= F.lit(since))
    clock = F.unix_micros("scored_at")  # a collected timestamp is naive, in the zone of the driver's operating system
    counted = made.groupBy(BATCH_SEQ).agg(F.count(F.lit(1)), F.min(clock), F.max(clock)).orderBy(BATCH_SEQ).collect()
    return tuple(PredictionCount(batch, rows, _moment(first), _moment(last)) for batch, rows, first, last in counted)


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros)


def append_predictions(tables: Tables, model: str, rows: DataFrame, through_batch: int) -> None:
    """Stores predictions of all batches up to one, at most once."""
    columns = tables.read(table_of(model)).columns
    tables.append(table_of(model), rows.select(*columns), Fence("score", model, through_batch))
