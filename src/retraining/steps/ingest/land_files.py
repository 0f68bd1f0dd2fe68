"""New files of a folder become rows of the landing table, before it is read like any other source."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.sources.delta_table import pin_newest
from retraining.adapters.sources.files import (
    FILE_MODIFIED,
    LANDED_AT,
    Landing,
    land,
    list_files,
)
from retraining.adapters.sources.new_files import FILE, Expected, new_files, odd_text_files
from retraining.adapters.tables.tables import Tables
from retraining.errors import SourceError
from retraining.rules.ingest.file_columns import why_not_header
from retraining.spec.feed import Feed
from retraining.steps.ingest.landing_columns import columns_to_land

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LandingReport:
    """What a landing did. again: of the files, those that had landed before; without_rows: files in the folder that
    hold something, of which no row is in the landing table."""

    files: int
    rows: int
    again: int
    without_rows: int
    without_rows_example: str | None = None
    """One of the files that gave no row."""
    notes: tuple[str, ...] = ()
    """What is to be said of columns that were left out."""

    @property
    def summary(self) -> str:
        """One line for people."""
        return f"{self.files:,} new files landed with {self.rows:,} rows"


def land_files(tables: Tables, feed: Feed, landing: Landing, at: datetime) -> LandingReport:
    """Land every file that has not landed yet, each once.

    Raises SourceError, before a batch is planned, when the folder is missing, a file cannot be read or lacks a column
    that is used, or one was replaced after it had landed.
    """
    spark = tables.spark
    listed = list_files(spark, landing.path)
    waiting = new_files(listed, tables.read(landing.name) if tables.exists(landing.name) else None)
    open_quotes = doubtful_files(tables, feed, landing, waiting)
    if landing.volume is not None:
        spark.sql(f"CREATE VOLUME IF NOT EXISTS {landing.volume}")
    found = columns_to_land(tables, feed, landing, listed, waiting)
    land(landing, found.columns, pin_newest(spark, tables.name(landing.name)), at, open_quotes)
    landed = _compare(list_files(spark, landing.path), tables.read(landing.name), landing, at)
    landed = replace(landed, notes=found.notes)

    _log.info("%s: %s", landing.path, landed.summary)
    _warn(landing, landed)
    return landed


def doubtful_files(tables: Tables, feed: Feed, landing: Landing, waiting: DataFrame) -> tuple[str, ...]:
    """Names of the files in which a quote is not closed. Raises SourceError for a file that is not UTF-8, a CSV file
    with another header, or a JSON file in which no line has a column that is used."""
    if not landing.reader.has_lines:
        return ()
    is_csv = landing.format == "csv"
    is_utf_16 = landing.csv.encoding == "UTF-16"
    schema = tuple(landing.schema or ())
    keys = () if is_csv else tuple(name for name in schema if feed.source.prepare or feed.names(name))
    header = schema if is_csv and landing.csv.header else ()
    odd = odd_text_files(tables.spark, landing.path, waiting, Expected(landing.csv if is_csv else None, header, keys))

    for file in odd:
        why = why_not_header(file.header, header) if file.header else None
        if why is not None:
            raise SourceError(
                f"{unquote(file.name)} {why}. {_NOTHING_LANDED} Columns are expected by name, in the order of "
                f"source.schema: write the file again like that, take it away, or correct source.schema."
            )
        if file.bad_lines and landing.csv.encoding == "UTF-8":
            raise SourceError(
                f"{unquote(file.name)} is not UTF-8 in {file.bad_lines:,} lines. {_NOTHING_LANDED} Write it again as "
                f"UTF-8{_OR_ENCODING if is_csv else ''}."
            )
        if file.missing:
            raise SourceError(
                f"no line of {unquote(file.name)} has the key {', '.join(f'`{key}`' for key in file.missing)}, which "
                f"source.schema names and a spec uses. {_NOTHING_LANDED} Write the file again with it (null where it "
                f"has no value), or take it away."
            )
    return () if is_utf_16 else tuple(file.name for file in odd if file.open_quote)


_NOTHING_LANDED = "No file of this run has landed, and the watermark is unchanged."
_OR_ENCODING = ", or say what it is under source.csv.encoding: latin1, windows-1252 or utf-16"


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
        F.min(F.when(F.col("rows").isNull(), F.col(FILE))).alias("without_rows_example"),
        F.count_if(replaced).alias("replaced"),
        F.min(F.when(replaced, F.col(FILE))).alias("example"),
    ).collect()[0]

    if counts["replaced"]:
        raise SourceError(
            f"{counts['replaced']} files in {landing.path} were replaced after they had landed, for example "
            f"{counts['example']}; a file is read once, so what they say now was not read. No batch was planned. Give "
            f"each changed file a new name and run again: rows that are already stored are recognised."
        )
    return LandingReport(*(counts[name] for name in ("files", "rows", "again", "without_rows", "without_rows_example")))


def _warn(landing: Landing, landed: LandingReport) -> None:
    if landed.again:
        _log.warning(
            "%s: %d files landed again, because what keeps the landed ones is new (%s). Stored rows are recognised; "
            "what is below the watermark counts as older.",
            *(landing.path, landed.again, landing.checkpoints),
        )
    if landed.without_rows:
        _log.warning(
            "%s: %d files hold something, but gave no row, for example %s. A header alone is fine; a file that was "
            "filled after it had been seen is not read again: give it a new name.",
            *(landing.path, landed.without_rows, unquote(landed.without_rows_example or "")),
        )
