"""Rows that a batch table never has: without a key, at fault, quarantined, or of a forgotten key."""

from collections.abc import Sequence
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import observations
from retraining.adapters.tables.forgotten_keys import read_forgotten
from retraining.adapters.tables.key_identity import identity_of
from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.errors import ContractError
from retraining.rules.ingest.forgotten_keys import KEY_HASH, keyed_hash
from retraining.rules.ingest.quality import REASONS, judged_alone, not_unicode
from retraining.rules.ingest.row_identity import ROW_KEY, row_key
from retraining.spec.quality_section import Rule
from retraining.spec.row_rules import Fresh
from retraining.steps.batch.batch_context import BatchContext
from retraining.steps.dataset.ingested_source import read_source

REASON = "_reason"
WITHOUT_KEY = "without_key"
REFUSED = "refused"
QUARANTINED = "quarantined"
FORGOTTEN = "forgotten"
_QUARANTINED = "_broken_1"
_FORGOTTEN = "_broken_2"


def mark_left_out(context: BatchContext, rows: DataFrame, used: Sequence[str]) -> DataFrame:
    """The rows with `_row_key`, by which the model's source knows them, and `_reason`: why a row is left out, null for
    the others. used: the columns that the version predicts with."""
    named = _with_row_key(context, rows)
    known = _mark_forgotten(context, _mark_quarantined(context, named))

    keys = [F.col(f"`{name}`") for name in context.spec.source.keys]
    without_key = reduce(or_, (key.isNull() for key in keys))
    reason = (
        F.when(F.coalesce(F.col(_FORGOTTEN), F.lit(False)), FORGOTTEN)
        .when(without_key, WITHOUT_KEY)
        .when(F.coalesce(F.col(_QUARANTINED), F.lit(False)), QUARANTINED)
        .when(_at_fault(context, rows, used), REFUSED)
    )
    return known.withColumn(REASON, reason).drop(_FORGOTTEN, _QUARANTINED)


def _at_fault(context: BatchContext, rows: DataFrame, used: Sequence[str]) -> Column:
    """Whether a row breaks a rule of the model's source that it can be checked by: one about a row alone, whose
    columns are there. Neither the label nor the age of a row is checked."""
    spec = context.model.spec
    there = {name.lower() for name in rows.columns} - {spec.columns.label.lower()}
    asked = [rule for rule in spec.quality.named("quarantine", "fail") if _may_ask(rule, there)]
    broken = [condition for _, condition in judged_alone(asked, rows.schema, context.run.as_of)]
    broken += not_unicode((*context.spec.source.keys, *used), rows.schema)
    return reduce(or_, (F.coalesce(condition, F.lit(False)) for condition in broken), F.lit(False))


def _may_ask(rule: Rule, there: set[str]) -> bool:
    return not isinstance(rule, Fresh) and {name.lower() for name in rule.columns_read} <= there


def _with_row_key(context: BatchContext, rows: DataFrame) -> DataFrame:
    """`_row_key` as the observations of the model's source have it; null where they or the key columns are not there.
    Raises ContractError where forgotten keys could not be recognised."""
    spec = context.model.spec
    stored = observations.stored_columns(context.tables, spec.source_name)
    there = {name.lower() for name in rows.columns}
    missing = [name for name in spec.source.keys if name.lower() not in there]
    if stored is None:
        return rows.withColumn(ROW_KEY, F.lit(None).cast("string"))
    if missing:
        _check_nothing_forgotten(context, missing)
        return rows.withColumn(ROW_KEY, F.lit(None).cast("string"))

    types = {name.lower(): type_ for name, type_ in stored.items()}
    sent = {f"_sent_{place}": name for place, name in enumerate(spec.source.keys)}
    typed = {alias: F.col(f"`{name}`").try_cast(types[name.lower()]) for alias, name in sent.items()}
    named = rows.withColumns(typed)
    identity = identity_of(context.tables, spec.source_name)
    return named.withColumn(ROW_KEY, row_key(named, list(sent), identity)).drop(*sent)


def _check_nothing_forgotten(context: BatchContext, missing: Sequence[str]) -> None:
    source = context.model.spec.source_name
    if read_forgotten(context.tables, source) is None:
        return
    raise ContractError(
        f"batch {context.spec.batch}: keys of source {source} were forgotten, and {context.spec.source.origin} has no "
        f"column {', '.join(f'`{name}`' for name in missing)}, by which they are recognised. Nothing was scored. Bring "
        f"it in the table, or by a `query` in {context.spec.file}."
    )


def _mark_quarantined(context: BatchContext, rows: DataFrame) -> DataFrame:
    """A row is the quarantined one if it has its key and its ledger value; where rows have no such column, if the
    newest row of its key is quarantined."""
    spec = context.model.spec
    table = observations.table_of(spec.source_name)
    if not context.tables.exists(table):
        return rows.withColumn(_QUARANTINED, F.lit(False))

    source = read_source(spec, context.tables)
    stored = context.tables.read(table).where(observations.arrived_after(source.committed, 0))
    broken = stored.where(F.size(REASONS) > 0)
    if broken.isEmpty():
        return rows.withColumn(_QUARANTINED, F.lit(False))

    column = spec.source.ledger_column
    of_type = next(each.dataType for each in stored.schema if each.name.lower() == column.lower())
    has_ledger = column.lower() in {name.lower() for name in rows.columns}
    value = F.col(f"`{column}`")
    moment = value if has_ledger else F.lit(None).cast(of_type)
    of_keys = stored.join(broken.select(ROW_KEY).distinct(), ROW_KEY, "left_semi")
    last = F.max_by(F.size(REASONS) > 0, F.struct(BATCH_SEQ, value)).alias(_QUARANTINED)
    judged = (
        of_keys.groupBy(F.col(ROW_KEY).alias("_found_key"), moment.alias("_at")).agg(last).where(F.col(_QUARANTINED))
    )

    own = value.try_cast(of_type) if has_ledger else F.lit(None).cast(of_type)
    same = (F.col(ROW_KEY) == F.col("_found_key")) & own.eqNullSafe(F.col("_at"))
    return rows.join(judged, same, "left").drop("_found_key", "_at")


def _mark_forgotten(context: BatchContext, rows: DataFrame) -> DataFrame:
    forgotten = read_forgotten(context.tables, context.model.spec.source_name)
    if forgotten is None:
        return rows.withColumn(_FORGOTTEN, F.lit(False))
    hashed = rows.withColumn(KEY_HASH, keyed_hash(forgotten.salt, F.col(ROW_KEY)))
    return hashed.join(forgotten.hashes.withColumn(_FORGOTTEN, F.lit(True)), KEY_HASH, "left").drop(KEY_HASH)
