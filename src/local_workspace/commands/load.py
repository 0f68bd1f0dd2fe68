"""`load`: files of a user become a Delta table in the bundle's schema."""

from __future__ import annotations

import argparse
import codecs
import shutil
import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from local_workspace.bundle.table_names import bundle_schema, checked_table_name
from local_workspace.commands.command import (
    LAUNCHER,
    add_bundle_options,
    add_state_option,
    bundle_of,
    print_line,
    state_of,
)
from local_workspace.errors import ParameterError
from local_workspace.loading.column_names import name_note
from local_workspace.loading.find_files import FoundFiles, find_files
from local_workspace.loading.value_format import MISSING, ValueFormat, date_pattern

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from local_workspace.loading.load_table import LoadedTable
    from local_workspace.loading.stage_files import StagedFiles

SUMMARY = "load CSV, Parquet or other files into a table"
EXAMPLES = (
    "load my.csv --as my_table",
    "load weather/ --as weather --append",
    "load 'sales/2024-*.csv.gz' --as sales --text zip_code --replace",
    "load export.parquet --as measurements",
    "load verkauf.csv --as sales --delimiter ';' --decimal , --date-format dd.mm.yyyy --encoding cp1252",
    "load visitors.csv --as visitors --missing '?' --missing -",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Files, the table's name, and what to do if it exists."""
    parser.add_argument(
        "files", nargs="+", help="files, folders or patterns: csv, tsv, parquet, json, jsonl, feather, orc, xlsx, dta"
    )
    parser.add_argument("--as", dest="table", required=True, metavar="TABLE", help="the table's name")
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument("--append", action="store_true", help="add the rows that the table does not have yet")
    existing.add_argument("--replace", action="store_true", help="load the table again, without its present rows")
    parser.add_argument(
        "--text", action="append", default=[], metavar="COLUMN", help="a column that stays text; may be repeated"
    )
    parser.add_argument("--delimiter", help="between the values of a CSV file (default: guessed from its header)")
    parser.add_argument(
        "--decimal",
        choices=(".", ","),
        help="before decimals; the other sign may then be between thousands (default: a point, and nothing between)",
    )
    parser.add_argument("--date-format", help="of dates, such as dd.mm.yyyy or mm/dd/yyyy (2024-01-31 is always read)")
    parser.add_argument(
        "--missing",
        action="append",
        metavar="TEXT",
        help=f"means that there is no value, as an empty text always does; may be repeated (default: "
        f"{', '.join(MISSING)})",
    )
    parser.add_argument("--encoding", default="utf8", help="of CSV files, such as cp1252 (default: utf8)")
    add_state_option(parser)
    add_bundle_options(parser)


def execute(options: argparse.Namespace) -> int:
    """Load the files and say what is in the table."""
    table = checked_table_name("--as", options.table)
    _check_format(options)
    files = find_files(options.files)
    bundle = bundle_of(options)
    catalog, schema = bundle_schema(bundle)
    state = state_of(options).resolve()

    from local_workspace.workspace import open_spark  # Imports Spark.

    folder = state / "tmp" / f"load_{uuid.uuid4().hex}"
    try:
        with open_spark(bundle, state) as spark:
            staged, loaded = _load(spark, files, f"`{catalog}`.`{schema}`.`{table}`", options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

    _print(Console(), options, staged, loaded, f"{catalog}.{schema}.{table}")
    return 0


def _check_format(options: argparse.Namespace) -> None:
    try:
        codecs.lookup(options.encoding)
    except LookupError as err:
        raise ParameterError(
            f"--encoding {options.encoding}: Python does not know it. Expected utf8, latin1, cp1252 or utf-16."
        ) from err

    options.delimiter = {"\\t": "\t", "tab": "\t"}.get(options.delimiter, options.delimiter)
    if options.delimiter is not None and len(options.delimiter) != 1:
        raise ParameterError(f"--delimiter {options.delimiter}: expected one character, or tab.")
    options.values = _given_values(options)


def _given_values(options: argparse.Namespace) -> dict[str, object]:
    """The fields of a ValueFormat that a person named."""
    given = {
        "decimal": options.decimal,
        "date_pattern": date_pattern(options.date_format) if options.date_format is not None else None,
        "missing": tuple(options.missing) if options.missing is not None else None,
    }
    return {name: value for name, value in given.items() if value is not None}


def _load(
    spark: SparkSession, files: FoundFiles, table: str, options: argparse.Namespace, folder: Path
) -> tuple[StagedFiles, LoadedTable]:
    from local_workspace.loading.load_table import check_table, format_of, load_table, text_types
    from local_workspace.loading.read_csv import CsvFormat
    from local_workspace.loading.stage_files import stage_files

    check_table(spark, table, options.append, options.replace)
    wanted = text_types(spark, table) if options.append else {}
    csv = CsvFormat(options.encoding, options.delimiter)
    values = replace(format_of(spark, table) if options.append else ValueFormat(), **options.values)
    staged = stage_files(files, folder / "rows.parquet", csv, wanted, frozenset(options.text), values)
    return staged, load_table(spark, staged.path, table, options.append, values)


def _print(
    console: Console, options: argparse.Namespace, staged: StagedFiles, loaded: LoadedTable, full_name: str
) -> None:
    """Rows, columns, types, guesses, and what to do next."""
    names = [column.name for column in staged.columns]
    width = max(map(len, ("column", *names))) + 2
    kinds = max(len(kind) for kind in ("type", *loaded.types.values())) + 2

    print_line(console, f"{full_name}: {loaded.rows:,} rows, {len(names)} columns, read from {staged.how}\n")
    print_line(console, f"  {'column':<{width}}{'type':<{kinds}}{'missing':>8}  guessed")
    for column in staged.columns:
        note = "; ".join(filter(None, (column.note, name_note(column.name))))
        line = f"  {column.name:<{width}}{loaded.types[column.name]:<{kinds}}{column.missing:>8,}  {note}"
        print_line(console, line.rstrip())

    present = staged.rows - loaded.new_rows
    if options.append:
        print_line(console, f"\n{loaded.new_rows:,} rows are new; {present:,} were in the table already.")
    if options.replace:
        print_line(
            console,
            f"\nThe table was loaded again. A model that has read it before continues after\n"
            f'  {LAUNCHER} run repair --params model=<model> action=rebaseline reason="loaded again"',
        )
    for line in next_steps(options.table, options.append):
        print_line(console, line)


def next_steps(table: str, append: bool) -> list[str]:
    """What people do with the table now: a new one gets a model, more rows of one are learned from."""
    learn = "run retraining --params model=<model>"
    step = (
        ("Learn from them:", learn)
        if append
        else ("Make a model:", f"new-model {table} --name <model> --label <column>")
    )
    steps = [("Look at it:", f'sql "select * from {table}"'), step]
    return ["", *(f"{what:<17}{LAUNCHER} {command}" for what, command in steps)]
