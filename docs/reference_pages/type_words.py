"""The types of a JSON schema in words."""

from collections.abc import Mapping
from typing import Any

from markdown_table import code

from retraining.spec.batch_spec import CHOICE_PATTERN
from retraining.spec.index_spec import (
    CONTAINER_PATTERN,
    ENDPOINT_PATTERN,
    FIELD_PATTERN,
    SERVICE_NAME_PATTERN,
    STORAGE_ID_PATTERN,
)
from retraining.spec.plain_words import WORDS_OF_PATTERNS
from retraining.spec.recipe_function import RECIPE_PATTERN
from retraining.spec.section import (
    COLUMN_PATTERN,
    LENGTH_PATTERN,
    NAME_PATTERN,
    PERSON_PATTERN,
    SECRET_PATTERN,
    TABLE_PATTERN,
    VERSION_PATTERN,
)
from retraining.spec.serving_section import WEB_ADDRESS_PATTERN

WORD_OF_PATTERN = {
    NAME_PATTERN: "name",
    TABLE_PATTERN: "table",
    COLUMN_PATTERN: "column",
    LENGTH_PATTERN: "length of time",
    RECIPE_PATTERN: "function",
    VERSION_PATTERN: "version",
    WEB_ADDRESS_PATTERN: "web address",
    ENDPOINT_PATTERN: "service address",
    CONTAINER_PATTERN: "container",
    SERVICE_NAME_PATTERN: "service name",
    PERSON_PATTERN: "user name",
    SECRET_PATTERN: "secret name",
    FIELD_PATTERN: "field",
    STORAGE_ID_PATTERN: "resource id",
    CHOICE_PATTERN: "choice of version",
}

_PLAIN = {"integer": "whole number", "number": "number", "boolean": "`true` or `false`", "string": "text"}
_BOUNDS = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}


def type_words(schema: Mapping[str, Any]) -> str:
    """What a key takes, in words; null is left out, because a key that is left out says the same."""
    if "discriminator" in schema:
        return "rule"
    if found := schema.get("anyOf", schema.get("oneOf")):
        forms = [type_words(each) for each in found if each.get("type") != "null" and "$comment" not in each]
        return " or ".join(dict.fromkeys(forms))
    if "$ref" in schema:
        return "section"
    if "const" in schema:
        return code(schema["const"])
    if "enum" in schema:
        return ", ".join(code(each) for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list: {type_words(schema['items'])}"
    if schema.get("type") == "object":
        return _names_and_values(schema)
    return _plain(schema)


def pattern_words() -> dict[str, str]:
    """By the word for a pattern, what it means."""
    return {word: WORDS_OF_PATTERNS[pattern] for pattern, word in WORD_OF_PATTERN.items()}


def _names_and_values(schema: Mapping[str, Any]) -> str:
    by_column = schema.get("patternProperties", {})
    values = schema.get("additionalProperties", {})
    if by_column:
        return f"column: {type_words(next(iter(by_column.values())))}"
    return f"name: {type_words(values)}" if isinstance(values, dict) and values else "names and values"


def _plain(schema: Mapping[str, Any]) -> str:
    if "pattern" in schema:
        return WORD_OF_PATTERN[schema["pattern"]]
    if schema.get("format") == "date":
        return "date"
    if schema.get("maxLength") == 1:
        return "one sign"
    if {"minimum", "maximum"} <= set(schema):
        return f"{_PLAIN[schema['type']]} from {schema['minimum']:g} to {schema['maximum']:g}"
    bounds = [f"{word} {schema[name]:,g}" for name, word in _BOUNDS.items() if name in schema]
    return f"{_PLAIN[schema['type']]} {', '.join(bounds)}".rstrip()
