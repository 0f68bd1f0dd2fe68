"""From source rows to observation rows: identity, reasons, batch."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.look_around import Others, look_around
from retraining.rules.ingest.quality import (
    CONFLICTING_DUPLICATE,
    REASONS,
    WARNINGS,
    Arrival,
    quarantine_reasons,
    warnings,
)
from retraining.rules.ingest.row_identity import ROW_HASH, ROW_KEY, identity_hash
from retraining.spec.model_spec import ModelSpec
from retraining.spec.source_section import IS_DELETED, MALFORMED_LINE

MALFORMED = "malformed"

HASHES = "_hashes"

KNOWN = "_known"


def identify(rows: DataFrame, keys: Sequence[str], generations: Sequence[Sequence[str]]) -> DataFrame:
    """Adds `_row_key` (who the row is about), `_row_hash` (exactly what it says) and `_hashes`: its hash in every
    generation of the source's columns. generations: the columns of each, the present one last."""
    hashes = [identity_hash(columns) for columns in generations]
    return rows.withColumns({ROW_KEY: identity_hash(keys), ROW_HASH: hashes[-1], HASHES: F.array(*hashes)})


def recognise(rows: DataFrame, earlier: DataFrame) -> DataFrame:
    """Adds `_known`: whether an earlier batch has stored the row, as it is or as it was before columns were added.

    earlier: `_row_key` and `_row_hash` of the stored rows that the slice may hold again.
    """
    seen = earlier.groupBy(ROW_KEY).agg(F.collect_set(ROW_HASH).alias("_seen"))
    known = F.coalesce(F.arrays_overlap("_seen", HASHES), F.lit(False))
    return rows.join(seen, ROW_KEY, "left").withColumn(KNOWN, known).drop("_seen", HASHES)


def without_repeats(rows: DataFrame) -> DataFrame:
    """One of each identical row."""
    return rows.dropDuplicates([ROW_KEY, ROW_HASH])


def mark(spec: ModelSpec, ledger: Ledger, rows: DataFrame, arrival: Arrival, others: Others) -> DataFrame:
    """Observation rows: every reason against a row, every warning about it, and the batch it came in.

    Two rows of one key and one ledger value that say different things cannot both be right, so both are quarantined.
    """
    reasons = quarantine_reasons(spec, rows.schema, ledger, arrival)
    same_moment = Window.partitionBy(ROW_KEY, F.col(f"`{ledger.column}`"))
    conflict = F.when(F.count(F.lit(1)).over(same_moment) > 1, F.array(F.lit(CONFLICTING_DUPLICATE)))
    reasons = F.concat(reasons, F.coalesce(conflict, F.array().cast("array<string>")))
    judged = rows.withColumns({REASONS: reasons, WARNINGS: warnings(spec, rows.schema, arrival)})
    return look_around(spec.quality, judged, others).withColumns(
        {
            REASONS: _of_mode(spec, rows.columns, F.col(REASONS)),
            "_batch_seq": F.lit(arrival.batch_seq).cast("bigint"),
            "_supersedes_batch": F.lit(arrival.supersedes).cast("bigint"),
            "_deletes_key": F.when(_deletes(spec), F.col(ROW_KEY)).cast("string"),
            "_ingested_at": F.lit(arrival.ingested_at),
        }
    )


def _of_mode(spec: ModelSpec, columns: Sequence[str], reasons: Column) -> Column:
    """A line that could not be read has no values, so no other reason is worth saying; a deletion has none either, and
    is not at fault."""
    if spec.source.mode == "change_feed":
        return F.when(F.col(IS_DELETED), F.array().cast("array<string>")).otherwise(reasons)
    if spec.source.mode != "files" or MALFORMED_LINE not in columns:
        return reasons
    return F.when(F.col(MALFORMED_LINE).isNotNull(), F.array(F.lit(MALFORMED))).otherwise(reasons)


def _deletes(spec: ModelSpec) -> Column:
    return F.col(IS_DELETED) if spec.source.mode == "change_feed" else F.lit(False)
