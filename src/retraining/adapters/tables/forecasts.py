"""`<model>_forecasts`: what a version of a panel said of each series from each origin. Insert-only."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, LongType, StringType, StructField, StructType, TimestampType

from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.adapters.tables.tables import Fence, Tables
from retraining.rules.panel.accuracy import lower, upper


def table_of(model: str) -> str:
    """Name of a model's forecasts."""
    return f"{model}_forecasts"


def columns_of(levels: Sequence[int]) -> StructType:
    """The columns, with both ends of each level's interval."""
    ends = [StructField(end(level), DoubleType()) for level in levels for end in (lower, upper)]
    return StructType(
        [
            StructField("series", StringType(), nullable=False),
            StructField("model_version", StringType(), nullable=False),
            StructField(BATCH_SEQ, LongType(), nullable=False),
            StructField("origin", LongType(), nullable=False),
            StructField("step", LongType(), nullable=False),
            StructField("time", TimestampType()),
            StructField("forecast", DoubleType()),
            *ends,
            StructField("naive", DoubleType()),
            StructField("scale", DoubleType()),
            StructField("forecaster", StringType()),
            StructField("reason", StringType()),
            StructField("run_id", StringType(), nullable=False),
            StructField("made_at", TimestampType(), nullable=False),
        ]
    )


def are_there(tables: Tables, model: str, version: str, batch_seq: int) -> bool:
    """Whether a version has forecast after a batch."""
    if not tables.exists(table_of(model)):
        return False
    return not of_version(tables, model, version, batch_seq).isEmpty()


def of_version(tables: Tables, model: str, version: str, batch_seq: int) -> DataFrame:
    """What a version said after a batch."""
    rows = tables.read(table_of(model))
    return rows.where((F.col("model_version") == F.lit(version)) & (F.col(BATCH_SEQ) == F.lit(batch_seq)))


def append_forecasts(tables: Tables, model: str, rows: DataFrame, levels: Sequence[int], fence: Fence) -> None:
    """Appends one version's forecasts from one origin in one commit. rows: the columns, in any order. A table of a spec
    with fewer levels gets their columns."""
    schema = columns_of(levels)
    tables.create(table_of(model), schema, append_only=True, looked_up_by=["model_version", BATCH_SEQ, "series"])
    tables.add_columns(table_of(model), schema)
    tables.append(table_of(model), rows.select(*(F.col(each.name).cast(each.dataType) for each in schema)), fence)
