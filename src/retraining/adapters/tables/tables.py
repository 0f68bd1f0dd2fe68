"""The connection to the schema that holds everything, and the append every control table goes through."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeVar, cast, get_args, get_type_hints

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from retraining.adapters.error_conditions import is_commit_conflict
from retraining.adapters.tables.column_sql import MAPPED_COLUMNS, column_in_sql, needs_mapping
from retraining.adapters.tables.create_table import create_table
from retraining.adapters.tables.schema_of_record import columns_of_record, schema_of_record
from retraining.adapters.tables.storage_faults import using_storage
from retraining.errors import ConcurrentRunError, ParameterError, SkippedWriteError
from retraining.spec.identifiers import quoted, quoted_column, quoted_text

Record = TypeVar("Record")

_PROPERTIES = {
    "delta.isolationLevel": "Serializable",
    "delta.logRetentionDuration": "interval 90 days",
    "delta.autoOptimize.autoCompact": "true",
}
"""Compaction: every run adds a file of one row to a dozen control tables; reading thousands of them would take longer
than the run."""
_NOTHING: Mapping[str, object] = MappingProxyType({})
_APPEND_ONLY = {"delta.appendOnly": "true"}


@dataclass(frozen=True)
class Fence:
    """A Delta transaction id: the commit happens at most once per (step, name, epoch, seq), from any writer."""

    step: str
    name: str
    seq: int
    epoch: int = 1

    @property
    def options(self) -> dict[str, str]:
        """Writer options; session-level settings would silently drop later writes."""
        return {"txnAppId": f"{self.step}:{self.name}:{self.epoch}", "txnVersion": str(self.seq)}


@dataclass(frozen=True)
class Tables:
    """Delta tables of one schema. Control tables are append-only, tiny, and hold no row values."""

    spark: SparkSession
    catalog: str
    schema: str
    _known: set[str] = field(default_factory=set, compare=False)
    _complete: set[str] = field(default_factory=set, compare=False)

    def name(self, table: str) -> str:
        """Quoted three-part name of a table in our schema."""
        return quoted(self.catalog, self.schema, table)

    def exists(self, table: str) -> bool:
        """Whether a table exists in our schema."""
        if table not in self._known and self.spark.catalog.tableExists(self.name(table)):
            self._known.add(table)
        return table in self._known

    def create(self, table: str, schema: StructType, append_only: bool, looked_up_by: Sequence[str] = ()) -> None:
        """Creates a table unless it exists; one idempotent step, so that two creators do not collide.

        looked_up_by: the columns that file statistics are kept of (default: Delta's own choice). Raises
        ConcurrentRunError where another run is making the table, and does not end.
        """
        if self.exists(table):
            return

        columns = ", ".join(map(column_in_sql, schema))
        properties = _PROPERTIES | (_APPEND_ONLY if append_only else {})
        if any(map(needs_mapping, schema)):
            properties |= MAPPED_COLUMNS
        if looked_up_by:
            properties |= {"delta.dataSkippingStatsColumns": ",".join(map(quoted_column, looked_up_by))}

        listed = ", ".join(f"'{key}' = {quoted_text(value)}" for key, value in properties.items())
        create = f"CREATE TABLE IF NOT EXISTS {self.name(table)} ({columns}) USING DELTA TBLPROPERTIES ({listed})"

        with using_storage(table):
            create_table(self.spark, quoted(self.catalog, self.schema), table, create, lambda: self.exists(table))
        self._known.add(table)

    def add_columns(self, table: str, schema: StructType) -> None:
        """Adds the columns that a table of an earlier version of this product lacks; its rows have nulls there."""
        if table in self._complete:
            return

        there = set(self.read(table).columns)
        missing = [each for each in schema if each.name not in there]
        if missing:
            listed = ", ".join(column_in_sql(StructField(each.name, each.dataType)) for each in missing)
            self.alter(table, f"ADD COLUMNS ({listed})")
        self._complete.add(table)

    def alter(self, table: str, change: str) -> None:
        """Changes a table as SQL says after its name. Raises ConcurrentRunError while another run changes it."""
        try:
            self.spark.sql(f"ALTER TABLE {self.name(table)} {change}")
        except Exception as err:
            if not is_commit_conflict(err) and "FIELD_ALREADY_EXISTS" not in str(err):
                raise
            raise ConcurrentRunError(
                f"another run is changing the columns of `{table}`. Nothing of this attempt was stored. Start the run "
                f"again: it continues from what the other one left."
            ) from err

    def replace_view(self, view: str, query: str) -> None:
        """Creates a view, or gives it another query."""
        replace = f"CREATE OR REPLACE VIEW {self.name(view)} AS {query}"
        try:
            self.spark.sql(replace)
        except AnalysisException as err:
            if err.getCondition() not in ("TABLE_OR_VIEW_ALREADY_EXISTS", "TABLE_OR_VIEW_NOT_FOUND"):
                raise
            self.spark.sql(replace)  # another run made or replaced it in the meantime, so now it is replaced

    def read(self, table: str) -> DataFrame:
        """A table of our schema. Raises StorageError where its log cannot be read."""
        with using_storage(table):
            return self.spark.table(self.name(table))

    def append(self, table: str, frame: DataFrame, fence: Fence, said: Mapping[str, object] = _NOTHING) -> None:
        """Appends once. Raises ConcurrentRunError when another writer holds the fence; a skip is silent, so read back.

        said: numbers about the commit, which DESCRIBE HISTORY shows as user metadata. Never a value of a row.
        """
        options = fence.options | ({"userMetadata": json.dumps(dict(said))} if said else {})
        try:
            with using_storage(table):
                frame.write.format("delta").mode("append").options(**options).saveAsTable(self.name(table))
        except Exception as err:
            if is_commit_conflict(err):
                raise ConcurrentRunError(_lost(table, fence)) from err
            raise

    def append_records(
        self, table: str, records: Sequence[Any], fence: Fence, said: Mapping[str, object] = _NOTHING
    ) -> None:
        """Appends records of one type in one commit and checks that they are there: a skipped write raises
        SkippedWriteError."""
        first = records[0]
        schema = schema_of_record(type(first))
        self.create(table, schema, append_only=True)
        self.add_columns(table, schema)
        self.append(table, self.frame_of(records), fence, said)
        mine = self.read(table).where(F.col("attempt_id") == F.lit(first.attempt_id))
        if first not in _to_records(mine, type(first)):
            raise SkippedWriteError(_lost(table, fence))

    def frame_of(self, records: Sequence[Any]) -> DataFrame:
        """Records of one type as rows."""
        return self.spark.createDataFrame([_row_of(each) for each in records], schema_of_record(type(records[0])))

    def records(self, table: str, record: type[Record], **equals: str | int) -> list[Record]:
        """All records whose columns equal the given values; empty when the table does not exist yet. For tiny tables
        only."""
        if not self.exists(table):
            return []
        frame = self.read(table)
        for column, value in equals.items():
            frame = frame.where(F.col(column) == F.lit(value))
        with using_storage(table):
            return _to_records(frame, record)


def _row_of(record: Any) -> tuple[Any, ...]:
    return tuple(_plain(getattr(record, name)) for name in columns_of_record(type(record)))


def _plain(value: Any) -> Any:
    """Records inside a record travel as tuples."""
    if isinstance(value, tuple):
        return [_row_of(each) if is_dataclass(each) else each for each in value]
    return value


def _to_records(frame: DataFrame, record: type[Record]) -> list[Record]:
    """Expressions as text: a column object is several calls to the JVM, and a record has dozens of columns."""
    kinds = _kinds_of(frame, record)
    return list(_records_of(_exact_values(frame, kinds).collect(), record, kinds))


def stream_records(frame: DataFrame, record: type[Record]) -> Iterator[Record]:
    """The records of a frame that may have more rows than memory, in its order, a part at a time."""
    kinds = _kinds_of(frame, record)
    return _records_of(_exact_values(frame, kinds).toLocalIterator(), record, kinds)


def _kinds_of(frame: DataFrame, record: type) -> dict[str, Any]:
    hints = get_type_hints(record)
    there = set(frame.columns)
    return {name: hints[name] for name in columns_of_record(record) if name in there}


def _exact_values(frame: DataFrame, kinds: Mapping[str, Any]) -> DataFrame:
    return frame.selectExpr(*(_exact(name, kind) for name, kind in kinds.items()))


def _records_of(rows: Iterable[Row], record: type[Record], kinds: Mapping[str, Any]) -> Iterator[Record]:
    with_default = {each.name for each in fields(cast(Any, record)) if _has_default(each)}
    for row in rows:
        known = [name for name in kinds if row[name] is not None or name not in with_default]
        yield record(**{name: _python(row[name], kinds[name]) for name in known})


def _has_default(each: Field[Any]) -> bool:
    """A column that came with a later version: rows that are older have null there, and mean the default."""
    return each.default is not MISSING or each.default_factory is not MISSING


def _exact(name: str, kind: Any) -> str:
    """Timestamps travel as microseconds: collected ones are naive and in the zone of the driver's operating system."""
    return f"unix_micros(`{name}`) AS `{name}`" if _is_moment(kind) else f"`{name}`"


def _is_moment(kind: Any) -> bool:
    return kind is datetime or datetime in get_args(kind)


def _python(value: Any, kind: Any) -> Any:
    if value is not None and _is_moment(kind):
        return datetime.fromtimestamp(value // 1_000_000, UTC).replace(microsecond=value % 1_000_000)
    if not isinstance(value, list):
        return value
    inner: Any = get_args(kind)[0]
    is_record = is_dataclass(inner)
    return tuple(inner(**each.asDict()) if is_record else each for each in value)


def _lost(table: str, fence: Fence) -> str:
    return (
        f"{fence.step} of {fence.name}: another run wrote step {fence.seq} of `{table}` first. Nothing of this "
        f"attempt was "
        f"stored. Start the run again: it continues from what the other one left."
    )


def open_tables(spark: SparkSession, catalog: str, schema: str) -> Tables:
    """Tables of a schema that exists. Raises ParameterError when it is not named, does not exist, or the session is
    not in UTC."""
    if not catalog or not schema:
        raise ParameterError(
            "The widgets `catalog` and `schema` are empty, so there is nowhere to read or write. Set them above (a "
            "job sets them "
            "itself), for example to the schema that `databricks bundle deploy` created."
        )
    name = quoted(catalog, schema)
    zone = spark.conf.get("spark.sql.session.timeZone")
    if zone not in ("UTC", "Etc/UTC", "GMT", "Z", "+00:00"):
        raise ParameterError(f"The session's time zone is {zone}, expected UTC. Set spark.sql.session.timeZone to UTC.")
    if not spark.catalog.databaseExists(name):
        raise ParameterError(f"Schema {name} does not exist. Deploy the bundle, or create it: CREATE SCHEMA {name}.")
    return Tables(spark, catalog, schema)
