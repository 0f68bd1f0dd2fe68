"""`<model>_predictions`: what the champion said about each row when it arrived. Insert-only."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, DataType, LongType, StringType, StructField, StructType, TimestampType

from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.adapters.tables.tables import Fence, Tables
from retraining.rules.ingest.row_identity import ROW_KEY


def table_of(model: str) -> str:
    """Name of a model's predictions."""
    return f"{model}_predictions"


def create_predictions(tables: Tables, model: str, prediction: DataType) -> None:
    """The table, with the prediction's type."""
    columns = [
        StructField(ROW_KEY, StringType(), nullable=False),
        StructField("model_version", StringType(), nullable=False),
        StructField(BATCH_SEQ, LongType(), nullable=False),
        StructField("prediction", prediction, nullable=True),
        StructField("seen_in_training", BooleanType(), nullable=False),
        StructField("run_id", StringType(), nullable=False),
        StructField("scored_at", TimestampType(), nullable=False),
    ]
    tables.create(table_of(model), StructType(columns), append_only=False)


def last_scored_batch(tables: Tables, model: str) -> int:
    """The newest batch with predictions, 0 when there is none."""
    if not tables.exists(table_of(model)):
        return 0
    return int(tables.read(table_of(model)).agg(F.max(BATCH_SEQ)).collect()[0][0] or 0)  # read from statistics alone


def append_predictions(tables: Tables, model: str, rows: DataFrame, through_batch: int) -> None:
    """Stores predictions of all batches up to one, at most once."""
    columns = tables.read(table_of(model)).columns
    tables.append(table_of(model), rows.select(*columns), Fence("score", model, through_batch))
