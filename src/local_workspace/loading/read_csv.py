"""Reads a CSV file in pieces, every value as text. Quotes and line breaks inside quotes are read as pandas does."""

from __future__ import annotations

import bz2
import codecs
import csv
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

import pyarrow as pa
import pyarrow.csv

from local_workspace.errors import LoadError

DELIMITERS = (",", ";", "\t", "|")
UTF8 = "utf8"
BLOCK_BYTES = 16 * 1024 * 1024
"""A piece of the file; no row may be longer."""


@dataclass(frozen=True)
class CsvFormat:
    """How a CSV file is written."""

    encoding: str
    """Python's name of it."""
    delimiter: str | None
    """None: guessed from the header."""


@dataclass(frozen=True)
class CsvHeader:
    """The first line that is not empty."""

    names: tuple[str, ...]
    """As the file writes them."""
    delimiter: str
    """Between the names."""
    lines: int
    """Up to and including the header."""


def read_header(path: Path, format: CsvFormat) -> CsvHeader:
    """The names of the columns; a LoadError for a file without any."""
    with _opened(path, format.encoding) as file:
        try:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    return _header(path, line.rstrip("\r\n"), format.delimiter, number)
        except UnicodeDecodeError as err:
            raise _wrong_encoding(path, format.encoding) from err
    raise LoadError(f"{path}: the file is empty. Expected a header line with the names of the columns.")


def csv_pieces(path: Path, header: CsvHeader, encoding: str) -> Iterator[pa.Table]:
    """The rows in pieces, with columns named by their position. A LoadError names the line of a row that is too short
    or too long."""
    wrong: list[pa.csv.InvalidRow] = []

    def note(row: pa.csv.InvalidRow) -> str:
        wrong.append(row)
        return "skip"

    positions = [str(position) for position in range(len(header.names))]
    with pa.input_stream(str(path), compression=_compression(path)) as stream:
        pieces = _reader(path, stream, header, encoding, note)
        while (piece := _next_piece(path, pieces, encoding)) is not None or wrong:
            if wrong:
                raise LoadError(
                    f"{path}: row {wrong[0].number} of the file has {wrong[0].actual_columns} values, the header has "
                    f"{wrong[0].expected_columns}. Put quotes around values that contain {header.delimiter!r}, or "
                    f"correct the row."
                )
            yield pa.Table.from_batches([piece]).rename_columns(positions)


def _reader(
    path: Path, stream: pa.NativeFile, header: CsvHeader, encoding: str, note: object
) -> Iterator[pa.RecordBatch]:
    positions = [str(position) for position in range(len(header.names))]
    try:
        return cast(
            Iterator[pa.RecordBatch],
            pa.csv.open_csv(
                stream,
                read_options=pa.csv.ReadOptions(
                    column_names=positions,
                    skip_rows=header.lines,
                    block_size=BLOCK_BYTES,
                    use_threads=False,
                    encoding=encoding,
                ),
                parse_options=pa.csv.ParseOptions(
                    delimiter=header.delimiter, newlines_in_values=True, invalid_row_handler=note
                ),
                convert_options=pa.csv.ConvertOptions(
                    column_types={name: pa.string() for name in positions}, null_values=[], strings_can_be_null=False
                ),
            ),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError) as err:
        if "Empty CSV file" in str(err):  # Only a header.
            return iter(())
        raise _unreadable(path, encoding, err) from err


def _next_piece(path: Path, pieces: Iterator[pa.RecordBatch], encoding: str) -> pa.RecordBatch | None:
    """The next piece; None at the end."""
    try:
        return next(pieces, None)
    except (pa.ArrowInvalid, UnicodeDecodeError) as err:
        raise _unreadable(path, encoding, err) from err


def _unreadable(path: Path, encoding: str, err: Exception) -> LoadError:
    """Arrow's own message may quote a row, so it is not shown."""
    if isinstance(err, UnicodeDecodeError) or "UTF8" in str(err):
        return _wrong_encoding(path, encoding)
    return LoadError(
        f"{path}: not readable as CSV, perhaps because a quote is opened and never closed, or because a row is longer "
        f"than {BLOCK_BYTES // 1024 // 1024} MB."
    )


def _wrong_encoding(path: Path, encoding: str) -> LoadError:
    return LoadError(
        f"{path}: not text in {encoding}. If it comes from Windows or an older system, add --encoding cp1252 or "
        f"--encoding latin1; else save it as UTF-8."
    )


def _header(path: Path, line: str, delimiter: str | None, number: int) -> CsvHeader:
    guessed = delimiter or max(DELIMITERS, key=_outside_quotes(line).count)
    if line.count('"') % 2:
        raise LoadError(f"{path}: the name of a column contains a line break. Give it a name on one line.")
    (names,) = csv.reader([line], delimiter=guessed)
    return CsvHeader(tuple(names), guessed, number)


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _opened(path: Path, encoding: str) -> TextIO:
    """The file as text, without the mark that some programs write at the beginning."""
    name = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    openers: dict[str | None, Callable[..., object]] = {"gzip": gzip.open, "bz2": bz2.open}
    return cast(TextIO, openers.get(_compression(path), open)(path, "rt", encoding=name, newline=""))


def _compression(path: Path) -> str | None:
    return {".gz": "gzip", ".bz2": "bz2"}.get(path.suffix.lower())
