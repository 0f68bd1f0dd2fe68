"""The change feed of a Delta table as a source: what was written and deleted, by the version that committed it."""

from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, LongType, StructField, StructType

from retraining.adapters.error_conditions import conditions_of, why_gone
from retraining.adapters.sources.preparation import Preparation
from retraining.errors import SourceError
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.next_slice import SourceState
from retraining.spec.source_section import COMMIT_VERSION, IS_DELETED


@dataclass(frozen=True)
class PinnedChangeFeed:
    """The changes of a table up to one version. A slice without a start is all rows as they are at that version."""

    spark: SparkSession
    table: str
    table_id: str
    version: int
    keys: tuple[str, ...]
    prepare: Preparation | None = None

    @property
    def schema(self) -> StructType:
        """Columns of the table at the pinned version, the version of the change, and whether it is a deletion; or the
        columns that the spec's function makes from them."""
        columns = self._snapshot.schema
        taken = {COMMIT_VERSION, IS_DELETED} & {each.name.lower() for each in columns}
        if taken:
            raise SourceError(
                f"source table {self.table} has a column `{sorted(taken)[0]}`, which mode: change_feed makes itself. "
                f"Nothing was ingested. Rename it, or say mode: table."
            )
        if self.prepare:
            return self._prepared(None).schema
        return StructType([*columns, StructField(COMMIT_VERSION, LongType()), StructField(IS_DELETED, BooleanType())])

    def check_rows(self, lo: Number | None) -> None:
        """Raises SourceError when preparing them drops or multiplies rows of the slices that begin at lo."""
        if self.prepare:
            self.prepare.check_rows(self._raw(lo))

    def state(
        self, ledger: Ledger, valid_until: Number | None, initial: Number | None, lo: Number | None
    ) -> SourceState:
        """The pinned version; no change can come late. Raises SourceError when the changes since lo cannot be read:
        every file is opened here, before a batch is planned. Raises it as check_rows does, too."""
        start = self.version if lo is None else int(lo)
        try:
            self._changes(self._first_version(start)).count()
        except Exception as err:  # a missing file is a Java error on one lane and a Spark error on the other
            raise _unreadable(self.table, start, self.version, err) from err
        self.check_rows(lo)
        return SourceState(self.version, self.version)

    def slice(self, ledger: Ledger, lo: Number | None, hi: Number | None, valid_until: Number | None) -> DataFrame:
        """What a frozen slice wrote and deleted, one row for each."""
        return self._prepared(lo) if lo is None else self._written_and_deleted(int(lo))

    def open_slice(self, ledger: Ledger, lo: Number | None, hi: Number | None, valid_until: Number | None) -> None:
        """Opens every file of a slice. Raises what Spark raises where one is gone."""
        keys = [F.col(f"`{key}`") for key in self.keys]
        self._raw(lo).agg(F.max(F.xxhash64(*keys))).collect()

    @property
    def _snapshot(self) -> DataFrame:
        return self.spark.read.option("versionAsOf", self.version).table(self.table)

    def _changes(self, start: int) -> DataFrame:
        bounds = {"startingVersion": start, "endingVersion": self.version}
        return self.spark.read.option("readChangeFeed", "true").options(**bounds).table(self.table)

    def _first_version(self, start: int) -> int:
        """Delta refuses all changes from a version on that is older than its retention, as in a table that was quiet
        for a week. The version where a slice begins was read with the batch before it, so the one after it will do."""
        try:
            self._changes(start).columns  # noqa: B018 - Spark Connect looks at the versions only when it is asked
        except Exception as err:  # which class it has depends on the lane
            if why_gone(err) is None or start == self.version:
                raise
            return start + 1
        return start

    def _raw(self, lo: Number | None) -> DataFrame:
        """Every row as it is at the pinned version, or every row that a commit wrote or deleted since lo."""
        if lo is None:
            made = {COMMIT_VERSION: F.lit(self.version).cast("bigint"), IS_DELETED: F.lit(False)}
            return self._snapshot.withColumns(made)
        columns = [F.col(f"`{name}`") for name in self._snapshot.columns]
        written = F.col("_change_type").isin("insert", "update_postimage")
        facts = [F.col("_commit_version").alias(COMMIT_VERSION), (~written).alias(IS_DELETED)]
        return self._changes(self._first_version(int(lo))).select(*columns, *facts)

    def _prepared(self, lo: Number | None) -> DataFrame:
        return self.prepare(self._raw(lo)) if self.prepare else self._raw(lo)

    def _written_and_deleted(self, start: int) -> DataFrame:
        """A key that a commit removes and does not write again is deleted, also where an update gave its row another
        key. Deletions of the first version are of no use: what they deleted was never read, or is deleted already.
        A deletion names the key, and nothing else of the row that is gone."""
        changes = self._prepared(start)
        deleted = F.col(IS_DELETED)
        commit = Window.partitionBy(*(F.col(f"`{key}`") for key in self.keys), COMMIT_VERSION)
        gone = F.min(deleted).over(commit) & (F.col(COMMIT_VERSION) > F.lit(start))

        stays = {name.lower() for name in (*self.keys, COMMIT_VERSION, IS_DELETED)}
        columns = [
            F.col(f"`{name}`") if name.lower() in stays else F.when(~deleted, F.col(f"`{name}`")).alias(name)
            for name in changes.columns
        ]
        return changes.withColumn("_gone", gone).where(~deleted | F.col("_gone")).select(*columns)


def _unreadable(table: str, start: int, end: int, err: Exception) -> SourceError:
    return SourceError(
        f"the changes of source table {table} from version {start} to {end} cannot be read "
        f"({next(iter(conditions_of(err)), type(err).__name__)}). Nothing was ingested and the watermark is unchanged. "
        f"If the feed is off: ALTER TABLE {table} SET TBLPROPERTIES (delta.enableChangeDataFeed = true). If the "
        f"history is too old, but VACUUM has not run, a longer delta.deletedFileRetentionDuration makes it readable "
        f"again; delta.logRetentionDuration must be at least as long. If it is gone (VACUUM, log retention), those "
        f"changes are lost: give the source another `name`, which begins with all rows as they are now, and keep more "
        f"history with both properties."
    )
