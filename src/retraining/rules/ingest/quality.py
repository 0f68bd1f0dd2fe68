"""Row rules as Spark expressions: which reasons, if any, keep a row out of use."""

import math

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DoubleType, FloatType, StructType

from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.ledger_column import ledger_literal
from retraining.spec.model_spec import ModelSpec
from retraining.spec.quality_section import InRange, InSet, NotNull, Rule

LABEL_MISSING = "label_missing"
LEDGER_MISSING = "ledger_missing"
LEDGER_IN_FUTURE = "ledger_in_future"
LEDGER_REASONS = (LEDGER_MISSING, LEDGER_IN_FUTURE)
CONFLICTING_DUPLICATE = "conflicting_duplicate"


def quarantine_reasons(spec: ModelSpec, schema: StructType, ledger: Ledger, valid_until: Number | None) -> Column:
    """Array of the names of everything wrong with a row, empty for an accepted one.

    Three-valued logic cannot lose a row: an expression that is null counts as not broken, and null itself is only a
    fault where a rule says so.
    """
    broken: list[tuple[str, Column]] = [(LEDGER_MISSING, F.col(f"`{ledger.column}`").isNull())]
    if valid_until is not None:
        broken.append((LEDGER_IN_FUTURE, F.col(f"`{ledger.column}`") > ledger_literal(ledger, valid_until)))
    if spec.columns.label_delay == 0:
        broken.append((LABEL_MISSING, is_missing(spec.columns.label, schema)))
    broken += [(f"{rule.column}_{rule.rule}", _broken(rule, schema)) for rule in spec.quality.rules]
    named = [F.when(F.coalesce(condition, F.lit(False)), F.lit(name)) for name, condition in broken]
    return F.array_compact(F.array(*named))


def is_missing(column: str, schema: StructType) -> Column:
    """Null, or NaN in a floating-point column."""
    value = F.col(f"`{column}`")
    type_ = next(each.dataType for each in schema if each.name.lower() == column.lower())
    return value.isNull() | F.isnan(value) if _is_float(type_) else value.isNull()


def _is_float(type_: DataType) -> bool:
    return isinstance(type_, DoubleType | FloatType)


def _broken(rule: Rule, schema: StructType) -> Column:
    value = F.col(f"`{rule.column}`")
    match rule:
        case NotNull():
            return is_missing(rule.column, schema)
        case InRange(min=low, max=high):
            number = value.try_cast("double")
            outside = (number < F.lit(-math.inf if low is None else low)) | (
                number > F.lit(math.inf if high is None else high)
            )
            not_a_number = value.isNotNull() & (number.isNull() | F.isnan(number))
            return outside | not_a_number
        case InSet(values=values):
            return ~value.try_cast("string").isin([str(each) for each in values])
