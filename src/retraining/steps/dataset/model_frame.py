"""The columns that a model sees, the same for training, scoring and judging: numbers as doubles, categories as text."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.kinds.find_kind import kind_of
from retraining.rules.gate.holdout import RESERVED_SHARE
from retraining.rules.ingest.row_identity import bucket
from retraining.spec.model_spec import ModelSpec
from served_model.column_values import GREATEST_NUMBER, Feature

LABEL = "_label"


def features_of_spec(spec: ModelSpec, rows: DataFrame) -> tuple[Feature, ...]:
    """The spec's features in its order, with the types that they have in the rows."""
    numeric = tuple(Feature(name, type_in(rows, name), True) for name in spec.columns.numeric)
    return numeric + tuple(Feature(name, type_in(rows, name), False) for name in spec.columns.categorical)


def type_in(rows: DataFrame, column: str) -> str:
    """A column's type as Spark SQL writes it; void where there is no such column. Spark does not heed upper case."""
    found = [field.dataType.simpleString() for field in rows.schema if field.name.lower() == column.lower()]
    return found[0] if found else "void"


def feature_columns(spec: ModelSpec) -> list[Column]:
    """The spec's features in its order, under their own names."""
    numeric = [_number(F.col(f"`{name}`")).alias(name) for name in spec.columns.numeric]
    return numeric + [F.col(f"`{name}`").try_cast("string").alias(name) for name in spec.columns.categorical]


def columns_of_features(features: Sequence[Feature], rows: DataFrame) -> list[Column]:
    """Features as a version was fitted on them, under their own names. A column that the rows do not have has no
    value."""
    there = {name.lower() for name in rows.columns}
    found = [F.col(f"`{each.name}`") if each.name.lower() in there else F.lit(None) for each in features]
    return [
        (_number(column) if each.is_numeric else column.try_cast("string")).alias(each.name)
        for each, column in zip(features, found, strict=True)
    ]


def _number(column: Column) -> Column:
    """A double. An infinite value, or one that 32 bits cannot hold, is none: no estimator can compute with it."""
    number = column.try_cast("double")
    return F.when(F.isnan(number) | (F.abs(number) <= F.lit(GREATEST_NUMBER)), number)


def label_column(spec: ModelSpec) -> Column:
    """The label as `_label`, in the type of the model's kind."""
    return kind_of(spec).label_column(spec.columns.label).alias(LABEL)


def is_reserved(spec: ModelSpec) -> Column:
    """Whether a row's key is reserved for judging and never trained on."""
    return bucket("reserved", RESERVED_SHARE) == 0 if spec.gate.holdout == "reserved" else F.lit(False)


def labelled(spec: ModelSpec, rows: DataFrame) -> DataFrame:
    """The rows that have a label, with it in `_label`."""
    return rows.withColumn(LABEL, label_column(spec)).where(F.col(LABEL).isNotNull())
