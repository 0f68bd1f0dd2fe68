"""Where the rows come from."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictInt,
    StringConstraints,
    ValidationError,
    model_validator,
)

from retraining.spec.csv_section import CsvSection
from retraining.spec.recipe_function import RecipeName
from retraining.spec.section import ColumnName, Length, Name, Section, TableName

MALFORMED_LINE = "malformed_line"
"""Column that holds the text of a line of a file that is not what the schema says; null for every other row."""

COMMIT_VERSION = "commit_version"
IS_DELETED = "is_deleted"
"""Columns of a change feed: the version of the table that a change made, and whether it deleted the key."""

_SQL_TYPES = (
    "string, boolean, tinyint, smallint, int, bigint, float, double, decimal(p,s), date, timestamp, timestamp_ntz"
)


def _is_a_plain_type(text: str) -> str:
    name = text.lower().replace(" ", "")
    if name not in _SQL_TYPES.split(", ") and not re.fullmatch(r"decimal\([1-9][0-9]?,[0-9]{1,2}\)", name):
        raise ValueError(f"{text!r} is not a column type of a file. Write one of {_SQL_TYPES}")
    return name


SqlType = Annotated[str, AfterValidator(_is_a_plain_type)]
"""A column type of Spark SQL that holds one plain value."""


def _as_text(value: object) -> object:
    """YAML reads an unquoted date, time or number as such; the ledger reads text."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _is_a_folder(path: str) -> str:
    if "://" in path or not path.startswith("/") or not path.strip("/"):
        raise ValueError(
            f"{path!r} is not an absolute path of a folder. Write /Volumes/<catalog>/<schema>/<volume>/<folder>"
        )
    if {"..", "."} & set(path.split("/")):
        raise ValueError(f"{path!r} steps through `.` or `..`. Write the folder itself")
    if odd := sorted(set("*?[]{}\\:;,'\"`\n\t") & set(path)):
        raise ValueError(f"{path!r} holds {' '.join(odd)}. Write one folder, without patterns")
    return path.rstrip("/")


Folder = Annotated[str, StringConstraints(max_length=1000), AfterValidator(_is_a_folder)]
"""An absolute path of a folder, of a volume for example."""


def _once_in_any_case(schema: Mapping[str, str]) -> Mapping[str, str]:
    names = [name.lower() for name in schema]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"named more than once: {', '.join(twice)}. Upper and lower case are the same column")
    if MALFORMED_LINE in names:
        raise ValueError(f"`{MALFORMED_LINE}` is the column that lines which cannot be read go to. Remove it")
    return MappingProxyType(dict(schema))


class SourceSection(Section):
    """Rows that are read incrementally by their ledger column: of a Delta table, of files in a folder, or of the
    changes of a Delta table."""

    model_config = ConfigDict(populate_by_name=True)  # `schema` is taken by pydantic itself

    mode: Literal["table", "files", "change_feed"] = "table"
    """table: a Delta table. files: a folder, whose new files land in a Delta table of the bundle's schema first.
    change_feed: a Delta table with change data feed; its versions are the ledger, and deletions are seen."""
    table: TableName | None = None
    """The Delta table, or a view; for the modes table and change_feed."""
    path: Folder | None = None
    """Folder of the files, subfolders included; the names of folders are not columns."""
    format: Literal["csv", "json", "parquet"] | None = None
    """csv: with a header line, unless csv.header is false. json: one object a line."""
    file_schema: (
        Annotated[
            Mapping[ColumnName, SqlType], Field(min_length=1), AfterValidator(_once_in_any_case), PlainSerializer(dict)
        ]
        | None
    ) = Field(None, alias="schema")
    """The files' columns and their types, such as `string`, `bigint`, `double`, `decimal(10,2)`, `date` or `timestamp`;
    parquet files contain them."""
    csv: CsvSection | None = None
    """How CSV files are written, where it differs from what pandas and Excel write."""
    ledger_column: ColumnName
    """Grows with every new or changed row: timestamp, date, integer or decimal (the white paper's ledger column).
    A change feed needs none: its versions are the ledger. A forecast needs none: its time is."""
    keys: tuple[ColumnName, ...] = Field(min_length=1)
    """Columns that name the entity a row is about."""
    prepare: RecipeName | None = None
    """A function DataFrame -> DataFrame that makes the columns of each row, before anything looks at them: keys, ledger
    column, contract, rules and models are those of the rows it returns. One row for each, depending on it alone."""
    name: Name | None = None
    """Key of the watermark and the observations. Default: the name of the source's file, or of the model that the
    source is inside. Models with one source name share one ingestion, and may not describe it differently."""
    initial_value: Annotated[str, BeforeValidator(_as_text)] | None = None
    """Rows with a smaller ledger value are never read."""
    lookback: Annotated[StrictInt, Field(gt=0)] | Length | None = None
    """How far below the watermark every run reads again, for rows that come late: a length of time, or a number for a
    numeric ledger. What is already stored is not stored twice."""
    new_columns: Literal["ignore", "accept", "fail"] = "ignore"
    """What happens to a column that the source did not have at the first ingestion and that no model uses."""
    ignore: tuple[Annotated[str, StringConstraints(min_length=1, max_length=255)], ...] = ()
    """Columns that are never stored, by name in any case; no spec may use them."""
    settle_delay: Length | None = None
    """How much older than the run's clock a row must be before it is read, so that writers that commit out of order
    are done."""

    @property
    def origin(self) -> str:
        """The table or the folder, and who made its columns, for people."""
        prepared = f" (prepared by {self.prepare})" if self.prepare else ""
        return f"{self.path if self.mode == 'files' else self.table}{prepared}"

    @model_validator(mode="before")
    @classmethod
    def _versions_are_the_ledger(cls, value: Any) -> Any:
        feed = isinstance(value, Mapping) and value.get("mode") == "change_feed"
        return {"ledger_column": COMMIT_VERSION, **value} if feed else value

    @model_validator(mode="after")
    def _what_is_needed_is_not_ignored(self) -> "SourceSection":
        needed = {name.lower() for name in (*self.keys, self.ledger_column, MALFORMED_LINE, IS_DELETED)}
        if wrong := [name for name in self.ignore if name.lower() in needed]:
            raise ValueError(f"ignore names `{wrong[0]}`, which ingestion needs. Remove it there")
        return self

    @model_validator(mode="after")
    def _only_csv_files_are_written_like_csv(self) -> "SourceSection":
        if self.csv is not None and self.format != "csv":
            raise ValueError("`csv` says how CSV files are written. Remove it, or say mode: files and format: csv")
        return self

    @model_validator(mode="after")
    def _versions_come_in_order(self) -> "SourceSection":
        if self.mode != "change_feed":
            return self
        if self.ledger_column != COMMIT_VERSION:
            raise ValueError("mode: change_feed takes the table's versions as its ledger. Remove ledger_column")
        if self.lookback is not None or self.settle_delay is not None:
            raise ValueError("mode: change_feed has no late rows. Remove lookback and settle_delay")
        return self

    @model_validator(mode="after")
    def _keys_fit_the_mode(self) -> "SourceSection":
        needed, optional = _KEYS_OF_MODE[self.mode]
        given = {"table": self.table, "path": self.path, "format": self.format, "schema": self.file_schema}
        for key, value in given.items():
            if value is not None and key not in needed | optional:
                fitting = [mode for mode, known in _KEYS_OF_MODE.items() if key in known[0] | known[1]]
                raise ValueError(f"mode: {self.mode} has no `{key}`. Remove it, or say mode: {' or '.join(fitting)}")
        wanted = needed | ({"schema"} if self.format in ("csv", "json") else set())
        missing = [key for key, value in given.items() if key in wanted and value is None]
        if missing:
            raise ValidationError.from_exception_data(
                "SourceSection", [{"type": "missing", "loc": (key,), "input": None} for key in missing]
            )
        return self


_KEYS_OF_MODE: dict[str, tuple[set[str], set[str]]] = {
    "table": ({"table"}, set()),
    "change_feed": ({"table"}, set()),
    "files": ({"path", "format"}, {"schema"}),
}
"""Keys that say where the rows are: those a mode needs, and those it may have."""
