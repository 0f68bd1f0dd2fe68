"""Counts what a table holds: one pass over the rows, and one for each question that depends on a guess."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from local_workspace.errors import ParameterError, QueryError
from local_workspace.new_model.guess_columns import MOST_CATEGORIES
from local_workspace.new_model.table_facts import ColumnFacts, LedgerSpan, TableFacts

ERROR = 0.01
"""Of the number of different values."""
ROWS_A_VALUE = 10
"""With fewer rows for each value, the label of a value is often the same by chance."""


def read_facts(spark: SparkSession, table: str, label: str, launcher: str) -> TableFacts:
    """The facts of a table of the bundle's schema, with the link of each column to the label."""
    if not spark.catalog.tableExists(table):
        names = ", ".join(sorted(row["tableName"] for row in spark.sql("show tables").collect())) or "none"
        raise QueryError(
            f"new-model {table}: no such table. There are: {names}. Load your file first: "
            f"{launcher} load my.csv --as {table}"
        )
    types = dict(spark.table(table).dtypes)
    if label not in types:
        raise ParameterError(f"--label {label}: {table} does not have this column. It has: {', '.join(types)}.")

    counts = {f"{kind}{place}": each for place, name in enumerate(types) for kind, each in _counts(name, types[name])}
    row = spark.table(table).agg(F.count(F.lit(1)).alias("rows"), *(each.alias(key) for key, each in counts.items()))
    counted = row.collect()[0]
    if counted["rows"] == 0:
        raise ParameterError(f"new-model {table}: the table has no rows, so there is nothing to guess from.")

    columns = tuple(
        ColumnFacts(name, types[name], counted["rows"] - counted[f"present{place}"], counted[f"distinct{place}"])
        for place, name in enumerate(types)
    )
    facts = TableFacts(table, counted["rows"], columns)
    return _with_links(spark, facts, label)


def is_unique(spark: SparkSession, table: str, columns: Sequence[str]) -> bool:
    """Whether no two rows share the values of the columns."""
    shared = spark.table(table).groupBy(*map(_column, columns)).count().where("count > 1").limit(1)
    return not shared.collect()


def ledger_span(spark: SparkSession, table: str, ledger: ColumnFacts) -> LedgerSpan | None:
    """How the rows are spread over days; None for a ledger without time."""
    if not ledger.is_time:
        return None
    day = _column(ledger.name).cast("date")
    row = spark.table(table).agg(F.count_distinct(day), F.datediff(F.max(day), F.min(day))).collect()[0]
    return LedgerSpan(int(row[0]), int(row[1]) + 1)


def class_counts(spark: SparkSession, table: str, label: str, most: int) -> list[int]:
    """The rows of each class, without their names; none where there are more than `most`."""
    labelled = spark.table(table).where(_column(label).isNotNull())
    counted = labelled.groupBy(_column(label)).count().limit(most + 1).collect()
    return [int(row["count"]) for row in counted] if len(counted) <= most else []


def _counts(name: str, kind: str) -> list[tuple[str, Column]]:
    column = _column(name)
    comparable = column if not kind.startswith(("map", "array", "struct")) else F.to_json(F.array(column))
    return [("present", F.count(column)), ("distinct", F.approx_count_distinct(comparable, ERROR))]


def _with_links(spark: SparkSession, facts: TableFacts, label: str) -> TableFacts:
    """Correlation for numbers where the label is one, and the share of the usual class where the label has classes."""
    own = facts.column(label)
    others = [each for each in facts.columns if each.name != label]
    links: dict[str, float] = {}

    numbers = [each for each in others if each.is_number]
    if own.is_number and numbers:
        pairs = [F.corr(_number(each.name), _number(label)) for each in numbers]
        row = spark.table(facts.table).agg(*pairs).collect()[0]
        links |= {each.name: abs(value) for each, value in zip(numbers, row, strict=True) if _is_known(value)}

    if own.distinct <= MOST_CATEGORIES:
        for each in others:
            if 1 < each.distinct <= min(MOST_CATEGORIES, facts.rows // ROWS_A_VALUE) and not each.is_time:
                links[each.name] = max(links.get(each.name, 0.0), _usual_class(spark, facts.table, each.name, label))

    columns = [
        ColumnFacts(each.name, each.type, each.missing, each.distinct, links.get(each.name)) for each in facts.columns
    ]
    return TableFacts(facts.table, facts.rows, tuple(columns))


def _usual_class(spark: SparkSession, table: str, name: str, label: str) -> float:
    """Share of the rows whose label is the most frequent one among the rows with the same value, beyond what the most
    frequent label of all rows gives: 0 if the column says nothing, 1 if it says everything."""
    rows = spark.table(table).where(_column(label).isNotNull())
    counted = rows.groupBy(_column(name).alias("value"), _column(label).alias("label")).count().collect()

    usual: dict[object, int] = {}
    of_label: dict[object, int] = {}
    for value, own_label, count in counted:
        usual[value] = max(usual.get(value, 0), count)
        of_label[own_label] = of_label.get(own_label, 0) + count

    total = sum(of_label.values())
    most = max(of_label.values())
    return (sum(usual.values()) - most) / (total - most) if total > most else 0.0


def _number(name: str) -> Column:
    return _column(name).cast("double")


def _column(name: str) -> Column:
    return F.col(f"`{name.replace('`', '``')}`")


def _is_known(value: float | None) -> bool:
    return value is not None and not math.isnan(value)
