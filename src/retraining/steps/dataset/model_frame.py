"""The columns that a model sees, the same for training, scoring and judging."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.kinds.find_kind import kind_of
from retraining.rules.ingest.row_identity import bucket
from retraining.spec.model_spec import ModelSpec

LABEL = "_label"
RESERVED_SHARE = 4
"""One key in four is reserved: the white paper's split of 3 to 1."""


def feature_columns(spec: ModelSpec) -> list[Column]:
    """Numeric features as doubles, categorical ones as text, in the spec's order."""
    numeric = [F.col(f"`{name}`").try_cast("double").alias(name) for name in spec.columns.numeric]
    return numeric + [F.col(f"`{name}`").try_cast("string").alias(name) for name in spec.columns.categorical]


def label_column(spec: ModelSpec) -> Column:
    """The label as `_label`, in the type of the model's kind."""
    return kind_of(spec).label_column(spec.columns.label).alias(LABEL)


def is_reserved(spec: ModelSpec) -> Column:
    """Whether a row's key is reserved for judging and never trained on."""
    return bucket("reserved", RESERVED_SHARE) == 0 if spec.gate.holdout == "reserved" else F.lit(False)


def labelled(spec: ModelSpec, rows: DataFrame) -> DataFrame:
    """The rows that have a label, with it in `_label`."""
    return rows.withColumn(LABEL, label_column(spec)).where(F.col(LABEL).isNotNull())
