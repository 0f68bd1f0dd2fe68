"""The change feed of a Delta table as a source: what was written and deleted, by the version that committed it."""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, LongType, StructField, StructType

from retraining.errors import SourceError
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.next_slice import SourceState
from retraining.spec.source_section import COMMIT_VERSION, IS_DELETED


@dataclass(frozen=True)
class PinnedFeed:
    """The changes of a table up to one version. A slice without a start is all rows as they are at that version."""

    spark: SparkSession
    table: str
    table_id: str
    version: int
    keys: tuple[str, ...]

    @property
    def schema(self) -> StructType:
        """Columns of the table at the pinned version, the version of the change, and whether it is a deletion."""
        columns = self._snapshot.schema
        taken = {COMMIT_VERSION, IS_DELETED} & {each.name.lower() for each in columns}
        if taken:
            raise SourceError(
                f"source table {self.table} has a column `{sorted(taken)[0]}`, which mode: change_feed makes itself. "
                f"Nothing was ingested. Rename it, or say mode: table."
            )
        return StructType([*columns, StructField(COMMIT_VERSION, LongType()), StructField(IS_DELETED, BooleanType())])

    def state(
        self, ledger: Ledger, valid_until: Number | None, initial: Number | None, lo: Number | None
    ) -> SourceState:
        """The pinned version; no change can come late. Raises SourceError when the changes since lo cannot be read:
        every file is opened here, before a batch is planned."""
        start = self.version if lo is None else int(lo)
        try:
            self._changes(start).count()
        except Exception as err:  # a missing file is a Java error on one lane and a Spark error on the other
            raise _unreadable(self.table, start, self.version, err) from err
        return SourceState(self.version, self.version)

    def slice(self, ledger: Ledger, lo: Number | None, hi: Number | None, valid_until: Number | None) -> DataFrame:
        """What a frozen slice wrote and deleted, one row for each."""
        if lo is None:
            made = {COMMIT_VERSION: F.lit(self.version).cast("bigint"), IS_DELETED: F.lit(False)}
            return self._snapshot.withColumns(made)
        return self._written_and_deleted(int(lo))

    @property
    def _snapshot(self) -> DataFrame:
        return self.spark.read.option("versionAsOf", self.version).table(self.table)

    def _changes(self, start: int) -> DataFrame:
        bounds = {"startingVersion": start, "endingVersion": self.version}
        return self.spark.read.option("readChangeFeed", "true").options(**bounds).table(self.table)

    def _written_and_deleted(self, start: int) -> DataFrame:
        """A key that a commit takes away and does not write again is deleted, also where an update gave its row another
        key. Deletions of the first version are of no use: what they deleted was never read, or is deleted already."""
        changes, version = self._changes(start), F.col("_commit_version")
        written = F.col("_change_type").isin("insert", "update_postimage")
        commit = Window.partitionBy(*(F.col(f"`{key}`") for key in self.keys), version)
        gone = ~F.max(written).over(commit) & (version > F.lit(start))
        columns = self._snapshot.columns
        kept = changes.withColumn("_gone", gone).where(written | F.col("_gone"))
        said = [self._said(name, written).alias(name) for name in columns]
        return kept.select(*said, version.alias(COMMIT_VERSION), (~written).alias(IS_DELETED))

    def _said(self, column: str, written: Column) -> Column:
        """A deletion says which key, and nothing else of the row that is gone."""
        value = F.col(f"`{column}`")
        is_key = column.lower() in {key.lower() for key in self.keys}
        return value if is_key else F.when(written, value)


def _unreadable(table: str, start: int, end: int, err: Exception) -> SourceError:
    return SourceError(
        f"the changes of source table {table} from version {start} to {end} cannot be read "
        f"({getattr(err, 'getCondition', lambda: None)() or str(err).strip().splitlines()[-1][:200]}). Nothing was "
        f"ingested and the watermark is unchanged. If the feed is off: ALTER TABLE {table} SET TBLPROPERTIES "
        f"(delta.enableChangeDataFeed = true). If the history is gone (VACUUM, log retention), those changes are lost: "
        f"give the source another `name`, which begins with all rows as they are now, and keep more history with "
        f"delta.deletedFileRetentionDuration and delta.logRetentionDuration."
    )
