"""What files say of themselves before they land: their columns, and whether their text can be read."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from csv import Error as CsvError
from csv import reader as read_csv
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from retraining.errors import SourceError
from retraining.spec.csv_section import CsvSection

FILE = "_file"
_MOST_NAMED = 200
"""Files that a query names; with more of them it reads the folder and joins."""
_AT_ONCE = 8
_MOST_ODD = 1_000


@dataclass(frozen=True)
class Expected:
    """What text files should be like. csv: how they are written, None for JSON; header: the names of their first line,
    none where they have no header; keys: those that a JSON file must name."""

    csv: CsvSection | None = None
    header: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class TextFile:
    """What may be wrong with a text file. bad_lines: lines that are not UTF-8; open_quote: a quote that is not closed
    somewhere; missing: the keys that no line names; header: the fields of the first line, where it has to be one."""

    name: str
    bad_lines: int
    open_quote: bool
    missing: tuple[str, ...]
    header: tuple[str, ...] = ()


def new_files(listed: DataFrame, landed: DataFrame | None) -> DataFrame:
    """`_file` of the files that have not landed yet."""
    names = listed.select(FILE)
    return names if landed is None else names.join(landed.select(FILE).distinct(), FILE, "left_anti")


def schema_of_each(spark: SparkSession, files: DataFrame) -> Iterator[tuple[str, StructType | None]]:
    """Every Parquet file with its columns; None for one that cannot be opened. Some at once, so that what is held here
    does not grow with the files. Raises SourceError as schema_of does."""
    names = (row[FILE] for row in files.orderBy(FILE).toLocalIterator())
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while some := list(islice(names, _AT_ONCE * 8)):
            yield from zip(some, pool.map(lambda name: schema_of(spark, name), some), strict=True)


def schema_of(spark: SparkSession, name: str) -> StructType | None:
    """Columns of one Parquet file; None when it cannot be opened. Raises SourceError for a type that Spark does not
    read."""
    try:
        return spark.read.parquet(escaped(unquote(name))).schema
    except Exception as err:  # a file that is not Parquet is an error of another class on each lane
        if "PARQUET_TYPE_ILLEGAL" in str(err):
            raise _illegal_type(name, str(err)) from err
        return None


def escaped(path: str) -> str:
    """A path that Spark takes for itself, not for a pattern."""
    return re.sub(r"([\[\]{}*?\\])", r"\\\1", path)


def odd_text_files(spark: SparkSession, folder: str, files: DataFrame, expected: Expected) -> list[TextFile]:
    """The text files among them with anything that is not plainly right, at most a thousand. One pass over their
    bytes; nothing is parsed but first lines."""
    names = [row[FILE] for row in files.limit(_MOST_NAMED + 1).collect()]
    if not names:
        return []
    path = F.col("_metadata.file_path")
    csv = expected.csv
    keys = expected.keys
    lines = spark.read.format("text").option("recursiveFileLookup", "true").load(folder)
    at_the_start = F.col("_metadata.file_block_start") == 0
    place = F.when(at_the_start & (F.trim("value") != ""), F.monotonically_increasing_id())
    lines = lines.select("value", path.alias(FILE), place.alias("place"))
    few = len(names) <= _MOST_NAMED
    lines = lines.where(F.col(FILE).isin(names)) if few else lines.join(files, FILE, "left_semi")

    value = F.col("value")
    quotes = _quotes(value, csv) if csv is not None and csv.multiline else F.lit(0)
    named = [_says(value, key).alias(f"_key_{number}") for number, key in enumerate(keys)]
    first = F.min_by(value, F.col("place"))  # lines of one part of a file are counted in their order
    facts = lines.groupBy(FILE).agg(
        F.count_if(~F.is_valid_utf8(value)).alias("bad_lines"),
        F.sum(quotes).alias("quotes"),
        first.cast("binary").alias("first"),
        F.coalesce(_is_other_header(first, expected), F.lit(False)).alias("is_other"),
        *named,
    )
    odd = (F.col("bad_lines") > 0) | (F.col("quotes") % 2 == 1) | F.col("is_other")
    for number in range(len(keys)):
        odd = odd | ~F.col(f"_key_{number}")
    rows = facts.where(odd).orderBy(FILE).limit(_MOST_ODD).collect()
    return [
        TextFile(
            row[FILE],
            row["bad_lines"],
            row["quotes"] % 2 == 1,
            tuple(key for number, key in enumerate(keys) if not row[f"_key_{number}"]),
            _fields(bytes(row["first"]), csv) if csv is not None and row["is_other"] else (),
        )
        for row in rows
    ]


def _is_other_header(first: Column, expected: Expected) -> Column:
    """Whether a first line is not plainly the header. Some that are it, with a delimiter in a name, are looked at."""
    csv = expected.csv
    if csv is None or not expected.header:
        return F.lit(False)
    plain = F.lower(F.rtrim(F.replace(first, F.lit(csv.quote), F.lit(""))))
    return plain != F.lit(csv.delimiter.join(expected.header).lower())


def _fields(line: bytes, csv: CsvSection) -> tuple[str, ...]:
    """The fields of a first line. UTF-16 ends a line inside a sign of two bytes, so half a sign may be left."""
    whole = line[: len(line) - len(line) % 2] if csv.encoding == "UTF-16" else line
    text = whole.decode(csv.encoding, errors="replace").lstrip("\ufeff").strip("\r\n")
    escape = None if csv.escape == csv.quote else csv.escape
    try:
        fields = next(read_csv([text], delimiter=csv.delimiter, quotechar=csv.quote, escapechar=escape), [])
    except CsvError:
        return ("",)
    return tuple(fields) or ("",)


def _says(value: Column, key: str) -> Column:
    """Whether any line holds the key of a JSON object, as it is or with its letters escaped."""
    return F.max(value.contains(f'"{key}"') | value.contains(json.dumps(key)))


def _quotes(value: Column, csv: CsvSection) -> Column:
    """Quotes of a line, without the escaped ones. In a file they are even: each one is closed, or doubled."""
    if csv.escape != csv.quote:
        value = F.replace(value, F.lit(csv.escape + csv.quote), F.lit(""))
    return F.length(value) - F.length(F.replace(value, F.lit(csv.quote), F.lit("")))


def _illegal_type(name: str, said: str) -> SourceError:
    if "NANOS" in said:
        return SourceError(
            f"{unquote(name)} holds times in nanoseconds, which Spark does not read. Nothing was ingested and the "
            f"watermark is unchanged. Write microseconds: in pandas df.to_parquet(path, coerce_timestamps='us', "
            f"allow_truncated_timestamps=True)."
        )
    found = said.partition("Illegal Parquet type: ")[2].splitlines()
    return SourceError(
        f"{unquote(name)} holds a column of the Parquet type {found[0][:80] if found else 'unknown'}, which Spark does "
        f"not read. Nothing was ingested and the watermark is unchanged. Write the file again without that column, or "
        f"with another type."
    )
