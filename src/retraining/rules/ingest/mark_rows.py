"""From source rows to observation rows: identity, reasons, batch."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.ledger_column import ledger_literal
from retraining.rules.ingest.look_around import OtherRows, look_around
from retraining.rules.ingest.quality import (
    CONFLICTING_DUPLICATE,
    MALFORMED,
    REASONS,
    WARNINGS,
    Arrival,
    names_of,
    quarantine_reasons,
    warnings,
)
from retraining.rules.ingest.row_identity import ROW_HASH, ROW_KEY, Identity, fast_hash, key_number, row_key
from retraining.spec.feed import Feed
from retraining.spec.source_section import IS_DELETED, MALFORMED_LINE

HASHES = "_hashes"
KEY_NUMBER = "_key_number"
KNOWN = "_known"
CONFLICT = "_conflict"


@dataclass(frozen=True)
class Doubtful:
    """Rows that must be compared: those of the keys, which have a ledger value from lo to hi, or none. keys: each one's
    `_key_number`; two keys may share it, and are then compared without need. any_new: whether a comparison found a row
    among them that is not yet stored."""

    keys: tuple[int, ...] = ()
    lo: Number | None = None
    hi: Number | None = None
    any_new: bool = True

    def rows(self, ledger: Ledger) -> Column:
        """The condition. The bounds let file statistics skip what the keys alone would not: they are hashes."""
        value = F.col(f"`{ledger.column}`")
        inside = F.lit(False) if self.lo is None else value >= ledger_literal(ledger, self.lo)
        if self.hi is not None:
            inside = inside & (value <= ledger_literal(ledger, self.hi))
        return (value.isNull() | inside) & F.col(KEY_NUMBER).isin(list(self.keys))


def identify(
    rows: DataFrame, keys: Sequence[str], identity: Identity, generations: Sequence[Sequence[str]]
) -> DataFrame:
    """Adds `_row_key` (who the row is about) and `_key_number`, by which keys are counted; `_row_hash` (exactly what it
    says) and `_hashes`: its hash in every generation of the source's columns. generations: the columns of each, the
    present one last."""
    hashes = [fast_hash(columns) for columns in generations]
    names = {ROW_KEY: row_key(rows, keys, identity), ROW_HASH: hashes[-1]}
    return rows.withColumns({**names, KEY_NUMBER: key_number(keys), HASHES: F.array(*hashes)})


def recognise(rows: DataFrame, earlier: DataFrame) -> DataFrame:
    """Adds `_known`: whether an earlier batch has stored the row, as it is or as it was before columns were added.

    earlier: `_row_key` and `_row_hash` of the stored rows that the slice may hold again.
    """
    seen = earlier.groupBy(ROW_KEY).agg(F.collect_set(ROW_HASH).alias("_seen"))
    known = F.coalesce(F.arrays_overlap("_seen", HASHES), F.lit(False))
    return rows.join(seen, ROW_KEY, "left").withColumn(KNOWN, known).drop("_seen", HASHES)


def new_rows(rows: DataFrame, earlier: DataFrame, ledger: Ledger, doubtful: Doubtful | None) -> DataFrame:
    """The rows that no earlier batch holds, one of each identical ones, with `_conflict`: whether another one of the
    same key and ledger value says something else, so that neither can be trusted.

    doubtful: the rows that must be compared, None for all. Comparing costs a shuffle of whole rows, so the others stay
    out.
    """
    if doubtful is None:
        return _compared(rows, earlier, ledger)
    if not doubtful.keys:
        return _alone(rows)
    single = _alone(rows.where(~F.col(KEY_NUMBER).isin(list(doubtful.keys))))
    if not doubtful.any_new:
        return single
    return single.unionByName(_compared(rows.where(doubtful.rows(ledger)), earlier, ledger))


def _alone(rows: DataFrame) -> DataFrame:
    return rows.drop(HASHES, KEY_NUMBER).withColumn(CONFLICT, F.lit(False))


def _compared(rows: DataFrame, earlier: DataFrame, ledger: Ledger) -> DataFrame:
    fresh = recognise(rows, earlier).where(~F.col(KNOWN)).drop(KNOWN, KEY_NUMBER)
    same_moment = Window.partitionBy(ROW_KEY, F.col(f"`{ledger.column}`")).orderBy(ROW_HASH)
    whole = same_moment.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    repeats = F.lag(ROW_HASH).over(same_moment).eqNullSafe(F.col(ROW_HASH))
    differs = F.first(ROW_HASH).over(whole) != F.last(ROW_HASH).over(whole)
    return fresh.withColumns({"_repeats": repeats, CONFLICT: differs}).where(~F.col("_repeats")).drop("_repeats")


def mark(feed: Feed, ledger: Ledger, rows: DataFrame, arrival: Arrival, other_rows: OtherRows) -> DataFrame:
    """Observation rows of new rows: every reason against a row, every warning about it, and the batch it came in."""
    conflict = names_of([(CONFLICTING_DUPLICATE, F.col(CONFLICT))])
    reasons = F.concat(quarantine_reasons(feed, rows.schema, ledger, arrival), conflict)
    judged = rows.withColumns({REASONS: reasons, WARNINGS: warnings(feed, rows.schema, arrival)}).drop(CONFLICT)
    return look_around(feed.quality, judged, other_rows).withColumns(
        {
            REASONS: _of_mode(feed, rows.columns, F.col(REASONS)),
            "_batch_seq": F.lit(arrival.batch_seq).cast("bigint"),
            "_supersedes_batch": F.lit(arrival.supersedes).cast("bigint"),
            "_deletes_key": F.when(_deletes(feed), F.col(ROW_KEY)).cast("string"),
            "_ingested_at": F.lit(arrival.ingested_at),
        }
    )


def _of_mode(feed: Feed, columns: Sequence[str], reasons: Column) -> Column:
    """A line that could not be read has no values, so no other reason matters; a deletion has none either, and is not
    at fault."""
    if feed.source.mode == "change_feed":
        return F.when(F.col(IS_DELETED), F.array().cast("array<string>")).otherwise(reasons)
    if feed.source.mode != "files" or MALFORMED_LINE not in columns:
        return reasons
    return F.when(F.col(MALFORMED_LINE).isNotNull(), F.array(F.lit(MALFORMED))).otherwise(reasons)


def _deletes(feed: Feed) -> Column:
    return F.col(IS_DELETED) if feed.source.mode == "change_feed" else F.lit(False)
