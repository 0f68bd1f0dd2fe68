"""`sql`: one query, printed as a table or as CSV. It reads only."""

from __future__ import annotations

import argparse
import csv
import logging
import re
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from local_workspace.bundle.table_names import bundle_schema
from local_workspace.commands.command import LAUNCHER, add_bundle_options, add_state_option, bundle_of, state_of
from local_workspace.errors import ParameterError, QueryError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SUMMARY = "print the rows of a query"
EXAMPLES = (
    'sql "select * from my_table"',
    """sql 'select station, avg(`wind speed`) from weather group by station'""",
    'sql "show tables"',
    'sql "select model, action, reasons from decisions order by seq desc" --rows 5',
    'sql "select * from events" --csv > events.csv',
)

ROWS = 50
SPARKS_LOGGER = "SQLQueryContextLogger"
"""It prints the Java trace of each wrong query."""

READS = re.compile(
    r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(select|with|from|values|table|show|describe|desc|explain)\b",
    re.IGNORECASE | re.DOTALL,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The query and how it is printed."""
    parser.add_argument("query", help="SQL that reads; names without a schema mean tables of the bundle's schema")
    parser.add_argument("--rows", type=int, help=f"most rows to print (default: {ROWS}; all with --csv)")
    parser.add_argument("--csv", action="store_true", help="print CSV with a header instead of a table")
    add_state_option(parser)
    add_bundle_options(parser)


def execute(options: argparse.Namespace) -> int:
    """Run the query and print its rows."""
    query = options.query.strip().rstrip(";")
    if not READS.match(query):
        raise ParameterError(
            f"sql: a query starts with select, with, show or describe; found {query.split(' ')[0] or 'nothing'!r}. "
            f"This command only reads. To load a table again, see `{LAUNCHER} load --help`."
        )
    if options.rows is not None and options.rows < 1:
        raise ParameterError(f"--rows {options.rows}: expected a number from 1.")

    bundle = bundle_of(options)
    _, schema = bundle_schema(bundle)
    from pyspark.errors import PySparkException

    from local_workspace.workspace import open_spark

    logging.getLogger(SPARKS_LOGGER).setLevel(logging.CRITICAL)
    with open_spark(bundle, state_of(options)) as spark:
        try:
            _print(spark.sql(query), options)
        except PySparkException as err:
            raise QueryError(_in_words(spark, err, schema)) from err
    return 0


def _print(rows: DataFrame, options: argparse.Namespace) -> None:
    if options.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(rows.columns)
        limited = rows if options.rows is None else rows.limit(options.rows)
        writer.writerows([_text(value) for value in row] for row in limited.toLocalIterator())
        return

    from local_workspace.notebook.display import shown_as_text

    sys.stdout.write(shown_as_text(rows, limit=options.rows or ROWS) + "\n")


def _text(value: object) -> str:
    """As `load` reads it again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value.isoformat(sep=' ')}Z" if isinstance(value, datetime) else str(value)


def _in_words(spark: SparkSession, err: Exception, schema: str) -> str:
    """Spark's sentence, and which tables there are if one was not found."""
    sentence = next((line for line in str(err).splitlines() if line.strip()), type(err).__name__)
    sentence = re.sub(r"\s*SQLSTATE: \w+.*$", "", sentence)
    if "TABLE_OR_VIEW_NOT_FOUND" not in sentence:
        return sentence

    names = sorted(row["tableName"] for row in spark.sql("show tables").collect())
    listed = ", ".join(names) or f"none yet; `{LAUNCHER} load` makes one"
    return f"{sentence.split('.')[0]}. Tables of {schema}: {listed}."
