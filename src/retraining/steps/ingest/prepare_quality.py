"""What quality rules need beside the batch, and whether they can be asked at all: found out before anything is
planned."""

from collections.abc import Mapping

from pyspark.errors import AnalysisException, ArithmeticException, IllegalArgumentException, PySparkException
from pyspark.sql import DataFrame
from pyspark.sql.types import BooleanType, ByteType, DataType, IntegerType, LongType, ShortType, StructType

from retraining.adapters.sources.delta_table import pin_newest
from retraining.adapters.tables import observations
from retraining.adapters.tables.batches import committed_batches
from retraining.adapters.tables.tables import Tables
from retraining.errors import ContractError
from retraining.records.run import Run
from retraining.rules.ingest.contract import UNTOUCHED
from retraining.rules.ingest.look_around import OtherRows
from retraining.rules.ingest.row_rules import is_broken, why_not_asked
from retraining.spec.feed import Feed
from retraining.spec.identifiers import qualified
from retraining.spec.row_rules import ForeignKey, Rule, Unique
from retraining.steps.ingest.ingestion import Ingestion

_WHOLE = ByteType | ShortType | IntegerType | LongType
_REFUSALS = (AnalysisException, ArithmeticException, IllegalArgumentException)
"""With which Spark answers a rule that it cannot analyse; the last two come from values written in it."""


def pin_referenced(ingestion: Ingestion) -> dict[str, DataFrame]:
    """The column behind each foreign_key rule, at its table's newest version.

    Raises ContractError for a rule that cannot be asked of the stored columns, SourceError for a table that is not
    there.
    """
    feed = ingestion.feed
    if not feed.quality.rules:
        return {}
    stored = {name.lower() for name in (*ingestion.contract.columns, *feed.joined)}
    columns = StructType([each for each in ingestion.source.schema if each.name.lower() in stored])
    empty = ingestion.tables.spark.createDataFrame([], columns)

    for rule in feed.quality.rules:
        _expect_columns(feed, rule, stored)
    _expect_conditions(feed, empty, ingestion.run)
    return {
        rule.title: _pin(feed, rule, empty, ingestion.tables)
        for rule in feed.quality.rules
        if isinstance(rule, ForeignKey)
    }


def other_rows_of(ingestion: Ingestion, referenced: Mapping[str, DataFrame]) -> OtherRows:
    """What rules look at beside the batch: the accepted rows of the batches before it, and the referenced columns."""
    earlier = committed_batches(list(ingestion.closed))
    if not earlier.through or not any(isinstance(rule, Unique) for rule in ingestion.feed.quality.rules):
        return OtherRows(None, referenced)
    rows = observations.current_rows(ingestion.tables, ingestion.feed.name, earlier, ingestion.ledger)
    return OtherRows(rows, referenced)


def _expect_columns(feed: Feed, rule: Rule, stored: set[str]) -> None:
    missing = [name for name in rule.columns_read if name.lower() not in stored]
    if missing:
        raise ContractError(
            f"{feed.model}: rule {rule.title} names column `{missing[0]}`, which is new and not stored. {UNTOUCHED} "
            f"Set source.new_columns to accept, or remove the rule."
        )


def _expect_conditions(feed: Feed, empty: DataFrame, run: Run) -> None:
    """All rules in one query, which takes as long as one of them; one by one only to find the one at fault."""
    alone = [rule for rule in feed.quality.rules if not isinstance(rule, Unique | ForeignKey)]
    for rule in alone:
        why = why_not_asked(rule, empty.schema)
        if why is not None:
            raise ContractError(
                f"{feed.model}: rule {rule.title} cannot be asked of {feed.source.origin}: its condition {why}. "
                f"{UNTOUCHED} Correct quality.rules in {feed.source_file}."
            )

    try:
        found = empty.select(*(is_broken(rule, empty.schema, run.as_of) for rule in alone)).schema
        fine = all(isinstance(each.dataType, BooleanType) for each in found)
    except _REFUSALS:
        fine = False
    for rule in () if fine else alone:
        _expect_condition(feed, rule, empty, run)


def _expect_condition(feed: Feed, rule: Rule, empty: DataFrame, run: Run) -> None:
    """Asks Spark to analyse the rule; no row is read."""
    try:
        found = empty.select(is_broken(rule, empty.schema, run.as_of)).schema[0].dataType
    except _REFUSALS as err:
        raise ContractError(
            f"{feed.model}: rule {rule.title} cannot be asked of {feed.source.table} ({_refusal(err)}). {UNTOUCHED} "
            f"Correct quality.rules in {feed.source_file}."
        ) from err
    if not isinstance(found, BooleanType):
        raise ContractError(
            f"{feed.model}: rule {rule.title} is {found.simpleString()}, expected a condition. {UNTOUCHED} Correct "
            f"quality.rules in {feed.source_file}."
        )


def _refusal(err: PySparkException) -> str:
    """Spark's condition and first line; an argument that Java refuses has neither."""
    line = next(iter(str(err).splitlines()), "")
    return ": ".join(filter(None, (err.getCondition(), line))) or "Spark refuses a value in its condition"


def _pin(feed: Feed, rule: ForeignKey, empty: DataFrame, tables: Tables) -> DataFrame:
    rows = pin_newest(tables.spark, qualified(tables.catalog, tables.schema, rule.table)).rows
    types = {each.name.lower(): each.dataType for each in rows.schema}
    own = next(each.dataType for each in empty.schema if each.name.lower() == rule.column.lower())
    found = types.get(rule.referenced.lower())

    if found is None:
        raise ContractError(
            f"{feed.model}: rule {rule.title}: {rule.table} has no column `{rule.referenced}`; it has "
            f"{', '.join(sorted(types))}. {UNTOUCHED} Correct table_column in {feed.source_file}."
        )
    if not _comparable(own, found):
        raise ContractError(
            f"{feed.model}: rule {rule.title}: column `{rule.column}` is {own.simpleString()}, `{rule.referenced}` of "
            f"{rule.table} is {found.simpleString()}; expected one type. {UNTOUCHED} Name another column or convert "
            f"one."
        )
    return rows.select(f"`{rule.referenced}`")


def _comparable(own: DataType, found: DataType) -> bool:
    return own == found or (isinstance(own, _WHOLE) and isinstance(found, _WHOLE))
