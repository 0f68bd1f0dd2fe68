"""Files in a folder as a source: each new file lands once in a Delta table, which is then read like any other."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from urllib.parse import unquote

from pyspark.errors import AnalysisException, StreamingQueryException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType, TimestampType

from retraining.adapters.sources.delta_table import PinnedTable
from retraining.adapters.sources.file_format import FileFormat
from retraining.adapters.sources.new_files import FILE, schema_of
from retraining.errors import SourceError
from retraining.spec.csv_section import CsvSection
from retraining.spec.source_section import MALFORMED_LINE

FILE_MODIFIED = "_file_modified"
LANDED_AT = "_landed_at"
LANDING_COLUMNS = (FILE, FILE_MODIFIED, LANDED_AT)
"""What landing knows about a row. Not part of the row's content: it is the same row when another file repeats it."""


@dataclass(frozen=True)
class Landing:
    """Where the files of a source are, and where they land.

    schema is None where the files know their own columns. name is the table's, without its schema. checkpoints is the
    folder that records which files have landed; volume is the quoted name of the volume it is in, None outside
    Databricks. csv: how CSV files are written.
    """

    path: str
    format: str
    schema: Mapping[str, str] | None
    name: str
    checkpoints: str
    volume: str | None = None
    csv: CsvSection = field(default_factory=CsvSection)

    @property
    def reader(self) -> FileFormat:
        """How the files are read."""
        return FileFormat(self.format, self.csv)

    def checkpoint(self, table_id: str) -> str:
        """Its folder belongs to one table and one folder of files: a table that was made again, or another
        folder, starts with nothing landed."""
        place = hashlib.sha256(f"{self.format}:{self.path}".encode()).hexdigest()[:12]
        return f"{self.checkpoints}/{table_id}/{place}"


def list_files(spark: SparkSession, path: str) -> DataFrame:
    """`_file` and `modified` of every file below a folder that holds anything; none is opened.

    Raises SourceError when the folder cannot be read.
    """
    files = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    name = F.col("_metadata.file_path")
    modified = F.col("_metadata.file_modification_time")
    try:
        listed = files.load(path).select(name.alias(FILE), modified.alias("modified"))
        listed.columns  # noqa: B018 - Spark Connect looks for the folder only when it is asked
    except AnalysisException as err:
        raise SourceError(
            f"source folder {path} cannot be read ({err.getCondition()}). Nothing was ingested. Create it, correct "
            f"source.path, or grant READ VOLUME."
        ) from err
    return listed


def landing_schema(landing: Landing, columns: StructType) -> StructType:
    """The files' columns, the text of malformed lines where the format has lines, and what landing adds."""
    lines = [] if landing.format == "parquet" else [StructField(MALFORMED_LINE, StringType())]
    own = [StructField(name, TimestampType()) for name in (FILE_MODIFIED, LANDED_AT)]
    taken = {name.lower() for name in (*LANDING_COLUMNS, MALFORMED_LINE)} & {each.name.lower() for each in columns}
    if taken:
        raise SourceError(
            f"the files in {landing.path} have a column `{sorted(taken)[0]}`, a name that this product uses itself. "
            f"Nothing was ingested. Rename it where the files are made."
        )
    return StructType([*columns, *lines, StructField(FILE, StringType()), *own])


def columns_of_files(spark: SparkSession, landing: Landing, listed: DataFrame) -> StructType:
    """The columns the spec says, or those of the first file. Raises SourceError when neither is there."""
    if landing.schema is not None:
        columns = ", ".join(f"`{name}` {type_}" for name, type_ in landing.schema.items())
        return spark.createDataFrame([], columns).schema

    first = listed.agg(F.min(FILE)).collect()[0][0]
    if first is None:
        raise SourceError(
            f"source folder {landing.path} holds no {landing.format} file yet, so its columns are not known. Nothing "
            f"was ingested. Run again when it does, or say the columns under source.schema."
        )
    schema = schema_of(spark, first)
    if schema is None:
        raise not_parquet(first)
    return schema


def not_parquet(file: str) -> SourceError:
    """What to raise for a file that cannot be opened."""
    return SourceError(
        f"{unquote(file)} is empty or cannot be read as parquet. No file of this run has landed, and the watermark is "
        f"unchanged. Repair it or take it away, and run again."
    )


def land(
    landing: Landing, columns: StructType, into: PinnedTable, at: datetime, open_quotes: Sequence[str] = ()
) -> None:
    """Appends the rows of every file that has not landed yet. A malformed line is a row of nulls beside its text.

    open_quotes: names of files in which a quote is not closed, so that a line break inside a value is not one that
    somebody wrote. Raises SourceError when a file cannot be read as what it should be; files of the same step have not
    landed then.
    """
    source, options = reading(landing)
    reader = landing.reader

    files = into.spark.readStream.format(source).options(**options).schema(reader.asked_for(columns))
    broken = _runs_on(columns, open_quotes) if open_quotes else None
    values = reader.values(columns, broken)
    facts = [F.col("_metadata.file_path").alias(FILE), F.col("_metadata.file_modification_time").alias(FILE_MODIFIED)]
    rows = files.load(landing.path).select(*values, *facts, F.lit(at).alias(LANDED_AT))

    writer = rows.writeStream.format("delta").outputMode("append").trigger(availableNow=True)
    query = writer.option("checkpointLocation", landing.checkpoint(into.table_id)).toTable(into.table)
    try:
        query.awaitTermination()
    except StreamingQueryException as err:
        raise _unreadable(landing, into) from err


def _runs_on(columns: StructType, open_quotes: Sequence[str]) -> Column:
    in_them = F.col("_metadata.file_path").isin(list(open_quotes))
    breaks = [F.coalesce(F.col(f"`{name}`").contains("\n"), F.lit(False)) for name in columns.names]
    return in_them & reduce(or_, breaks)


def reading(landing: Landing) -> tuple[str, dict[str, str]]:
    """Format and options of the stream of new files: Auto Loader on Databricks, else Spark's own file source."""
    options = landing.reader.options | {"columnNameOfCorruptRecord": MALFORMED_LINE}
    if landing.volume is None:
        # By default a file that is a week older than the newest one is left out silently.
        return landing.format, options | {"recursiveFileLookup": "true", "maxFileAge": "36500d"}
    auto_loader = {"format": landing.format, "schemaEvolutionMode": "none", "partitionColumns": ""}
    return "cloudFiles", options | {f"cloudFiles.{name}": value for name, value in auto_loader.items()}


def _unreadable(landing: Landing, into: PinnedTable) -> SourceError:
    """Spark's error does not name the file on every lane, so the files that have not landed are named."""
    landed = into.spark.table(into.table).select(FILE).distinct()
    waiting = list_files(into.spark, landing.path).join(landed, FILE, "left_anti").orderBy(FILE).limit(4)
    names = [unquote(row[FILE]) for row in waiting.collect()]
    listed = ", ".join(names[:3]) + (", and more" if len(names) > 3 else "")
    return SourceError(
        f"a file in {landing.path} cannot be read as {landing.format} with the columns of the source. Not landed yet: "
        f"{listed}. The watermark is unchanged. Compare its header and types with source.schema; repair it or take it "
        f"away, and run again."
    )
