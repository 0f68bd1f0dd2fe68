"""A few quarantined rows of each reason, masked."""

from collections import defaultdict
from collections.abc import Sequence

from pyspark.sql import Column, Window
from pyspark.sql import functions as F

from retraining.adapters.tables.observations import BATCH_SEQ, table_of
from retraining.adapters.tables.tables import Tables
from retraining.rules.ingest.quality import REASONS
from retraining.rules.ingest.row_identity import ROW_KEY

_MOST_SHOWN = 40
_NOT_NUMBERS = ("NaN", "Infinity", "-Infinity")


def masked(column: str) -> Column:
    """Letters as x, digits as 9, what cannot be printed as ?, at most 40 characters; null where there is no value.

    NaN and the infinities are themselves, because they are what is wrong with a number.
    """
    text = F.col(f"`{column}`").try_cast("string")
    shown = F.substring(text, 1, _MOST_SHOWN)
    for pattern, sign in ((r"[\p{L}\p{M}]", "x"), (r"\p{N}", "9"), (r"[^\x20-\x7E]", "?")):
        shown = F.regexp_replace(shown, pattern, sign)
    shown = F.concat(shown, F.when(F.length(text) > _MOST_SHOWN, F.lit("...")).otherwise(F.lit("")))
    return F.when(text.isin(*_NOT_NUMBERS), text).otherwise(shown)


SAMPLED = 10


def sample_quarantined(
    tables: Tables, source: str, batch_seq: int, columns: Sequence[str]
) -> dict[str, list[dict[str, str | None]]]:
    """{reason: up to ten rows}, each {column: masked value}: the same rows on every call. One pass; no value leaves the
    workers unmasked."""
    shown = [masked(name).alias(f"_masked_{place}") for place, name in enumerate(columns)]
    order = Window.partitionBy("_reason").orderBy(
        ROW_KEY, *(F.col(f"_masked_{place}") for place in range(len(columns)))
    )
    rows = (
        tables.read(table_of(source))
        .where((F.col(BATCH_SEQ) == F.lit(batch_seq)) & (F.size(REASONS) > 0))
        .select(F.explode(REASONS).alias("_reason"), ROW_KEY, *shown)
        .withColumn("_place", F.row_number().over(order))
        .where(F.col("_place") <= SAMPLED)
        .orderBy("_reason", "_place")
        .collect()
    )
    found: dict[str, list[dict[str, str | None]]] = defaultdict(list)

    for row in rows:
        found[row["_reason"]].append({name: row[f"_masked_{place}"] for place, name in enumerate(columns)})

    return dict(found)
