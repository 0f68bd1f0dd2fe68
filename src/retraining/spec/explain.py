"""What a spec may not say, as sentences: the value that was found, what is allowed, and the cure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from retraining.spec.document.faults import Fault, did_you_mean, nearest, one_of
from retraining.spec.document.misread_values import shown
from retraining.spec.document.read_document import Document, Place, what_is
from retraining.spec.known_keys import keys_at, sections_with
from retraining.spec.plain_words import WORDS_OF_PATTERNS, fitting

_Error = Mapping[str, Any]

_NUMBER = "a number"
_WHOLE = "a whole number"
_TRUTH = "true or false"
_DATE = "a date, such as 2013-02-28"
_TEXT = "a text"
_ADD_IT = "is missing. Add it."
_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), _NUMBER),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), _WHOLE),
    **dict.fromkeys(("bool_type", "bool_parsing"), _TRUTH),
    **dict.fromkeys(("tuple_type", "list_type"), "a list, such as [a, b]"),
    **dict.fromkeys(("dict_type", "mapping_type"), "names and values, such as { a: 1 }"),
    **dict.fromkeys(("string_type", "string_too_short"), _TEXT),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _DATE),
}
"""What to write, by pydantic's name of the fault."""

_BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "of at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "of at most"),
}


def explain(err: ValidationError, document: Document, spec: type[BaseModel]) -> list[Fault]:
    """Every fault of a file; spec is what the file may say."""
    errors = [_located(each, document) for each in err.errors(include_url=False)]
    faults: list[Fault] = []
    for _, group in groupby(sorted(errors, key=_order), key=_order):
        together = list(group)
        faults += _explain_place(together, document, spec)
    return _without_consequences(faults, document.faults)


def _located(error: _Error, document: Document) -> tuple[Place, _Error]:
    return document.find(error["loc"]), error


def _order(located: tuple[Place, _Error]) -> tuple[str, ...]:
    """Errors of one value come together: one for each form that the value may have."""
    place, error = located
    alone = str(error["loc"]) if error["type"] in ("missing", "value_error") else ""
    return (*(str(part) for part in place.path), alone)


def _explain_place(
    together: Sequence[tuple[Place, _Error]], document: Document, spec: type[BaseModel]
) -> Iterator[Fault]:
    place, first = together[0]
    kind = first["type"]
    if kind == "missing":
        yield _missing(place, first, document)
    elif kind == "value_error":
        yield from _own_sentences(place, first, document)
    elif kind == "extra_forbidden":
        yield _unknown_key(place, first, spec)
    elif kind in ("union_tag_not_found", "union_tag_invalid"):
        yield _unknown_rule(place, first, document)
    elif first["loc"][-1] == "[key]":
        words = _expected([first], str(place.path[-1]), spec)
        yield Fault(place.line, f"{shown(place.path[:-1])} names `{place.path[-1]}`. Write {words}", place.path)
    else:
        yield _wrong_value(place, [error for _, error in together], spec)


def _wrong_value(place: Place, errors: Sequence[_Error], spec: type[BaseModel]) -> Fault:
    found = what_is(place.value)
    if found == "nothing":
        return Fault(place.line, f"{shown(place.path)} has no value. Write one, or remove the key.", place.path)
    if {error["type"] for error in errors} == {"string_type"} and isinstance(place.value, yaml.ScalarNode):
        text = place.value.value
        sentence = f'{shown(place.path)} is `{text}`, which is not a text. Write "{text}" in quotes.'
        return Fault(place.line, sentence, place.path)
    verb = "has" if place.path and isinstance(place.path[-1], int) else "is"
    words = _expected(errors, str(place.value.value), spec)
    return Fault(place.line, f"{shown(place.path)} {verb} {found}. Write {words}", place.path)


def _missing(place: Place, error: _Error, document: Document) -> Fault:
    key = str(error["loc"][-1])
    path = (*place.path, key)
    if isinstance(place.value, yaml.ScalarNode):
        return Fault(place.line, f"{shown(place.path)} is {what_is(place.value)}. Write a section with its keys.", path)
    return Fault(place.line, f"{shown(path)} {_ADD_IT}", path)


def _own_sentences(place: Place, error: _Error, document: Document) -> Iterator[Fault]:
    """What this product's checks say themselves; a line for each fault."""
    for sentence in str(error["msg"]).removeprefix("Value error, ").splitlines():
        is_value = isinstance(place.value, yaml.ScalarNode)
        said_by = place if is_value else document.find_words(sentence, place.path)
        start = "" if _begins_with_key(sentence, said_by) or not place.path else f"{shown(place.path)}: "
        yield Fault(said_by.line, f"{start}{sentence}", said_by.path)


def _begins_with_key(text: str, place: Place) -> bool:
    keys = [part for part in place.path if isinstance(part, str)]
    return text.startswith(".".join(keys)) if len(keys) > 1 else False


def _unknown_key(place: Place, error: _Error, spec: type[BaseModel]) -> Fault:
    key = str(place.path[-1])
    known = keys_at(spec, error["loc"][:-1])
    elsewhere = [f"{section}.{key}" if section else key for section in sections_with(spec, key)]
    near = nearest(key, known)
    if near is None and elsewhere:
        cure = f"It belongs to another section: {one_of(f'`{each}`' for each in elsewhere)}."
    else:
        cure = f"{f'Did you mean `{near}`? ' if near else ''}Known here: {', '.join(known)}."
    return Fault(place.line, f"unknown key {shown(place.path)}. {cure} Correct or remove it.", place.path)


def _unknown_rule(place: Place, error: _Error, document: Document) -> Fault:
    known = re.findall(r"'([^']*)'", error["ctx"].get("expected_tags", ""))
    key = error["ctx"]["discriminator"].strip("'")
    if error["type"] == "union_tag_not_found":
        return Fault(place.line, f"{shown((*place.path, key))} is missing. Add it: the name of a rule.", place.path)
    at = document.find((*place.path, key))
    tag = error["ctx"]["tag"]
    return Fault(at.line, f"{shown(at.path)} is `{tag}`. Write {one_of(known)}.{did_you_mean(tag, known)}", at.path)


def _expected(errors: Sequence[_Error], found: str, spec: type[BaseModel]) -> str:
    """What to write, with a full stop, and the nearest name."""
    words = list(dict.fromkeys(_allowed(error, spec) for error in errors))
    names = [name for error in errors for name in _choices(error)]
    near = next((each for error in errors if (each := _near_pattern(error, found))), None)
    hint = f" Did you mean `{near}`?" if near else did_you_mean(found, names)
    return f"{one_of(words)}.{hint}"


def _allowed(error: _Error, spec: type[BaseModel]) -> str:
    kind = error["type"]
    ctx = error.get("ctx", {})
    if kind == "literal_error":
        choices = _choices(error)
        return one_of(choices) if len(choices) > 1 else f"{choices[0]}, or remove the key"
    if kind == "string_pattern_mismatch":
        return WORDS_OF_PATTERNS.get(ctx["pattern"], "a value of the form that the reference describes")
    if kind in _BOUNDS:
        name, word = _BOUNDS[kind]
        return f"a number {word} {ctx[name]:g}"
    if kind == "too_short":
        return "at least one name" if ctx["min_length"] == 1 else f"at least {ctx['min_length']}"
    if kind == "string_too_long":
        return "one character" if ctx["max_length"] == 1 else f"at most {ctx['max_length']} characters"
    if kind in ("model_type", "model_attributes_type"):
        return f"a section with keys among {', '.join(keys_at(spec, error['loc']))}"
    return _WORDS.get(kind, "what the reference of the spec describes")


def _choices(error: _Error) -> list[str]:
    if error["type"] != "literal_error":
        return []
    return [name or number for name, number in re.findall(r"'([^']*)'|(\d+)", error["ctx"]["expected"])]


def _near_pattern(error: _Error, found: str) -> str | None:
    if error["type"] != "string_pattern_mismatch":
        return None
    return fitting(error["ctx"]["pattern"], found)


def _without_consequences(faults: Sequence[Fault], misread: Sequence[Fault]) -> list[Fault]:
    """Faults that follow from another one are left out: what is misread is wrong anyway, a list whose only value is
    wrong is not empty, and a key that was misspelt is not missing."""
    kept = [
        fault
        for fault in faults
        if not any(other.concerns(fault.path) or fault.concerns(other.path) for other in misread)
        and not any(other.concerns(fault.path) and len(other.path) > len(fault.path) for other in faults)
        and not _is_misspelt(fault, faults)
    ]
    return [*misread, *kept]


def _is_misspelt(missing: Fault, faults: Sequence[Fault]) -> bool:
    if not missing.sentence.endswith(_ADD_IT):
        return False
    hint = f"Did you mean `{missing.path[-1]}`?"
    return any(hint in other.sentence and other.path[:-1] == missing.path[:-1] for other in faults)
