"""Does the source have the columns and types that the specs and earlier batches rely on?

Only a column that somebody uses can stop a source. Any other one is stored where it can be, and named where it cannot.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from retraining.errors import ContractError
from retraining.kinds.find_kind import find_kind, kind_of
from retraining.rules.ingest.ledger import Ledger, LedgerType
from retraining.rules.ingest.storable import why_not_stored
from retraining.rules.ingest.widening import text_changes, widens
from retraining.spec.feed import Feed

UNTOUCHED = "Nothing was ingested and the watermark is unchanged."
"""What every refusal before the plan has in common."""

_INTEGERS = ("tinyint", "smallint", "int", "bigint")
_NUMBERS = (*_INTEGERS, "float", "double", "boolean")


@dataclass(frozen=True)
class Contract:
    """What holds of a source. columns are those to store from now on, in the order of the table, new ones last, with
    their types; notes say which columns are not stored as they come, and why."""

    ledger: Ledger
    columns: tuple[str, ...]
    types: tuple[str, ...]
    notes: tuple[str, ...] = ()


def check_contract(feed: Feed, found: Mapping[str, str], stored: Mapping[str, str] | None) -> Contract:
    """The contract, once every column the specs use exists with a usable type.

    found maps the source's columns to Spark type names; stored maps what earlier batches were stored as (None before
    the first). Order and case of names do not matter. A column that was stored and is gone, or has a type that the
    stored one does not become without a loss, fails where a spec uses it; elsewhere null is stored. A new one is
    ignored, accepted or fails, as source.new_columns says. A label of another table is among found and stored, but is
    not a column of the source. Raises ContractError; nothing has been written then.
    """
    ignored = {name.lower() for name in feed.source.ignore}
    seen = {name: type_ for name, type_ in found.items() if name.lower() not in ignored}
    types = {name.lower(): type_ for name, type_ in seen.items()}
    _named_columns_exist(feed, seen)
    for column in feed.numeric:
        _expect(feed, column, types[column.lower()], "a number")
    kind = kind_of(feed)
    if kind.is_numeric:
        _expect(feed, feed.label, types[feed.label.lower()], f"a number, because kind is {kind.name}")

    kept = dict(stored or {})
    notes = [
        note for column in kept if column.lower() not in ignored for note in _note_change(feed, column, types, kept)
    ]
    own_stored = {name: type_ for name, type_ in _of_source(feed, kept).items() if name.lower() in types}
    old = {name: type_ for name, then in own_stored.items() if (type_ := _type_after(then, types[name.lower()]))}

    new, left_out = _new_columns(feed, _of_source(feed, seen), None if stored is None else kept)
    columns = {**old, **new}
    of_ledger = next(type_ for name, type_ in columns.items() if name.lower() == feed.source.ledger_column.lower())
    ledger = Ledger(feed.source.ledger_column, _ledger_type(feed, of_ledger))
    return Contract(ledger, tuple(columns), tuple(columns.values()), (*notes, *left_out))


def _of_source(feed: Feed, columns: Mapping[str, str]) -> dict[str, str]:
    joined = [name.lower() for name in feed.joined]
    return {name: type_ for name, type_ in columns.items() if name.lower() not in joined}


def _type_after(then: str, now: str) -> str | None:
    """The type that holds stored and new values without a loss; None where there is none."""
    if now == then or widens(now, then):
        return then
    return now if widens(then, now) else None


def _note_change(feed: Feed, column: str, types: Mapping[str, str], stored: Mapping[str, str]) -> Iterator[str]:
    """What is to be said of a stored column that changed. Raises ContractError where a spec needs it as it was."""
    then = stored[column]
    now = types.get(column.lower())
    after = None if now is None else _type_after(then, now)
    if after == then:
        return

    what = f"column `{column}` of {feed.source.origin} {'is gone' if now is None else f'arrived as {now}'}"
    cannot_widen = _why_it_stays(feed, column, then, after) if after else None
    if after and cannot_widen is None:
        yield f"{what}; the stored {then} is widened to it"
    elif after or feed.uses(column):
        raise ContractError(
            f"{feed.model}: {what}; earlier batches hold it as {then}{cannot_widen or ''}. {UNTOUCHED} "
            f"{_cure(feed, column, now, then)}"
        )
    else:
        yield f"{what}; earlier batches hold it as {then}; no spec uses it, so null is stored"


def _why_it_stays(feed: Feed, column: str, then: str, after: str) -> str | None:
    """Rows are recognised by the hash of their keys, which depends on the type; watermarks are text of the ledger's
    type."""
    if column.lower() in {name.lower() for name in feed.source.keys}:
        return ", and a key of another type is another key"
    if column.lower() == feed.source.ledger_column.lower() and _ledger_type(feed, then) != _ledger_type(feed, after):
        return ", and watermarks are values of that type"
    if column.lower() in _learned_as_text(feed) and text_changes(then, after):
        return ", and models learned the texts of its values, which would be others"
    return None


def _learned_as_text(feed: Feed) -> set[str]:
    """Categorical features, and the label of a classifier."""
    label = () if find_kind(feed.kind).is_numeric else (feed.label,)
    return {name.lower() for name in (*feed.categorical, *label)}


def _cure(feed: Feed, column: str, now: str | None, then: str) -> str:
    other_name = "give the source another `name`, which starts again with the columns as they are now"
    if now is None:
        return f"Bring the column back to {then} at the source, or remove it from {feed.files}; or {other_name}."
    return (
        f"Bring the column back to {then} at the source, or make it {then} again in a function of source.prepare; or "
        f"{other_name}."
    )


def _new_columns(
    feed: Feed, found: Mapping[str, str], stored: Mapping[str, str] | None
) -> tuple[dict[str, str], list[str]]:
    """New columns to store, and a note about each that cannot be. One that a spec uses is stored, whatever
    source.new_columns says."""
    known = {name.lower() for name in stored or {}}
    new: dict[str, str] = {}
    left_out: list[str] = []
    for name, type_ in found.items():
        if name.lower() in known or not (stored is None or feed.uses(name) or feed.source.new_columns != "ignore"):
            continue
        if (why := why_not_stored(name, type_)) is None:
            new[name] = type_
        elif feed.names(name):
            raise ContractError(f"{feed.model}: column {name!r} of {feed.source.origin} {why}. {UNTOUCHED} {_RENAME}")
        else:
            left_out.append(f"column {name!r} of {feed.source.origin} {why}, so it is left out")

    unexpected = [name for name in new if not feed.uses(name)]
    if unexpected and stored is not None and feed.source.new_columns == "fail":
        raise ContractError(
            f"{feed.model}: {feed.source.origin} has new columns {', '.join(f'`{name}`' for name in unexpected)}, and "
            f"source.new_columns is fail. {UNTOUCHED} Set it to accept or ignore, list them under source.ignore, or "
            f"drop them at the source."
        )
    return new, left_out


_RENAME = (
    "Give it another name, or another type (text, a number, a struct or an array), at the source or in a function of "
    "source.prepare."
)


def _named_columns_exist(feed: Feed, found: Mapping[str, str]) -> None:
    names = {name.lower() for name in found}
    missing = sorted({name for name in feed.named_columns if name.lower() not in names})
    ignored = [name for name in missing if name.lower() in {each.lower() for each in feed.source.ignore}]
    if ignored:
        raise ContractError(
            f"{feed.model}: source.ignore leaves out column `{ignored[0]}`, which the spec uses. {UNTOUCHED} Correct "
            f"{feed.files}."
        )
    if missing:
        raise ContractError(
            f"{feed.model}: {feed.source.origin} has no column {', '.join(f'`{name}`' for name in missing)}; it has "
            f"{', '.join(sorted(found))}. {UNTOUCHED} Correct {feed.files} or the source."
        )


def _expect(feed: Feed, column: str, type_now: str, expected: str) -> None:
    if not is_number(type_now):
        raise ContractError(
            f"{feed.model}: column `{column}` of {feed.source.origin} is {type_now}, expected {expected}. {UNTOUCHED} "
            f"Correct {feed.model_file} (a text column belongs under `categorical`) or the source."
        )


def is_number(type_name: str) -> bool:
    """Whether a type, as Spark SQL writes it, is one of numbers that models learn."""
    return type_name in _NUMBERS or type_name.startswith("decimal")


def ledger_type_of(type_name: str) -> LedgerType | None:
    """What a column of a type is as a ledger; None for a type that cannot be one."""
    named: dict[str, LedgerType] = {"timestamp": "timestamp", "timestamp_ntz": "timestamp_ntz", "date": "date"}
    if type_name in _INTEGERS:
        return "integer"
    return "decimal" if type_name.startswith("decimal") else named.get(type_name)


def _ledger_type(feed: Feed, type_name: str) -> LedgerType:
    found = ledger_type_of(type_name)
    if found is not None:
        return found
    raise ContractError(
        f"{feed.model}: ledger column `{feed.source.ledger_column}` of {feed.source.origin} is {type_name}, expected "
        f"timestamp, date, an integer or a decimal (a float skips or repeats rows). {UNTOUCHED} Name another "
        f"ledger_column."
    )
