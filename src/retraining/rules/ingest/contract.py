"""Does the source have the columns and types that the spec and earlier batches rely on?"""

from collections.abc import Mapping
from dataclasses import dataclass

from retraining.errors import ContractError
from retraining.kinds.find_kind import kind_of
from retraining.rules.ingest.ledger import Ledger, LedgerType
from retraining.spec.model_spec import ModelSpec

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


def check_contract(spec: ModelSpec, found: Mapping[str, str], stored: Mapping[str, str] | None) -> Contract:
    """The contract, once every column the spec names exists with a usable type.

    found maps the source's columns to Spark type names; stored maps what earlier batches were stored as (None before
    the first). Order and case of names do not matter. A column that was stored and is gone or retyped fails; a new one
    is ignored, accepted or fails, as source.new_columns says. A label of another table is among found and stored, but
    no column of the source. Raises ContractError; nothing has been written then.
    """
    types = {name.lower(): type_ for name, type_ in found.items()}
    _named_columns_exist(spec, found)
    for column in spec.columns.numeric:
        _expect(spec, column, types[column.lower()], _is_number(types[column.lower()]), "a number")
    kind = kind_of(spec)
    if kind.is_numeric:
        type_ = types[spec.columns.label.lower()]
        _expect(spec, spec.columns.label, type_, _is_number(type_), f"a number, because kind is {kind.name}")
    for column, type_then in (stored or {}).items():
        _still_there(spec, column, types.get(column.lower()), type_then)
    ledger = Ledger(spec.source.ledger_column, _ledger_type(spec, types[spec.source.ledger_column.lower()]))
    own, own_stored = (_of_source(spec, columns) for columns in (found, stored or {}))
    columns = tuple(own) if stored is None else (*own_stored, *_new_columns(spec, own, own_stored))
    for column in columns:
        _storable(spec, column, types[column.lower()])
    return Contract(ledger, columns)


def _of_source(spec: ModelSpec, columns: Mapping[str, str]) -> dict[str, str]:
    joined = [name.lower() for name in spec.columns.joined]
    return {name: type_ for name, type_ in columns.items() if name.lower() not in joined}


def _storable(spec: ModelSpec, column: str, type_now: str) -> None:
    what = f"{spec.model}: column {column!r} of {spec.source.origin}"
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


def _new_columns(spec: ModelSpec, found: Mapping[str, str], stored: Mapping[str, str]) -> tuple[str, ...]:
    known = {name.lower() for name in stored}
    new = tuple(name for name in found if name.lower() not in known)
    if new and spec.source.new_columns == "fail":
        raise ContractError(
            f"{spec.model}: {spec.source.origin} has new columns {', '.join(f'`{name}`' for name in new)}, and "
            f"source.new_columns is fail. {UNTOUCHED} Set it to accept or ignore, or drop them at the source."
        )
    return new if spec.source.new_columns == "accept" else ()


def _named_columns_exist(spec: ModelSpec, found: Mapping[str, str]) -> None:
    rules = [name for rule in spec.quality.rules for name in rule.columns_read]
    rules += spec.quality.batch.max_null_share
    named = [spec.source.ledger_column, *spec.source.keys, spec.columns.label, *spec.columns.features, *rules]
    there = {name.lower() for name in found}
    missing = sorted({name for name in named if name.lower() not in there})
    if missing:
        raise ContractError(
            f"{spec.model}: {spec.source.origin} has no column {', '.join(f'`{name}`' for name in missing)}; it has "
            f"{', '.join(sorted(found))}. {UNTOUCHED} Correct specs/{spec.model}.yml or the source."
        )


def _still_there(spec: ModelSpec, column: str, type_now: str | None, type_then: str) -> None:
    if type_now == type_then:
        return
    what = "is gone" if type_now is None else f"arrived as {type_now}"
    raise ContractError(
        f"{spec.model}: column `{column}` of {spec.source.origin} {what}; earlier batches hold it as {type_then}. "
        f"{UNTOUCHED} Bring the column back to {type_then} at the source."
    )


def _expect(spec: ModelSpec, column: str, type_now: str, fits: bool, expected: str) -> None:
    if not fits:
        raise ContractError(
            f"{spec.model}: column `{column}` of {spec.source.origin} is {type_now}, expected {expected}. {UNTOUCHED} "
            f"Correct specs/{spec.model}.yml (a text column belongs under `categorical`) or the source."
        )


def _is_number(type_name: str) -> bool:
    return type_name in _NUMBERS or type_name.startswith("decimal")


def _ledger_type(spec: ModelSpec, type_name: str) -> LedgerType:
    if type_name == "timestamp":
        return "timestamp"
    if type_name == "date":
        return "date"
    if type_name in _INTEGERS:
        return "integer"
    if type_name.startswith("decimal"):
        return "decimal"
    raise ContractError(
        f"{spec.model}: ledger column `{spec.source.ledger_column}` of {spec.source.origin} is {type_name}, expected "
        f"timestamp, "
        f"date, an integer or a decimal (a float skips or repeats rows). {UNTOUCHED} Name another ledger_column."
    )
