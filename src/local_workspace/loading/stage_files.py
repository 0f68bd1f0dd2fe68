"""Turns a user's files into one Parquet file with types, and says what was read and guessed. Needs no Spark.

The files are read twice, in pieces: once to see what fits every value of a column, once to write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from local_workspace.errors import LoadError
from local_workspace.loading.column_names import checked_names, differing_columns
from local_workspace.loading.find_files import FoundFiles
from local_workspace.loading.guess_types import DECIMAL_COMMA, ColumnEvidence, converted
from local_workspace.loading.read_csv import CsvFormat, csv_pieces, read_header
from local_workspace.loading.read_tables import table_pieces
from local_workspace.loading.value_format import ValueFormat

TEXT_FORMATS = ("csv", "json", "excel")
"""In these formats dates and codes are text, so the types of text columns are guessed."""


@dataclass(frozen=True)
class StagedColumn:
    """A column as it will be in the table."""

    name: str
    """As the files write it, without spaces around it."""
    type: str
    """Spark's name of the type, or Arrow's where the file itself has types."""
    missing: int
    """Rows without a value."""
    note: str
    """What was guessed; empty if there is nothing to say."""


@dataclass(frozen=True)
class StagedFiles:
    """What was read."""

    path: Path
    """The Parquet file."""
    rows: int
    """Of all files."""
    columns: tuple[StagedColumn, ...]
    """In the order of the first file."""
    how: str
    """Number and format of the files, for people."""


@dataclass(frozen=True)
class Source:
    """One of the files, with the names that its columns get."""

    path: Path
    format: str
    names: tuple[str, ...]
    csv: CsvFormat

    def pieces(self) -> Iterator[pa.Table]:
        """The rows in pieces, with the names."""
        if self.format == "csv":
            for piece in csv_pieces(self.path, read_header(self.path, self.csv), self.csv.encoding):
                yield piece.rename_columns(list(self.names))
        else:
            for piece in table_pieces(self.path, self.format):
                yield piece.rename_columns(list(self.names))


def stage_files(
    files: FoundFiles,
    target: Path,
    csv: CsvFormat,
    wanted: Mapping[str, str],
    keep_text: frozenset[str] = frozenset(),
    values: ValueFormat = ValueFormat(),  # noqa: B008 - frozen
) -> StagedFiles:
    """Write the rows of all files to the target.

    wanted: the types that text columns must get, by name, because the table exists; the others are guessed.
    keep_text: columns whose values stay text. values: how the texts of CSV, JSON and Excel write values.
    """
    sources = [_source(path, files.format, csv) for path in files.paths]
    _check_same_columns(sources)
    first = sources[0]
    if unknown := sorted(keep_text - set(first.names)):
        raise LoadError(f"--text {unknown[0]}: no such column. The files have: {', '.join(first.names)}.")

    evidence, schema = _evidence(sources, values)
    types = {name: _type_of(name, seen, wanted, keep_text) for name, seen in evidence.items()}
    rows, missing = _write(sources, schema, _Conversion(types, values), target)

    notes = _notes(evidence, keep_text)
    columns = tuple(
        StagedColumn(
            name=name,
            type=types.get(name) or str(schema.field(name).type),
            missing=missing[name],
            note="" if name in wanted or name not in evidence else notes[name],
        )
        for name in first.names
    )
    return StagedFiles(target, rows, columns, _how(files, csv))


def _source(path: Path, format: str, csv: CsvFormat) -> Source:
    is_csv = format == "csv"
    names = read_header(path, csv).names if is_csv else tuple(next(table_pieces(path, format)).column_names)
    return Source(path, format, checked_names(path, names), csv)


def _check_same_columns(sources: list[Source]) -> None:
    """Files of one table have the same columns, in any order."""
    first = sources[0]
    for source in sources[1:]:
        differences = differing_columns(first.names, source.names)
        if differences:
            raise LoadError(
                f"{source.path}: its columns are not those of {first.path}; {differences}. "
                f"Give all files the same columns, or load them into separate tables."
            )


def _notes(evidence: Mapping[str, ColumnEvidence], keep_text: frozenset[str]) -> dict[str, str]:
    """What a person should know of each guess. Decimal commas in one column make the points of another one doubtful."""
    notes = {
        name: "; ".join(seen.read_as_missing) if name in keep_text else seen.note for name, seen in evidence.items()
    }
    if any(DECIMAL_COMMA in seen.hints for seen in evidence.values()):
        doubtful = [name for name, seen in evidence.items() if seen.may_have_thousands and name not in keep_text]
        notes |= dict.fromkeys(doubtful, "perhaps its points are between thousands: --decimal , reads them so")
    return notes


def _evidence(sources: list[Source], values: ValueFormat) -> tuple[dict[str, ColumnEvidence], pa.Schema]:
    """What is known of each text column whose type is guessed, and the common schema of all files."""
    evidence: dict[str, ColumnEvidence] = {}
    schema: pa.Schema | None = None

    for source in sources:
        for piece in source.pieces():
            try:
                schema = pa.unify_schemas([schema or piece.schema, piece.schema], promote_options="permissive")
            except pa.ArrowInvalid as err:
                raise LoadError(f"{source.path}: {err}. The files must have the same types.") from err
            if source.format in TEXT_FORMATS:
                for name in piece.column_names:
                    if piece.schema.field(name).type == pa.string():
                        evidence.setdefault(name, ColumnEvidence(values)).add(piece.column(name).combine_chunks())

    if schema is None:  # CSV files that have only a header.
        schema = pa.schema([(name, pa.string()) for name in sources[0].names])
    return evidence, schema


def _type_of(name: str, seen: ColumnEvidence, wanted: Mapping[str, str], keep_text: frozenset[str]) -> str:
    if name in keep_text:
        return "string"
    if name in wanted and not seen.fits(wanted[name]):
        raise LoadError(
            f"column `{name}`: the table has the type {wanted[name]}, and the files hold values of another type "
            f"({seen.type_name}). Correct the files, or load all files again with --replace."
        )
    return wanted.get(name, seen.type_name)


@dataclass(frozen=True)
class _Conversion:
    """What the values of text columns become."""

    types: Mapping[str, str]
    """By column."""
    values: ValueFormat
    """How they are written."""


def _write(
    sources: list[Source], schema: pa.Schema, conversion: _Conversion, target: Path
) -> tuple[int, dict[str, int]]:
    """Write the file; return the number of rows, and by column how many have no value."""
    rows = 0
    missing = dict.fromkeys(sources[0].names, 0)
    writer: pq.ParquetWriter | None = None

    target.parent.mkdir(parents=True, exist_ok=True)
    for piece in (piece for source in sources for piece in source.pieces()):
        table = pa.table({name: _column(piece, name, schema, conversion) for name in sources[0].names})
        writer = writer or pq.ParquetWriter(target, table.schema)
        writer.write_table(table)
        rows += len(table)
        for name in missing:
            missing[name] += table.column(name).null_count

    if writer is None or rows == 0:
        raise LoadError(f"{sources[0].path}: there are no rows, only the names of the columns. Nothing was loaded.")
    writer.close()
    return rows, missing


def _column(piece: pa.Table, name: str, schema: pa.Schema, conversion: _Conversion) -> pa.Array | pa.ChunkedArray:
    column = piece.column(name)
    if name in conversion.types and column.type == pa.string():
        return converted(column.combine_chunks(), conversion.types[name], conversion.values)
    return column.cast(schema.field(name).type)


def _how(files: FoundFiles, csv: CsvFormat) -> str:
    number = "1 file" if len(files.paths) == 1 else f"{len(files.paths)} files"
    if files.format != "csv":
        return f"{number} ({files.format})"
    header = read_header(files.paths[0], csv)
    delimiter = {"\t": "tabs"}.get(header.delimiter, f"`{header.delimiter}`")
    return f"{number} (csv, separated by {delimiter})"
