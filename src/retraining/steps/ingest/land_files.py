"""New files of a folder become rows of the landing table, before it is read like any other source."""

import logging
from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from retraining.adapters.sources.delta_table import pin_newest
from retraining.adapters.sources.files import (
    FILE,
    FILE_MODIFIED,
    LANDED_AT,
    LANDING_COLUMNS,
    Landing,
    columns_of_files,
    land,
    landing_schema,
    list_files,
)
from retraining.adapters.tables.tables import Tables
from retraining.errors import SourceError
from retraining.spec.source_section import MALFORMED_LINE

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LandingReport:
    """What a landing did. again: of the files, those that had landed before; without_rows: files in the folder that
    hold something, of which no row is in the landing table."""

    files: int
    rows: int
    again: int
    without_rows: int

    @property
    def summary(self) -> str:
        """One line for people."""
        return f"{self.files:,} new files landed with {self.rows:,} rows"


def land_files(tables: Tables, landing: Landing, at: datetime) -> LandingReport:
    """Land every file that has not landed yet, each once.

    Raises SourceError, before a batch is planned, when the folder is missing, a file cannot be read, or one was
    replaced after it had landed.
    """
    spark = tables.spark
    listed = list_files(spark, landing.path)
    if landing.volume is not None:
        spark.sql(f"CREATE VOLUME IF NOT EXISTS {landing.volume}")

    columns = _columns(tables, landing, listed)
    land(landing, columns, pin_newest(spark, tables.name(landing.name)), at)
    landed = _compare(list_files(spark, landing.path), tables.read(landing.name), landing, at)

    _log.info("%s: %s", landing.path, landed.summary)
    _warn(landing, landed)
    return landed


def _columns(tables: Tables, landing: Landing, listed: DataFrame) -> StructType:
    """The columns of the files: as the table has them, once it exists; the spec may not name others."""
    if not tables.exists(landing.name):
        columns = columns_of_files(tables.spark, landing, listed)
        tables.create(landing.name, landing_schema(landing, columns), append_only=False)
        return columns

    table = tables.name(landing.name)
    own = {*LANDING_COLUMNS, MALFORMED_LINE}
    columns = StructType([each for each in tables.read(landing.name).schema if each.name not in own])
    expected = {column.lower(): type_ for column, type_ in (landing.schema or {}).items()}
    stored = {each.name.lower(): each.dataType.simpleString() for each in columns}
    if landing.schema is not None and expected != stored:
        differ = sorted(f"`{key}`" for key, _ in expected.items() ^ stored.items())
        raise SourceError(
            f"source.schema and {table} differ in {', '.join(dict.fromkeys(differ))}. Nothing was ingested. "
            f"Bring the spec back, add new columns with ALTER TABLE {table} ADD COLUMNS, or give the source "
            f"another name, which lands all files again."
        )
    return columns


def _compare(listed: DataFrame, table: DataFrame, landing: Landing, at: datetime) -> LandingReport:
    """Folder against table, in one pass. A file that has left the folder is not a fault."""
    now = F.col(LANDED_AT) == F.lit(at)
    landed = table.groupBy(FILE).agg(
        F.count_if(now).alias("rows"), F.count_if(~now).alias("before"), F.max(FILE_MODIFIED).alias("read_as_of")
    )
    both = landed.join(listed, FILE, "full_outer")

    new = F.col("rows") > 0
    replaced = F.col("modified") != F.col("read_as_of")
    counts = both.agg(
        F.count_if(new).alias("files"),
        F.coalesce(F.sum("rows"), F.lit(0)).alias("rows"),
        F.count_if(new & (F.col("before") > 0)).alias("again"),
        F.count_if(F.col("rows").isNull()).alias("without_rows"),
        F.count_if(replaced).alias("replaced"),
        F.min(F.when(replaced, F.col(FILE))).alias("example"),
    ).collect()[0]

    if counts["replaced"]:
        raise SourceError(
            f"{counts['replaced']} files in {landing.path} were replaced after they had landed, for example "
            f"{counts['example']}; a file is read once, so what they say now was not read. No batch was planned. Give "
            f"each changed file a new name and run again: rows that are already stored are recognised."
        )
    return LandingReport(*(counts[name] for name in ("files", "rows", "again", "without_rows")))


def _warn(landing: Landing, landed: LandingReport) -> None:
    if landed.again:
        _log.warning(
            "%s: %d files landed again, because what keeps the landed ones is new (%s). Stored rows are recognised; "
            "what is below the watermark counts as older.",
            *(landing.path, landed.again, landing.checkpoints),
        )
    if landed.without_rows:
        _log.warning(
            "%s: %d files hold something, but gave no row. A header alone is fine; a file that was filled after it had "
            "been seen is not read again: give it a new name.",
            *(landing.path, landed.without_rows),
        )
