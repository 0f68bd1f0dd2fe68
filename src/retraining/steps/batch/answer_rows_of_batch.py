"""The answers of one version to the rows of a scoring, as the batch table has them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StructField

from retraining.adapters.tables import observations
from retraining.adapters.tables.batch_scores import create_scores, merge_scores, own_columns, table_of
from retraining.kinds.find_kind import kind_of
from retraining.records.scoring import BatchScoring
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.row_identity import ROW_HASH, ROW_KEY, fast_hash
from retraining.steps.batch.batch_context import BatchContext
from retraining.steps.dataset.answered_by_spark import FittedVersion
from retraining.steps.dataset.predict_rows import PROBABILITIES, predict_rows

_SIMPLE = ("string", "boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "date")
"""Types of a label that the text of a class is given back in."""
_ANSWER = "_by_1"
_PLACE = "_place"


@dataclass(frozen=True)
class Scoring:
    """An open scoring, the version that answers, and the ledger of the rows."""

    row: BatchScoring
    fitted: FittedVersion
    ledger: Ledger | None


def store_answers(context: BatchContext, rows: DataFrame, scoring: Scoring) -> None:
    """Predicts the rows that the batch table does not have as they are, and stores one for each key. rows may hold
    several rows of a key; the newest counts."""
    keys = context.spec.source.keys
    kind = kind_of(context.model.spec)
    own = own_columns(_prediction_type(context), kind.has_probabilities)
    fields = [StructField(name, rows.schema[_written(rows, name)].dataType) for name in keys]
    create_scores(context.tables, context.spec.batch, fields, own)

    new = _not_stored(context, _newest_of_each(rows, scoring, keys), scoring.row)
    kept = [*(_written(rows, name) for name in keys), ROW_KEY, ROW_HASH]
    predicted = predict_rows(kind, new, kept, {_ANSWER: scoring.fitted}, with_probabilities=True)
    stored = context.tables.read(table_of(context.spec.batch)).schema
    values = _values(scoring.row) | {
        "prediction": F.col(_ANSWER).try_cast(stored["prediction"].dataType),
        "probabilities": F.col(f"{_ANSWER}{PROBABILITIES}") if kind.has_probabilities else F.lit(None),
    }
    answered = predicted.select(*(values.get(name, F.col(f"`{name}`")).alias(name) for name in stored.names))
    merge_scores(context.tables, context.spec.batch, answered, keys, scoring.row.seq)


def _values(row: BatchScoring) -> dict[str, Column]:
    return {
        "model_version": F.lit(row.version),
        "run_id": F.lit(row.run_id),
        "scored_at": F.lit(row.at),
        "scoring": F.lit(row.seq).cast("bigint"),
    }


def _prediction_type(context: BatchContext) -> DataType:
    """Numbers, or the type of the label where it names classes."""
    spec = context.model.spec
    kind = kind_of(spec)
    stored = observations.stored_columns(context.tables, spec.source_name) or {}
    label = next((type_ for name, type_ in stored.items() if name.lower() == spec.columns.label.lower()), "string")
    of_class = kind.class_type(label)
    if of_class not in _SIMPLE:
        return kind.prediction_type
    return context.tables.spark.range(0).select(F.lit(None).cast(of_class).alias("prediction")).schema[0].dataType


def _written(rows: DataFrame, name: str) -> str:
    """A column's name as the rows have it."""
    return next(each for each in rows.columns if each.lower() == name.lower())


def _newest_of_each(rows: DataFrame, scoring: Scoring, keys: Sequence[str]) -> DataFrame:
    """One row a key, with `_row_hash`, which names what the version sees of it. Where no key comes twice, no row is
    moved."""
    ledger = scoring.ledger
    there = {name.lower() for name in rows.columns}
    seen = [each.name for each in scoring.fitted.features if each.name.lower() in there]
    named = rows.withColumn(ROW_HASH, fast_hash([*keys, *seen, *([ledger.column] if ledger else [])]))
    if not _comes_twice(rows, keys):
        return named

    order = [F.col(f"`{ledger.column}`").desc()] if ledger else []
    newest = Window.partitionBy(*(F.col(f"`{name}`") for name in keys)).orderBy(*order, F.col(ROW_HASH).desc())
    return named.withColumn(_PLACE, F.row_number().over(newest)).where(F.col(_PLACE) == 1).drop(_PLACE)


def _comes_twice(rows: DataFrame, keys: Sequence[str]) -> bool:
    """Whether a key comes more than once. Only its columns are read and moved."""
    counted = rows.groupBy(*(F.col(f"`{name}`") for name in keys)).agg(F.count(F.lit(1)).alias("_rows"))
    return not counted.where(F.col("_rows") > 1).isEmpty()


def _not_stored(context: BatchContext, rows: DataFrame, scoring: BatchScoring) -> DataFrame:
    """The rows that the table does not have as they are; where every row is scored again, those that it does not have
    of this version."""
    stored = context.tables.read(table_of(context.spec.batch))
    if stored.isEmpty():
        return rows
    if scoring.scope == "all" and context.spec.on_promotion == "rescore":
        stored = stored.where(F.col("model_version") == F.lit(scoring.version))
    return rows.join(stored.select(ROW_HASH), ROW_HASH, "left_anti")
