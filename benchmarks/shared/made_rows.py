"""Rows made of their number alone, the same on every run: about four in a thousand break a rule of their own."""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from retraining.spec.model_spec import ModelSpec
from retraining.spec.read_spec import parse_spec

_RULES = """
    - { rule: not_null, column: x1 }
    - { rule: is_finite, column: x2 }
    - { rule: in_range, column: x3, min: 0, max: 0.999 }
    - { rule: in_range, column: x4, min: 0, max: 0.999 }
    - { rule: in_range, column: y, min: -100, max: 100 }
    - { rule: in_set, column: t1, values: [k0, k1, k2, k3, k4, k5, k6, k7, k8, k9] }
    - { rule: not_blank, column: t2 }
    - { rule: matches, column: t3, pattern: "k[0-9]+" }
    - { rule: max_length, column: t4, max: 12 }
    - { rule: fresh, column: at, within: 20000 days }
"""

_SPEC = """
model: bench
kind: regression
source: {{ table: rows, ledger_column: at, keys: [id] }}
columns: {{ label: y, numeric: [x1, x2, x3] }}
recipe: recipes.ridge.pipeline
schedule: daily
quality:
  rules: {rules}
"""


def benchmark_spec(rules: int = 10) -> ModelSpec:
    """A model of these rows with 10 or 20 rules: the second ten ask the same of other columns."""
    more = _RULES
    for place in range(1, 5):
        more = more.replace(f"x{place} ", f"x{place + 4} ").replace(f"t{place},", f"t{place + 4},")
    more = more.replace("column: y,", "column: x13,").replace("column: at,", "column: at, name: at_fresh_too,")
    return parse_spec(_SPEC.format(rules=_RULES + more if rules == 20 else _RULES), "specs/bench.yml")


def make_rows(spark: SparkSession, rows: int, first: int = 0, numbers: int = 13, texts: int = 4) -> DataFrame:
    """A key, a second of time for each row, a label, and as many numbers and texts: 20 columns unless told."""
    names = [f"x{place}" for place in range(1, numbers + 1)]
    made = spark.range(first, first + rows, numPartitions=4)
    return made.select(
        "id",
        F.timestamp_seconds(F.lit(1_300_000_000) + F.col("id")).alias("at"),
        (_draw("y") * 10).alias("y"),
        *(F.when(_draw(f"null {name}") >= 0.001, _draw(name)).alias(name) for name in names),
        *(F.concat(F.lit("k"), _whole(f"t{place}", 10)).alias(f"t{place}") for place in range(1, texts + 1)),
    )


def _draw(name: str) -> Column:
    """A number in [0, 1) that looks random."""
    return _whole(name, 1_000_003) / 1_000_003


def _whole(name: str, below: int) -> Column:
    return F.pmod(F.xxhash64(F.lit(name), F.col("id")), F.lit(below))
