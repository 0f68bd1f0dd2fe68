"""`<source>_observations`: every ingested row, accepted and quarantined, and the views over it."""

from dataclasses import dataclass

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, IntegerType, LongType, StringType, StructField, StructType, TimestampType

from retraining.adapters.tables import batches
from retraining.adapters.tables.batches import Committed
from retraining.adapters.tables.names import quoted_column
from retraining.adapters.tables.tables import Fence, Tables
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.ledger_column import ledger_literal
from retraining.rules.ingest.row_identity import ROW_HASH, ROW_KEY

BATCH_SEQ = "_batch_seq"
REASONS = "_quarantine_reasons"
DELETES_KEY = "_deletes_key"
"""The key that a row takes away, null in every other row."""

_OWN = [
    StructField(ROW_KEY, StringType(), nullable=False),
    StructField(ROW_HASH, StringType(), nullable=False),
    StructField(BATCH_SEQ, LongType(), nullable=False),
    StructField(REASONS, ArrayType(StringType(), containsNull=False), nullable=False),
    StructField("_supersedes_batch", LongType(), nullable=True),
    StructField(DELETES_KEY, StringType(), nullable=True),
    StructField("_ingested_at", TimestampType(), nullable=False),
]
OWN_COLUMNS = [each.name for each in _OWN]


@dataclass(frozen=True)
class BatchCounts:
    """What a batch holds in the table, read back after the write."""

    accepted: int
    quarantined: int
    reasons: tuple[str, ...]


def table_of(source: str) -> str:
    """Name of a source's observations."""
    return f"{source}_observations"


def stored_columns(tables: Tables, source: str) -> dict[str, str] | None:
    """Source columns and types that earlier batches were stored with; None before the first batch."""
    if not tables.exists(table_of(source)):
        return None
    schema = tables.read(table_of(source)).schema
    return {each.name: each.dataType.simpleString() for each in schema if each.name not in OWN_COLUMNS}


def create_observations(tables: Tables, source: str, columns: StructType) -> None:
    """The table and its two views, with the source's columns as they are now."""
    if tables.exists(table_of(source)):
        return
    own = StructType([*_OWN, *(StructField(each.name, each.dataType, True) for each in columns)])
    tables.create(table_of(source), own, append_only=False)


def add_columns(tables: Tables, source: str, columns: StructType) -> None:
    """Adds the columns that the table lacks, at its end."""
    there = {name.lower() for name in tables.read(table_of(source)).columns}
    new = [each for each in columns if each.name.lower() not in there]
    if new:
        listed = ", ".join(f"{quoted_column(each.name)} {each.dataType.simpleString()}" for each in new)
        tables.spark.sql(f"ALTER TABLE {tables.name(table_of(source))} ADD COLUMNS ({listed})")


def append_batch(tables: Tables, source: str, rows: DataFrame, batch_seq: int, epoch: int) -> None:
    """Stores a batch in ONE commit, accepted and quarantined rows together: the only atomic way to say every row
    once."""
    columns = tables.read(table_of(source)).columns
    tables.append(
        table_of(source),
        rows.select(*(F.col(f"`{each}`") for each in columns)),
        Fence("ingest", source, batch_seq, epoch),
    )


def count_batch(tables: Tables, source: str, batch_seq: int) -> BatchCounts:
    """Counts of a stored batch, so that the closing row cannot disagree with the data."""
    rows = tables.read(table_of(source)).where(F.col(BATCH_SEQ) == F.lit(batch_seq))
    fine = F.size(REASONS) == 0
    counted = rows.agg(
        F.count_if(fine).alias("accepted"),
        F.count_if(~fine).alias("quarantined"),
        F.array_sort(F.array_distinct(F.flatten(F.collect_set(REASONS)))).alias("reasons"),
    ).collect()[0]
    return BatchCounts(counted["accepted"], counted["quarantined"], tuple(counted["reasons"]))


def count_refusals(tables: Tables, source: str, batch_seq: int) -> dict[str, int]:
    """{reason: rows it met} of one batch; a row may have several reasons."""
    rows = tables.read(table_of(source)).where(F.col(BATCH_SEQ) == F.lit(batch_seq))
    counted = rows.select(F.explode(REASONS).alias("reason")).groupBy("reason").count().collect()
    return {row["reason"]: row["count"] for row in counted}


def create_views(tables: Tables, source: str, ledger_column: str) -> None:
    """`<source>_accepted` (current version of each key) and `<source>_quarantine`, over committed batches, for
    people."""
    columns = ", ".join(quoted_column(name) for name in tables.read(table_of(source)).columns)
    observations, watermarks = tables.name(table_of(source)), tables.name(batches.TABLE)
    committed = f"SELECT batch_seq FROM {watermarks} WHERE source = '{source}' AND state = 'COMMITTED'"
    inside = f"FROM {observations} WHERE {BATCH_SEQ} IN ({committed}) AND size({REASONS})"
    order = f"{quoted_column(ledger_column)} DESC, {BATCH_SEQ} DESC, {ROW_HASH}"
    newest = f"row_number() OVER (PARTITION BY {ROW_KEY} ORDER BY {order})"
    current = f"SELECT *, {newest} AS _version {inside} = 0"
    accepted = f"SELECT {columns} FROM ({current}) WHERE _version = 1 AND {DELETES_KEY} IS NULL"
    tables.replace_view(f"{source}_accepted", accepted)
    tables.replace_view(f"{source}_quarantine", f"SELECT {columns} {inside} > 0")


def current_rows(
    tables: Tables,
    source: str,
    committed: Committed,
    ledger: Ledger,
    newer_than: int = 0,
    since: Number | None = None,
) -> DataFrame:
    """The accepted current version of each key as of the given batches: greatest (ledger, batch). A key whose newest
    row is a deletion is not there.

    newer_than leaves the batches up to that one out, so that only what arrived since is read. since leaves smaller
    ledger values out: they cannot be newer than what remains.
    """
    value = F.col(f"`{ledger.column}`")
    inside = (F.col(BATCH_SEQ) <= F.lit(committed.through)) & (F.col(BATCH_SEQ) > F.lit(newer_than))
    if committed.without:
        inside = inside & ~F.col(BATCH_SEQ).isin(list(committed.without))
    if since is not None:
        inside = inside & (value >= ledger_literal(ledger, since))
    rows = tables.read(table_of(source)).where(inside & (F.size(REASONS) == 0))
    newest = Window.partitionBy(ROW_KEY).orderBy(value.desc(), F.col(BATCH_SEQ).desc(), F.col(ROW_HASH))
    current = rows.withColumn("_version", F.row_number().over(newest)).where("_version = 1").drop("_version")
    return current.where(F.col(DELETES_KEY).isNull())


def observations_version(tables: Tables, source: str) -> int:
    """The newest Delta version of the observations."""
    history = tables.spark.sql(f"DESCRIBE HISTORY {tables.name(table_of(source))} LIMIT 1")
    return int(history.select(F.col("version").cast(IntegerType())).collect()[0][0])
