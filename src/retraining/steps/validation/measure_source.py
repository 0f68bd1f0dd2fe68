"""Counts of a source: one pass over its rows, one over some of its keys, and one over its days, in which the rows of a
key are compared where keys repeat."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.kinds.find_kind import kind_of
from retraining.records.validation import KeySample, SourceFacts
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.ledger_column import is_valid, ledger_day, ledger_literal, ledger_number
from retraining.rules.panel.steps import one_day_a_step
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.model_frame import LABEL, feature_columns, label_column

MOST_DAYS = 20_000
"""Of the days that are looked at: more than fifty years."""
MOST_CLASSES = 51
_SAMPLED_ROWS = 200_000
_BUCKETS = 1_000_000


def measure_source(
    spec: ModelSpec, rows: DataFrame, ledger: Ledger, valid_until: Number | None, watermark: Number | None
) -> SourceFacts:
    """The facts of a source whose columns fit. rows have the label under the spec's name for it."""
    value = F.col(f"`{ledger.column}`")
    valid = is_valid(ledger, valid_until)
    newer = F.lit(True) if watermark is None else value > ledger_literal(ledger, watermark)
    number = F.when(valid, ledger_number(ledger))
    features = feature_columns(spec)

    names = spec.columns.features
    measured = rows.withColumn(LABEL, label_column(spec))
    counts = measured.agg(
        F.count(F.lit(1)).alias("rows"),
        F.min(number).alias("from"),
        F.max(number).alias("to"),
        F.count_if(value.isNull()).alias("missing"),
        F.count_if(value.isNotNull() & ~valid).alias("future"),
        F.count_if(newer).alias("newer"),
        F.count(_known(F.col(LABEL))).alias("labelled"),
        _is_constant(F.col(LABEL)).alias("label_is_constant"),
        *[F.count(_known(each)).alias(f"known_{position}") for position, each in enumerate(features)],
        *[_is_constant(each).alias(f"constant_{position}") for position, each in enumerate(features)],
    ).collect()[0]

    labelled = measured.where(_known(F.col(LABEL)).isNotNull())
    sample = _sample_keys(spec, rows, ledger, counts["rows"])
    repeats = sample.keys < sample.rows
    current = _newest_of_keys(spec, measured.where(valid), ledger) if repeats else labelled.where(valid)
    days, learnable = _days(current, ledger)
    return SourceFacts(
        rows=counts["rows"],
        ledger_from=ledger.to_text(counts["from"]),
        ledger_to=ledger.to_text(counts["to"]),
        ledger_missing=counts["missing"],
        ledger_in_future=counts["future"],
        newer_rows=counts["newer"],
        labelled=counts["labelled"],
        label_is_constant=counts["label_is_constant"],
        learnable=learnable,
        days=_blocks(spec, days),
        classes=None if kind_of(spec).is_numeric else _classes(labelled),
        empty_features=_named(names, [not counts[f"known_{each}"] for each in range(len(names))]),
        constant_features=_named(names, [bool(counts[f"constant_{each}"]) for each in range(len(names))]),
        sample=sample,
    )


def _known(column: Column) -> Column:
    """Null for what is missing; NaN is missing in a number and never a text."""
    return F.when(~F.coalesce(F.isnan(column.try_cast("double")), F.lit(False)), column)


def _is_constant(column: Column) -> Column:
    known = _known(column)
    return (F.count(known) > 1) & (F.min(known) == F.max(known))


def _named(names: Sequence[str], flags: Sequence[bool]) -> tuple[str, ...]:
    return tuple(name for name, flag in zip(names, flags, strict=True) if flag)


def _newest_of_keys(spec: ModelSpec, rows: DataFrame, ledger: Ledger) -> DataFrame:
    """The row of each key with the greatest ledger value, where that one has a label: what ingestion keeps as current.
    Of several such rows any one."""
    keys = [F.col(f"`{key}`") for key in spec.source.keys]
    value = F.col(f"`{ledger.column}`")
    is_labelled = _known(F.col(LABEL)).isNotNull()
    newest = F.max_by(F.struct(value.alias("value"), is_labelled.alias("is_labelled")), value).alias("newest")
    current = rows.groupBy(F.struct(*keys)).agg(newest).where("newest.is_labelled")
    return current.select(F.col("newest.value").alias(ledger.column))


def _days(rows: DataFrame, ledger: Ledger) -> tuple[tuple[date, ...], int]:
    """The newest days of the rows, and how many rows they hold; no days but all rows for a ledger without time."""
    if not ledger.has_time:
        return (), rows.count()

    by_day = rows.groupBy(ledger_day(ledger).alias("day")).agg(F.count(F.lit(1)).alias("rows"))
    newest = by_day.orderBy(F.col("day").desc()).limit(MOST_DAYS).collect()
    return tuple(sorted(row["day"] for row in newest)), sum(row["rows"] for row in newest)


def _blocks(spec: ModelSpec, days: tuple[date, ...]) -> tuple[date, ...]:
    """What a hold-out is counted in: the days, or of a forecast its steps, where those are longer."""
    return days if spec.forecast is None else one_day_a_step(days, spec.forecast.frequency)


def _classes(labelled: DataFrame) -> tuple[tuple[str, int], ...]:
    counted = labelled.groupBy(LABEL).count().orderBy(F.col("count").desc(), LABEL).limit(MOST_CLASSES)
    return tuple((str(row[LABEL]), int(row["count"])) for row in counted.collect())


def _sample_keys(spec: ModelSpec, rows: DataFrame, ledger: Ledger, total: int) -> KeySample:
    """All rows of the keys whose hash falls into a share of the buckets: of few rows all."""
    keys = [F.col(f"`{key}`") for key in spec.source.keys]
    share = min(1.0, _SAMPLED_ROWS / total) if total else 1.0
    chosen = rows.where(F.pmod(F.xxhash64(*keys), F.lit(_BUCKETS)) < F.lit(max(1, int(share * _BUCKETS))))

    key = F.struct(*keys)
    version = F.struct(*keys, F.col(f"`{ledger.column}`"))
    counts = chosen.agg(F.count(F.lit(1)), F.count_distinct(key), F.count_distinct(version)).collect()[0]
    return KeySample(*counts)
