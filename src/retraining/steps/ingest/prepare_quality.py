"""What quality rules need beside the batch, and whether they can be asked at all: found out before anything is
planned."""

from collections.abc import Mapping, Sequence

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame
from pyspark.sql.types import BooleanType, ByteType, DataType, IntegerType, LongType, ShortType, StructType

from retraining.adapters.sources.delta_table import pin_newest
from retraining.adapters.tables import observations
from retraining.adapters.tables.batches import committed_batches
from retraining.adapters.tables.tables import Tables
from retraining.errors import ContractError
from retraining.records.batch import Batch
from retraining.records.run import Run
from retraining.rules.ingest.contract import UNTOUCHED
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.look_around import Others
from retraining.rules.ingest.row_rules import is_broken
from retraining.spec.identifiers import qualified
from retraining.spec.model_spec import ModelSpec
from retraining.spec.row_rules import ForeignKey, Rule, Unique

_WHOLE = ByteType | ShortType | IntegerType | LongType


def pin_referenced(
    spec: ModelSpec, schema: StructType, columns: Sequence[str], tables: Tables, run: Run
) -> dict[str, DataFrame]:
    """The column behind each foreign_key rule, at its table's newest version.

    schema: the source's; columns: those that are stored. Raises ContractError for a rule that cannot be asked of them,
    SourceError for a table that is not there.
    """
    if not spec.quality.rules:
        return {}
    stored = {name.lower() for name in columns}
    nothing = tables.spark.createDataFrame([], StructType([each for each in schema if each.name.lower() in stored]))
    for rule in spec.quality.rules:
        _expect_columns(spec, rule, stored)
    _expect_conditions(spec, nothing, run)
    return {
        rule.title: _pin(spec, rule, nothing, tables) for rule in spec.quality.rules if isinstance(rule, ForeignKey)
    }


def others_of(
    spec: ModelSpec, ledger: Ledger, closed: list[Batch], referenced: Mapping[str, DataFrame], tables: Tables
) -> Others:
    """What rules look at beside the batch. closed: the batches before it."""
    earlier = committed_batches(closed)
    if not earlier.through or not any(isinstance(rule, Unique) for rule in spec.quality.rules):
        return Others(None, referenced)
    return Others(observations.current_rows(tables, spec.source_name, earlier, ledger), referenced)


def _expect_columns(spec: ModelSpec, rule: Rule, stored: set[str]) -> None:
    missing = [name for name in rule.columns_read if name.lower() not in stored]
    if missing:
        raise ContractError(
            f"{spec.model}: rule {rule.title} names column `{missing[0]}`, which is new and not stored. {UNTOUCHED} "
            f"Set source.new_columns to accept, or remove the rule."
        )


def _expect_conditions(spec: ModelSpec, nothing: DataFrame, run: Run) -> None:
    """All rules in one question, which takes as long as one of them; one by one only to say which is at fault."""
    asked = [rule for rule in spec.quality.rules if not isinstance(rule, Unique | ForeignKey)]
    try:
        found = nothing.select(*(is_broken(rule, nothing.schema, run.as_of) for rule in asked)).schema
        fine = all(isinstance(each.dataType, BooleanType) for each in found)
    except AnalysisException:
        fine = False
    for rule in () if fine else asked:
        _expect_condition(spec, rule, nothing, run)


def _expect_condition(spec: ModelSpec, rule: Rule, nothing: DataFrame, run: Run) -> None:
    """Asks Spark to analyse the rule; no row is read."""
    try:
        found = nothing.select(is_broken(rule, nothing.schema, run.as_of)).schema[0].dataType
    except AnalysisException as err:
        raise ContractError(
            f"{spec.model}: rule {rule.title} cannot be asked of {spec.source.table} ({err.getCondition()}: "
            f"{str(err).splitlines()[0]}). {UNTOUCHED} Correct quality.rules in specs/{spec.model}.yml."
        ) from err
    if not isinstance(found, BooleanType):
        raise ContractError(
            f"{spec.model}: rule {rule.title} is {found.simpleString()}, expected a condition. {UNTOUCHED} Correct "
            f"quality.rules in specs/{spec.model}.yml."
        )


def _pin(spec: ModelSpec, rule: ForeignKey, nothing: DataFrame, tables: Tables) -> DataFrame:
    there = pin_newest(tables.spark, qualified(tables.catalog, tables.schema, rule.table)).rows
    types = {each.name.lower(): each.dataType for each in there.schema}
    own = next(each.dataType for each in nothing.schema if each.name.lower() == rule.column.lower())
    found = types.get(rule.referenced.lower())
    if found is None:
        raise ContractError(
            f"{spec.model}: rule {rule.title}: {rule.table} has no column `{rule.referenced}`; it has "
            f"{', '.join(sorted(types))}. {UNTOUCHED} Correct table_column in specs/{spec.model}.yml."
        )
    if not _comparable(own, found):
        raise ContractError(
            f"{spec.model}: rule {rule.title}: column `{rule.column}` is {own.simpleString()}, `{rule.referenced}` of "
            f"{rule.table} is {found.simpleString()}; expected one type. {UNTOUCHED} Name another column or convert "
            f"one."
        )
    return there.select(f"`{rule.referenced}`")


def _comparable(own: DataType, found: DataType) -> bool:
    return own == found or (isinstance(own, _WHOLE) and isinstance(found, _WHOLE))
