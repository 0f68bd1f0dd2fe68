"""Does the source have the columns and types that the spec and earlier batches rely on?"""

from collections.abc import Mapping
from dataclasses import dataclass

from retraining.errors import ContractError
from retraining.kinds.find_kind import kind_of
from retraining.rules.ingest.ledger import Ledger, LedgerType
from retraining.spec.feed import Feed

UNTOUCHED = "Nothing was ingested and the watermark is unchanged."
"""What every refusal before the plan has in common."""

_NOT_HASHED = ("map<", "variant", "void", "interval")
_NOT_IN_NAMES = " ,;{}()\n\t="
_INTEGERS = ("tinyint", "smallint", "int", "bigint")
_NUMBERS = (*_INTEGERS, "float", "double", "boolean")


@dataclass(frozen=True)
class Contract:
    """What holds of a source: its ledger, and its columns to store, in the order of the table: new ones come last."""

    ledger: Ledger
    columns: tuple[str, ...]


def check_contract(feed: Feed, found: Mapping[str, str], stored: Mapping[str, str] | None) -> Contract:
    """The contract, once every column the spec names exists with a usable type.

    found maps the source's columns to Spark type names; stored maps what earlier batches were stored as (None before
    the first). Order and case of names do not matter. A column that was stored and is gone or retyped fails; a new one
    is ignored, accepted or fails, as source.new_columns says. A label of another table is among found and stored, but
    is not a column of the source. Raises ContractError; nothing has been written then.
    """
    types = {name.lower(): type_ for name, type_ in found.items()}
    _named_columns_exist(feed, found)
    for column in feed.numeric:
        _expect(feed, column, types[column.lower()], "a number")
    kind = kind_of(feed)
    if kind.is_numeric:
        _expect(feed, feed.label, types[feed.label.lower()], f"a number, because kind is {kind.name}")

    for column, type_then in (stored or {}).items():
        _still_there(feed, column, types.get(column.lower()), type_then)

    ledger = Ledger(feed.source.ledger_column, _ledger_type(feed, types[feed.source.ledger_column.lower()]))
    own = _of_source(feed, found)
    own_stored = _of_source(feed, stored or {})
    columns = tuple(own) if stored is None else (*own_stored, *_new_columns(feed, own, own_stored))
    for column in columns:
        _storable(feed, column, types[column.lower()])
    return Contract(ledger, columns)


def _of_source(feed: Feed, columns: Mapping[str, str]) -> dict[str, str]:
    joined = [name.lower() for name in feed.joined]
    return {name: type_ for name, type_ in columns.items() if name.lower() not in joined}


def _storable(feed: Feed, column: str, type_now: str) -> None:
    what = f"{feed.model}: column {column!r} of {feed.source.origin}"
    if set(_NOT_IN_NAMES) & set(column):
        raise ContractError(
            f"{what} cannot be stored: Delta takes no space and none of ,;{{}}()= in a name. {UNTOUCHED} Rename "
            f"it at the source."
        )
    if any(each in type_now for each in _NOT_HASHED):
        raise ContractError(
            f"{what} is {type_now}, whose values cannot be compared. {UNTOUCHED} Leave it out of the source, "
            f"or make it a struct, an array or text there."
        )


def _new_columns(feed: Feed, found: Mapping[str, str], stored: Mapping[str, str]) -> tuple[str, ...]:
    known = {name.lower() for name in stored}
    new = tuple(name for name in found if name.lower() not in known)
    if new and feed.source.new_columns == "fail":
        raise ContractError(
            f"{feed.model}: {feed.source.origin} has new columns {', '.join(f'`{name}`' for name in new)}, and "
            f"source.new_columns is fail. {UNTOUCHED} Set it to accept or ignore, or drop them at the source."
        )
    return new if feed.source.new_columns == "accept" else ()


def _named_columns_exist(feed: Feed, found: Mapping[str, str]) -> None:
    names = {name.lower() for name in found}
    missing = sorted({name for name in feed.named_columns if name.lower() not in names})
    if missing:
        raise ContractError(
            f"{feed.model}: {feed.source.origin} has no column {', '.join(f'`{name}`' for name in missing)}; it has "
            f"{', '.join(sorted(found))}. {UNTOUCHED} Correct {feed.files} or the source."
        )


def _still_there(feed: Feed, column: str, type_now: str | None, type_then: str) -> None:
    if type_now == type_then:
        return
    what = "is gone" if type_now is None else f"arrived as {type_now}"
    raise ContractError(
        f"{feed.model}: column `{column}` of {feed.source.origin} {what}; earlier batches hold it as {type_then}. "
        f"{UNTOUCHED} Bring the column back to {type_then} at the source."
    )


def _expect(feed: Feed, column: str, type_now: str, expected: str) -> None:
    if not _is_number(type_now):
        raise ContractError(
            f"{feed.model}: column `{column}` of {feed.source.origin} is {type_now}, expected {expected}. {UNTOUCHED} "
            f"Correct {feed.model_file} (a text column belongs under `categorical`) or the source."
        )


def _is_number(type_name: str) -> bool:
    return type_name in _NUMBERS or type_name.startswith("decimal")


def _ledger_type(feed: Feed, type_name: str) -> LedgerType:
    if type_name == "timestamp":
        return "timestamp"
    if type_name == "date":
        return "date"
    if type_name in _INTEGERS:
        return "integer"
    if type_name.startswith("decimal"):
        return "decimal"
    raise ContractError(
        f"{feed.model}: ledger column `{feed.source.ledger_column}` of {feed.source.origin} is {type_name}, expected "
        f"timestamp, date, an integer or a decimal (a float skips or repeats rows). {UNTOUCHED} Name another "
        f"ledger_column."
    )
