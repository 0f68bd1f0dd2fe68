"""A Delta table as a source: pinned by version, read one slice at a time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from pyspark.errors import AnalysisException, PySparkException, UnsupportedOperationException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from retraining.adapters.sources.preparation import Preparation
from retraining.errors import SourceError
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.ledger_column import in_slice, is_below, is_valid, ledger_literal, ledger_number
from retraining.rules.ingest.next_slice import SourceState

_UNSUPPORTED = ("ROW_LEVEL_SECURITY_COLUMN_MASK_FEATURE_NOT_SUPPORTED", "FGAC_", "UNSUPPORTED_FEATURE")


@dataclass(frozen=True)
class PinnedTable:
    """One version of a source table. All reads of a batch come from it, whatever is written meanwhile."""

    spark: SparkSession
    table: str
    table_id: str
    version: int
    without: tuple[str, ...] = ()
    """Columns that are not part of a row's content."""
    prepare: Preparation | None = None
    notes: tuple[str, ...] = ()
    """What is to be said of columns that were left out before they came here."""

    @property
    def raw(self) -> DataFrame:
        """All rows of the pinned version, as they are stored."""
        return self.spark.read.option("versionAsOf", self.version).table(self.table).drop(*self.without)

    @property
    def rows(self) -> DataFrame:
        """All rows of the pinned version, with the columns that the spec's function makes of them."""
        return self.prepare(self.raw) if self.prepare else self.raw

    @property
    def schema(self) -> StructType:
        """Columns of the rows."""
        return self.rows.schema

    def check_rows(self, lo: Number | None) -> None:
        """Raises SourceError when preparing them drops or multiplies rows, wherever in the pinned version."""
        if self.prepare:
            self.prepare.check_rows(self.raw)

    def state(
        self, ledger: Ledger, valid_until: Number | None, initial: Number | None, lo: Number | None
    ) -> SourceState:
        """The greatest valid ledger value, and how many valid rows from the initial value on are below the next slice,
        in one pass. One poisoned value far ahead cannot win. Raises SourceError as check_rows does."""
        self.check_rows(lo)
        rows = self.rows.where(is_valid(ledger, valid_until))
        if initial is not None:
            rows = rows.where(F.col(f"`{ledger.column}`") >= ledger_literal(ledger, initial))
        newest, below = rows.agg(F.max(ledger_number(ledger)), F.count_if(is_below(ledger, lo))).collect()[0]
        return SourceState(self.version, newest, below)

    def slice(self, ledger: Ledger, lo: Number | None, hi: Number | None, valid_until: Number | None) -> DataFrame:
        """Exactly the rows of a frozen slice."""
        return self.rows.where(in_slice(ledger, lo, hi, valid_until))

    def open_slice(self, ledger: Ledger, lo: Number | None, hi: Number | None, valid_until: Number | None) -> None:
        """Opens every file of a slice. Raises what Spark raises where one is gone."""
        self.slice(ledger, lo, hi, valid_until).agg(F.max(ledger_number(ledger)).cast("string")).collect()


def find_newest(spark: SparkSession, table: str, without: tuple[str, ...] = ()) -> PinnedTable | None:
    """The newest version of a Delta table, without some columns; None for what has no versions: a view, a table of
    another kind, one with row filters or column masks. Raises SourceError when it is missing."""
    if not spark.catalog.tableExists(table):
        raise SourceError(
            f"source table {table} does not exist, or this principal may not see it. Create it, or correct "
            f"source.table."
        )
    with ThreadPoolExecutor() as pool:
        detail = pool.submit(_format_and_id, spark, table)
        version = pool.submit(_newest_version, spark, table)

    try:
        of_format, table_id = detail.result()
        if of_format != "delta":
            return None
        newest = PinnedTable(spark, table, table_id, version.result(), without)
        newest.raw.schema  # noqa: B018 - a table that names its versions may still refuse to be read at one
    except PySparkException as err:
        if _says_no_versions(err):
            return None
        raise
    return newest


def _format_and_id(spark: SparkSession, table: str) -> tuple[str, str]:
    format_, table_id = spark.sql(f"DESCRIBE DETAIL {table}").select("format", "id").collect()[0]
    return format_, table_id


def _newest_version(spark: SparkSession, table: str) -> int:
    return int(spark.sql(f"DESCRIBE HISTORY {table} LIMIT 1").select("version").collect()[0][0])


def _says_no_versions(err: PySparkException) -> bool:
    """Whether an error means a view, a table of another system, or one with row filters or column masks. Which class an
    unsupported command is an error of differs between lanes."""
    unsupported = (err.getCondition() or "").startswith(_UNSUPPORTED)
    return unsupported or isinstance(err, AnalysisException | UnsupportedOperationException)


def pin_newest(spark: SparkSession, table: str, without: tuple[str, ...] = ()) -> PinnedTable:
    """The newest version of a Delta table. Raises SourceError when it is missing or not Delta."""
    newest = find_newest(spark, table, without)
    if newest is None:
        raise SourceError(
            f"table {table} has no versions, which a change feed and a foreign_key rule need: it is a view, not Delta, "
            f"or has row filters or column masks. Copy it to a Delta table, and name that."
        )
    return newest


def pin_planned(newest: PinnedTable | None, table: str, table_id: str, version: int) -> PinnedTable:
    """The version that an open plan was frozen on. newest: the table as it is, None where it has no versions. Raises
    SourceError when it was replaced since."""
    if newest is None or newest.table_id != table_id:
        found = f"table id {newest.table_id}" if newest else "now without versions"
        raise SourceError(
            f"source table {table} was replaced while a batch was open ({found}, planned on {table_id}). The batch "
            f"stays open and nothing was ingested. Restore the table that the plan was made on, or give the batch up: "
            f"run the job `repair` with action=abandon."
        )
    return replace(newest, version=version)
