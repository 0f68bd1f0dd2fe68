"""The rows of a batch table's source: read, prepared, and bounded by the watermark."""

from dataclasses import dataclass

from pyspark.errors import AnalysisException, ParseException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.sources.preparation import Preparation
from retraining.errors import ContractError, SourceError
from retraining.rules.batch.next_scoring import Reading
from retraining.rules.ingest.contract import ledger_type_of
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.ledger_column import is_valid, ledger_literal, ledger_number
from retraining.spec.identifiers import qualified, quoted
from retraining.spec.recipe_function import find_function
from retraining.steps.batch.batch_context import BatchContext
from retraining.steps.ingest.plan_batch import valid_until


def read_batch_rows(context: BatchContext) -> DataFrame:
    """All rows. Raises SourceError for a table or a query that cannot be read, and for a function that fails."""
    spec = context.spec
    prepare = spec.source.prepare
    raw = _query(context) if spec.source.query else _table(context)
    if prepare is None:
        return raw
    function = find_function(f"batch {spec.batch}", "source.prepare", prepare)
    return Preparation(f"batch {spec.batch}", prepare, function)(raw)


def _table(context: BatchContext) -> DataFrame:
    tables = context.tables
    table = qualified(tables.catalog, tables.schema, str(context.spec.source.table))
    if not tables.spark.catalog.tableExists(table):
        raise SourceError(
            f"batch {context.spec.batch}: table {table} does not exist, or this principal may not see it. Nothing was "
            f"scored. Correct source.table in {context.spec.file}."
        )
    return tables.spark.table(table)


def _query(context: BatchContext) -> DataFrame:
    """Inside another query, so that it can only read."""
    tables = context.tables
    text = str(context.spec.source.query).replace("{schema}", quoted(tables.catalog, tables.schema))
    try:
        rows = tables.spark.sql(f"SELECT * FROM (\n{text}\n)")
        rows.schema  # noqa: B018 - a client of Spark Connect asks only now
    except (AnalysisException, ParseException) as err:
        condition = err.getCondition() or type(err).__name__
        raise SourceError(
            f"batch {context.spec.batch}: source.query cannot be read ({condition}). Nothing was scored. Correct it in "
            f"{context.spec.file}; {{schema}} stands for the bundle's schema."
        ) from err
    return rows


def ledger_of(context: BatchContext, rows: DataFrame) -> Ledger | None:
    """The ledger of the rows; None where the spec names none. Raises ContractError for a column that cannot be one."""
    column = context.spec.source.ledger_column
    if column is None:
        return None
    found = next((each.dataType.simpleString() for each in rows.schema if each.name.lower() == column.lower()), "gone")
    ledger_type = ledger_type_of(found)
    if ledger_type is None:
        raise ContractError(
            f"batch {context.spec.batch}: ledger column `{column}` of {context.spec.source.origin} is {found}, "
            f"expected timestamp, date, an integer or a decimal. Nothing was scored. Name another ledger_column in "
            f"{context.spec.file}, or none."
        )
    return Ledger(column, ledger_type)


@dataclass(frozen=True)
class LedgerValues:
    """The greatest valid ledger value, and how many rows have none."""

    newest: Number | None = None
    outside: int | None = None


def measure_ledger(context: BatchContext, rows: DataFrame, ledger: Ledger | None) -> LedgerValues:
    """One pass over one column; none without a ledger. A value far ahead cannot move the watermark."""
    if ledger is None:
        return LedgerValues()
    valid = is_valid(ledger, valid_until(ledger, context.run))
    newest = F.max(F.when(valid, ledger_number(ledger)))
    return LedgerValues(*rows.agg(newest, F.count_if(~valid)).collect()[0])


def rows_in(context: BatchContext, rows: DataFrame, ledger: Ledger | None, reading: Reading) -> DataFrame:
    """The rows that a scoring reads."""
    if ledger is None:
        return rows
    if reading.hi is None:
        return rows.where(F.lit(False))
    value = F.col(f"`{ledger.column}`")
    inside = is_valid(ledger, valid_until(ledger, context.run)) & (value <= ledger_literal(ledger, reading.hi))
    return rows.where(inside if reading.lo is None else inside & (value >= ledger_literal(ledger, reading.lo)))
