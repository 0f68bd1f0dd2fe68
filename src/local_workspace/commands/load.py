"""`load`: files of a user become a Delta table in the bundle's schema."""

from __future__ import annotations

import argparse
import codecs
import shutil
import uuid
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


def _load(
    spark: SparkSession, files: FoundFiles, table: str, options: argparse.Namespace, folder: Path
) -> tuple[StagedFiles, LoadedTable]:
    from local_workspace.loading.load_table import check_table, load_table, text_types
    from local_workspace.loading.read_csv import CsvFormat
    from local_workspace.loading.stage_files import stage_files

    check_table(spark, table, options.append, options.replace)
    wanted = text_types(spark, table) if options.append else {}
    csv = CsvFormat(options.encoding, options.delimiter)
    staged = stage_files(files, folder / "rows.parquet", csv, wanted, frozenset(options.text))
    return staged, load_table(spark, staged.path, table, options.append)


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
    print_line(console, f'\nLook at it:       {LAUNCHER} sql "select * from {options.table}"')
    print_line(console, f"Make a model:     {LAUNCHER} new-model {options.table} --name <model> --label <column>")
