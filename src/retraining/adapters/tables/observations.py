"""`<source>_observations`: every ingested row, accepted and quarantined, and the views over it."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, IntegerType, LongType, StringType, StructField, StructType, TimestampType

from retraining.adapters.tables import batches
from retraining.adapters.tables.batches import UsableBatches
from retraining.adapters.tables.changed_columns import fit_to_columns
from retraining.adapters.tables.tables import Fence, Tables
from retraining.records.batch import Batch, RuleCount, StoredBatch
from retraining.rules.ingest.batch_history import void_batches, withdrawn_batches
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.ledger_column import is_below, ledger_literal, ledger_number
from retraining.rules.ingest.quality import LEDGER_REASONS, REASONS, WARNINGS
from retraining.rules.ingest.row_identity import ROW_HASH, ROW_KEY
from retraining.rules.ingest.row_rules import is_missing
from retraining.spec.identifiers import quoted_column
from retraining.spec.quality_section import QualitySection, Rule

BATCH_SEQ = "_batch_seq"
DELETES_KEY = "_deletes_key"
"""The key that a row takes away, null in every other row."""
RELABELS = "_relabels_batch"
"""The batch that brought the row which this one repeats with another label; null in every row of the source."""

OWN_FIELDS = [
    StructField(ROW_KEY, StringType(), nullable=False),
    StructField(ROW_HASH, StringType(), nullable=False),
    StructField(BATCH_SEQ, LongType(), nullable=False),
    StructField(REASONS, ArrayType(StringType(), containsNull=False), nullable=False),
    StructField(WARNINGS, ArrayType(StringType(), containsNull=False), nullable=False),
    StructField("_supersedes_batch", LongType(), nullable=True),
    StructField(DELETES_KEY, StringType(), nullable=True),
    StructField(RELABELS, LongType(), nullable=True),
    StructField("_ingested_at", TimestampType(), nullable=False),
]
"""What ingestion knows about a row: the columns before those of the source."""
OWN_COLUMNS = [each.name for each in OWN_FIELDS]


@dataclass(frozen=True)
class BatchCounts:
    """What a batch holds in the table, read back after the write. reasons: refused rows by reason; failed: rows that
    broke a rule of severity fail; warned: accepted rows, by the rule that warns of them; missing: rows without a value,
    by column of a gate. relabelled: accepted rows of earlier batches with another label; of all other counts, only
    reasons and failed include such rows."""

    accepted: int
    quarantined: int
    relabelled: int
    reasons: tuple[RuleCount, ...]
    failed: tuple[RuleCount, ...]
    warned: tuple[RuleCount, ...]
    missing: Mapping[str, int]


def table_of(source: str) -> str:
    """Name of a source's observations."""
    return f"{source}_observations"


def stored_columns(tables: Tables, source: str) -> dict[str, str] | None:
    """Source columns and types that earlier batches were stored with; None before the first batch."""
    if not tables.exists(table_of(source)):
        return None
    schema = tables.read(table_of(source)).schema
    return {each.name: each.dataType.simpleString() for each in schema if each.name not in OWN_COLUMNS}


def create_observations(tables: Tables, source: str, columns: StructType, ledger_column: str) -> None:
    """The table, with the source's columns as they are now.

    Delta keeps file statistics of what rows are looked up by: of the first 32 columns of a wide table the ledger may
    not be one, and statistics of all the others would make every append slower.
    """
    if tables.exists(table_of(source)):
        return
    own = StructType([*OWN_FIELDS, *(StructField(each.name, each.dataType, True) for each in columns)])
    tables.create(table_of(source), own, append_only=False, looked_up_by=[BATCH_SEQ, ledger_column])


def fit_columns(tables: Tables, source: str, columns: StructType) -> None:
    """Adds the columns that the table lacks, at its end, and widens those that have another type now."""
    fit_to_columns(tables, table_of(source), columns)


def append_batch(
    tables: Tables, source: str, rows: DataFrame, batch_seq: int, epoch: int, said: Mapping[str, object]
) -> None:
    """Stores a batch in ONE commit, accepted and quarantined rows together: the only atomic way to say every row
    once. A column that the rows do not have is null. said is stored in the commit's metadata."""
    there = {name.lower() for name in rows.columns}
    stored = tables.read(table_of(source)).schema
    empty = F.lit(None)
    values = {each.name: F.col(f"`{each.name}`") for each in stored if each.name.lower() in there}
    tables.append(
        table_of(source),
        rows.select(*(values.get(each.name, empty.cast(each.dataType)).alias(each.name) for each in stored)),
        Fence("ingest", source, batch_seq, epoch),
        said,
    )


def newest_batch(tables: Tables, source: str) -> int:
    """The greatest batch number that any row carries, 0 when there is none."""
    if not tables.exists(table_of(source)):
        return 0
    return int(tables.read(table_of(source)).agg(F.max(BATCH_SEQ)).collect()[0][0] or 0)  # read from statistics alone


def count_batches(tables: Tables, source: str, ledger: Ledger) -> list[StoredBatch]:
    """What each batch holds, oldest first: enough to write its row of `watermarks` again."""
    if not tables.exists(table_of(source)):
        return []

    fine = F.size(REASONS) == 0
    own = F.col(RELABELS).isNull()
    in_order = ~F.arrays_overlap(REASONS, F.array(*(F.lit(each) for each in LEDGER_REASONS)))
    valid = F.when(own & in_order, ledger_number(ledger))
    counted = (
        tables.read(table_of(source))
        .groupBy(BATCH_SEQ)
        .agg(
            F.count_if(own & fine).alias("accepted"),
            F.count_if(own & ~fine).alias("quarantined"),
            F.count(valid).alias("valid"),
            F.min(valid).alias("lo"),
            F.max(valid).alias("hi"),
            F.max("_supersedes_batch").alias("supersedes"),
            F.count_if(~own & fine).alias("relabelled"),
        )
        .orderBy(BATCH_SEQ)
        .collect()
    )

    return [StoredBatch(*row) for row in counted]


def count_batch(tables: Tables, source: str, batch_seq: int, quality: QualitySection) -> BatchCounts:
    """Counts of a stored batch, so that the closing row cannot disagree with the data."""
    rows = tables.read(table_of(source)).where(F.col(BATCH_SEQ) == F.lit(batch_seq))
    fine = F.size(REASONS) == 0
    own = F.col(RELABELS).isNull()
    fails = quality.named("fail")
    warns = quality.named("warn")
    columns = list(quality.batch.max_null_share)
    sums = rows.agg(
        F.count_if(own & fine).alias("accepted"),
        F.count_if(own & ~fine).alias("quarantined"),
        F.count_if(~own & fine).alias("relabelled"),
        _list_of([_has_one_of(REASONS, rule.reasons) for rule in fails]).alias("failed"),
        _list_of([own & fine & _has_one_of(WARNINGS, rule.reasons) for rule in warns]).alias("warned"),
        _list_of([own & is_missing(name, rows.schema) for name in columns]).alias("missing"),
    )

    with ThreadPoolExecutor() as pool:
        counting = pool.submit(sums.collect)
        reasons = pool.submit(_count_reasons, rows)

    (counted,) = counting.result()

    return BatchCounts(
        counted["accepted"],
        counted["quarantined"],
        counted["relabelled"],
        reasons.result(),
        _by_rule(fails, counted["failed"]),
        _by_rule(warns, counted["warned"]),
        dict(zip(columns, counted["missing"], strict=True)),
    )


def _count_reasons(rows: DataFrame) -> tuple[RuleCount, ...]:
    """Counted apart from the rest: a row has as many reasons as it has, also some that the spec no longer knows."""
    counted = rows.select(F.explode(REASONS).alias("reason")).groupBy("reason").count().orderBy("reason").collect()
    return tuple(RuleCount(row["reason"], row["count"]) for row in counted)


def _has_one_of(column: str, reasons: Sequence[str]) -> Column:
    return F.arrays_overlap(F.col(column), F.array(*(F.lit(each) for each in reasons)))


def _list_of(conditions: Sequence[Column]) -> Column:
    return F.array(*(F.count_if(each) for each in conditions)).cast("array<bigint>")


def _by_rule(rules: Sequence[Rule], counts: Sequence[int]) -> tuple[RuleCount, ...]:
    return tuple(RuleCount(rule.title, rows) for rule, rows in zip(rules, counts, strict=True) if rows)


def create_views(tables: Tables, source: str, ledger_column: str) -> None:
    """`<source>_accepted` (current version of each key) and `<source>_quarantine`, over committed batches, for
    people."""
    columns = ", ".join(quoted_column(name) for name in tables.read(table_of(source)).columns)
    observations = tables.name(table_of(source))
    watermarks = tables.name(batches.TABLE)
    committed = f"FROM {watermarks} WHERE source = '{source}' AND state = 'COMMITTED'"
    superseded = f"SELECT supersedes {committed} AND supersedes IS NOT NULL"
    usable = f"SELECT batch_seq {committed} AND batch_seq NOT IN ({superseded})"
    of_usable = f"{BATCH_SEQ} IN ({usable}) AND ({RELABELS} IS NULL OR {RELABELS} IN ({usable}))"
    inside = f"FROM {observations} WHERE {of_usable} AND size({REASONS})"
    order = f"{quoted_column(ledger_column)} DESC, {BATCH_SEQ} DESC, {ROW_HASH}"
    newest = f"row_number() OVER (PARTITION BY {ROW_KEY} ORDER BY {order})"
    current = f"SELECT *, {newest} AS _version {inside} = 0"
    accepted = f"SELECT {columns} FROM ({current}) WHERE _version = 1 AND {DELETES_KEY} IS NULL"
    tables.replace_view(f"{source}_accepted", accepted)
    tables.replace_view(f"{source}_quarantine", f"SELECT {columns} {inside} > 0")


def arrived_after(committed: UsableBatches, newer_than: int) -> Column:
    """Rows of the usable batches that came, or were released, after batch newer_than."""
    inside = (F.col(BATCH_SEQ) <= F.lit(committed.through)) & (F.col(BATCH_SEQ) > F.lit(newer_than))
    if committed.without:
        inside = inside & ~F.col(BATCH_SEQ).isin(list(committed.without))
    late = [batch for batch, first in committed.late.items() if batch <= newer_than < first]
    return inside | F.col(BATCH_SEQ).isin(late) if late else inside


def repeats_none_of(batches: Sequence[int]) -> Column:
    """Rows but those that repeat a row of one of the batches with another label: they fall with it."""
    return F.coalesce(~F.col(RELABELS).isin(list(batches)), F.lit(True)) if batches else F.lit(True)


def standing_rows(tables: Tables, known: Sequence[Batch]) -> DataFrame:
    """The rows before the newest of the batches, in any state, but those that no longer stand for anything. Of a
    withdrawn batch the rows of the source stand, so that they do not come in again; the labels that it brought to
    earlier rows do not."""
    void = list(void_batches(known))
    withdrawn = sorted(withdrawn_batches(known))
    before = (F.col(BATCH_SEQ) < F.lit(known[-1].batch_seq)) & ~F.col(BATCH_SEQ).isin(void)
    if withdrawn:
        before = before & (F.col(RELABELS).isNull() | ~F.col(BATCH_SEQ).isin(withdrawn))
    return tables.read(table_of(known[-1].source)).where(before & repeats_none_of([*void, *withdrawn]))


def usable_since(committed: UsableBatches) -> Column:
    """The batch whose runs were the first to see a row: its own, or for a batch released late the next one."""
    since = F.col(BATCH_SEQ)
    for batch, first in committed.late.items():
        since = F.when(F.col(BATCH_SEQ) == F.lit(batch), F.lit(first)).otherwise(since)
    return since


@dataclass(frozen=True)
class Selection:
    """Which rows of the usable batches to read; all of them by default."""

    newer_than: int = 0
    """Leaves out the batches up to this one."""
    since: Number | None = None
    """Leaves out smaller ledger values: they cannot be newer than what remains."""
    before: Number | None = None
    """Leaves out ledger values from this one on: what remains is the version of each key at that time."""
    keys: DataFrame | None = None
    """Leaves out all keys but those in its `_row_key`."""


def current_rows(
    tables: Tables, source: str, committed: UsableBatches, ledger: Ledger, selection: Selection | None = None
) -> DataFrame:
    """The accepted current version of each key as of the given batches: greatest (ledger, batch). A key whose newest
    row is a deletion is not there."""
    wanted = selection or Selection()
    value = F.col(f"`{ledger.column}`")
    inside = arrived_after(committed, wanted.newer_than) & repeats_none_of(committed.without)
    if wanted.since is not None:
        inside = inside & (value >= ledger_literal(ledger, wanted.since))
    if wanted.before is not None:
        inside = inside & is_below(ledger, wanted.before)

    rows = tables.read(table_of(source)).where(inside & (F.size(REASONS) == 0))
    if wanted.keys is not None:
        rows = rows.join(wanted.keys, ROW_KEY, "left_semi")

    newest = Window.partitionBy(ROW_KEY).orderBy(value.desc(), F.col(BATCH_SEQ).desc(), F.col(ROW_HASH))
    current = rows.withColumn("_version", F.row_number().over(newest)).where("_version = 1").drop("_version")
    return current.where(F.col(DELETES_KEY).isNull())


def observations_id(tables: Tables, source: str) -> str:
    """Delta's id of the observations: another one after the table was made again."""
    detail = tables.spark.sql(f"DESCRIBE DETAIL {tables.name(table_of(source))}")
    return str(detail.select("id").collect()[0][0])


def observations_version(tables: Tables, source: str) -> int:
    """The newest Delta version of the observations."""
    history = tables.spark.sql(f"DESCRIBE HISTORY {tables.name(table_of(source))} LIMIT 1")
    return int(history.select(F.col("version").cast(IntegerType())).collect()[0][0])
