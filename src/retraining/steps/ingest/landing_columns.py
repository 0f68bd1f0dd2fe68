"""The columns that files land with, before any of them lands: what the spec or the first file says, and what later
files bring."""

from dataclasses import dataclass, replace
from urllib.parse import unquote

from pyspark.sql import DataFrame
from pyspark.sql.types import StructField, StructType

from retraining.adapters.sources.files import LANDING_COLUMNS, Landing, columns_of_files, landing_schema, not_parquet
from retraining.adapters.sources.new_files import schema_of_each
from retraining.adapters.tables.changed_columns import fit_to_columns
from retraining.adapters.tables.tables import Tables
from retraining.errors import SourceError
from retraining.rules.ingest.file_columns import compare_file
from retraining.rules.ingest.storable import why_not_stored
from retraining.rules.ingest.widening import widens
from retraining.spec.feed import Feed
from retraining.spec.source_section import MALFORMED_LINE


@dataclass(frozen=True)
class LandingColumns:
    """The columns to read, and what is to be said of those that are left out."""

    columns: StructType
    notes: tuple[str, ...] = ()


def columns_to_land(
    tables: Tables, feed: Feed, landing: Landing, listed: DataFrame, waiting: DataFrame
) -> LandingColumns:
    """The columns of the files, whose table is made or changed to hold them.

    waiting: `_file` of those that have not landed. Raises SourceError for a file that lacks a column that is used or
    has it in another type, for a new column where source.new_columns is fail, and for a source.schema that the table
    cannot take in.
    """
    notes: list[str] = []
    if not tables.exists(landing.name):
        said = columns_of_files(tables.spark, landing, listed)
        left_out = {each.name: why for each in said if (why := why_not_stored(each.name, _type(each)))}
        notes += [f"column {name!r} of {landing.path} {why}, so it is left out" for name, why in left_out.items()]
        kept = StructType([each for each in said if each.name not in left_out])
        tables.create(landing.name, landing_schema(landing, kept), append_only=False)
        if landing.schema is not None:
            return LandingColumns(kept, tuple(notes))
        # None of the first files is earlier than another: together they say the columns.
        accepting = feed.source.model_copy(update={"new_columns": "accept"})
        feed = replace(feed, source=accepting)

    if landing.schema is not None:
        return _as_the_spec_says(tables, feed, landing, columns_of_files(tables.spark, landing, listed))
    found = _as_files_bring(tables, feed, landing, waiting)
    return LandingColumns(found.columns, (*notes, *found.notes))


def _as_the_spec_says(tables: Tables, feed: Feed, landing: Landing, said: StructType) -> LandingColumns:
    """In the order of the spec, which is that of the fields of a line."""
    fit_to_columns(tables, landing.name, said)
    landed = _types(_landed(tables, landing))
    types = {each.name.lower(): _type(each) for each in said}
    unfit = [name for name, type_ in types.items() if landed[name] != type_ and not widens(type_, landed[name])]
    gone = [name for name in landed if name not in types]
    wrong = [*unfit, *(name for name in gone if feed.uses(name))]
    if wrong:
        table = tables.name(landing.name)
        raise SourceError(
            f"source.schema and {table} differ in {', '.join(f'`{name}`' for name in wrong)}. Nothing was ingested. "
            f"Bring the spec back, or give the source another `name`, which lands all files again."
        )
    notes = tuple(f"column `{name}` is no longer in source.schema, so null is stored" for name in gone)
    return LandingColumns(said, notes)


def _as_files_bring(tables: Tables, feed: Feed, landing: Landing, waiting: DataFrame) -> LandingColumns:
    notes: list[str] = []
    unfit: set[str] = set()
    changed: dict[str, StructField] = {}
    known = _types(_landed(tables, landing))

    for file, schema in schema_of_each(tables.spark, waiting):
        if schema is None:
            raise not_parquet(file)
        fields = {each.name: each for each in schema}
        found = compare_file(feed, unquote(file), {name: _type(each) for name, each in fields.items()}, known)
        for name in (*found.added, *found.wider):
            changed[name.lower()] = fields[name]
            known[name.lower()] = _type(fields[name])
        for name in found.unfit:
            if name.lower() not in unfit:
                notes.append(f"column `{name}` of {unquote(file)} has another type than before; null is stored")
            unfit.add(name.lower())

    if changed:
        fit_to_columns(tables, landing.name, StructType([*changed.values()]))
    columns = [each for each in _landed(tables, landing) if each.name.lower() not in unfit]
    return LandingColumns(StructType(columns), tuple(notes))


def _landed(tables: Tables, landing: Landing) -> StructType:
    own = {*LANDING_COLUMNS, MALFORMED_LINE} if landing.reader.has_lines else {*LANDING_COLUMNS}
    return StructType([each for each in tables.read(landing.name).schema if each.name not in own])


def _types(columns: StructType) -> dict[str, str]:
    return {each.name.lower(): _type(each) for each in columns}


def _type(column: StructField) -> str:
    return str(column.dataType.simpleString())
