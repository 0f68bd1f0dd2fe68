"""Do the columns of a file fit those that its source has landed so far, or those of source.schema?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retraining.errors import SourceError
from retraining.rules.ingest.storable import why_not_stored
from retraining.rules.ingest.widening import widens
from retraining.spec.feed import Feed

_UNTOUCHED = "No file of this run has landed, and the watermark is unchanged."


@dataclass(frozen=True)
class FileColumns:
    """Names of a file's columns. added: new ones that are to be landed; wider: those whose type takes in the landed
    one; unfit: those of another type, which no spec uses."""

    added: tuple[str, ...] = ()
    wider: tuple[str, ...] = ()
    unfit: tuple[str, ...] = ()


def compare_file(feed: Feed, file: str, found: Mapping[str, str], landed: Mapping[str, str]) -> FileColumns:
    """What a file changes. found and landed map columns to Spark type names; the case of names does not matter. Raises
    SourceError where a column that is used is missing or of another type, or a new one is not wanted."""
    now = {name.lower(): type_ for name, type_ in found.items()}
    known = {name.lower(): type_ for name, type_ in landed.items()}
    for name, then in landed.items():
        if name.lower() not in now and _is_needed(feed, name):
            raise SourceError(
                f"{file} has no column `{name}`, which earlier files hold as {then}. {_UNTOUCHED} Write the file again "
                f"with that column (null where it has no value), or take it away; {_OR_IGNORE}"
            )

    new = [name for name in found if name.lower() not in known and why_not_stored(name, found[name]) is None]
    new = [name for name in new if name.lower() not in {each.lower() for each in feed.source.ignore}]
    unexpected = [name for name in new if not feed.uses(name)]
    if unexpected and feed.source.new_columns == "fail":
        raise SourceError(
            f"{file} has new columns {', '.join(f'`{name}`' for name in unexpected)}, and source.new_columns is fail. "
            f"{_UNTOUCHED} Set it to accept or ignore, list them under source.ignore, or write the file again without "
            f"them."
        )

    added = tuple(name for name in new if feed.source.new_columns == "accept" or feed.uses(name))
    shared = [name for name in found if name.lower() in known]
    wider = tuple(name for name in shared if widens(known[name.lower()], found[name]))
    unfit = tuple(name for name in shared if not _is_read(found[name], known[name.lower()]) and name not in wider)
    for name in unfit:
        if _is_needed(feed, name):
            raise SourceError(
                f"{file} holds column `{name}` as {found[name]}, earlier files as {known[name.lower()]}. {_UNTOUCHED} "
                f"Write the file again with {known[name.lower()]}, or take it away; {_OR_IGNORE}"
            )
    return FileColumns(added, wider, unfit)


def why_not_header(found: Sequence[str], schema: Sequence[str]) -> str | None:
    """Why the first line of a CSV file is not the header of a schema, as the end of a sentence about the file; None
    where it is. Without a header that line is a row, so nothing is quoted but names of the schema."""
    names = [name.lower() for name in found]
    wanted = [name.lower() for name in schema]
    if names == wanted:
        return None
    if not any(name.strip() for name in names):
        return "is empty: its first line names no column"

    missing = [name for name in schema if name.lower() not in names]
    if len(missing) == len(schema):
        return "has none of the names of source.schema in its first line (without a header, say csv: { header: false })"
    unknown = len([name for name in names if name not in wanted])
    if missing or unknown:
        lacks = [f"lacks {', '.join(f'`{name}`' for name in missing)}"] if missing else []
        has = [f"has {unknown} names that are not in source.schema"] if unknown else []
        return f"{' and '.join([*lacks, *has])} in its first line"
    if len(names) != len(wanted):
        return "names a column twice in its first line"
    moved = next(name for name, now in zip(schema, names, strict=True) if name.lower() != now)
    return f"has its columns in another order than source.schema, from `{moved}` on"


_OR_IGNORE = "or list the column under source.ignore, where no spec uses it."


def _is_needed(feed: Feed, name: str) -> bool:
    """A function of source.prepare may read any column."""
    if name.lower() in {each.lower() for each in feed.source.ignore}:
        return False
    return feed.source.prepare is not None or feed.uses(name)


def _is_read(now: str, landed: str) -> bool:
    return now == landed or widens(now, landed)
