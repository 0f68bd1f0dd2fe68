"""The JSON schemas of a model's spec and of a shared source, for editors: pydantic's, with what docstrings say."""

from collections.abc import Iterator, Mapping
from typing import Any

from docstrings import class_docstring, field_docstrings
from pydantic import BaseModel

from retraining.spec.csv_section import ENCODINGS, SIGNS
from retraining.spec.forecast_section import FORECAST_KIND, FORECASTERS
from retraining.spec.model_spec import ModelSpec
from retraining.spec.recipe_function import RECIPE_PATTERN
from retraining.spec.section import NAME_PATTERN, Section
from retraining.spec.strategy_section import StrategySection

Schema = dict[str, Any]

STRATEGIES = StrategySection.model_json_schema()["properties"]["name"]["enum"]

OTHER_NAMES = "other names of the same values"
"""Marks a form that the page leaves out."""

_ALSO: Mapping[tuple[str, str], Schema] = {
    ("ModelSpec", "source"): {"type": "string", "pattern": NAME_PATTERN},
    ("ModelSpec", "strategy"): {"enum": STRATEGIES},
    ("SourceSection", "initial_value"): {"type": "number"},
    ("BatchSpec", "version"): {"type": "integer", "exclusiveMinimum": 0},
    ("CsvSection", "delimiter"): {"enum": [*SIGNS, "\\t"]},
    ("CsvSection", "null_values"): {"type": "string"},
    ("CsvSection", "encoding"): {"enum": [*ENCODINGS], "$comment": OTHER_NAMES},
}
"""Other forms that a key may have: a check turns them into the form of the field before pydantic looks."""


_ITEMS_ALSO: Mapping[tuple[str, str], Schema] = {
    ("ForecastSection", "models"): {"anyOf": [{"enum": [*FORECASTERS]}, {"type": "string", "pattern": RECIPE_PATTERN}]},
}
"""The same of what a list holds."""


def spec_schema(spec: type[BaseModel]) -> Schema:
    """What a file may say, with a description for each key and section."""
    schema = spec.model_json_schema()
    sections = {each.__name__: each for each in sections_below(Section)}
    schema["$defs"] = {
        name: _described(definition, sections[name], spec) for name, definition in sorted(schema["$defs"].items())
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_described(schema, spec, spec)}


def sections_below(section: type[Section]) -> Iterator[type[Section]]:
    """Every kind of section that extends one."""
    for each in section.__subclasses__():
        yield each
        yield from sections_below(each)


def _described(schema: Schema, section: type[BaseModel], spec: type[BaseModel]) -> Schema:
    texts = field_docstrings(section)
    written = {field.alias or name: texts.get(name, "") for name, field in section.model_fields.items()}
    properties = {
        key: _property(_with_items(value, section, key), _ALSO.get((section.__name__, key)), written[key])
        for key, value in schema["properties"].items()
    }
    described = {**schema, "description": class_docstring(section), "properties": properties}
    if section.__name__ == "SourceSection" and spec is not ModelSpec:
        return _with_optional_ledger(described)
    return _with_sections_of_kind(described) if section is ModelSpec else described


def _with_items(value: Schema, section: type[BaseModel], key: str) -> Schema:
    also = _ITEMS_ALSO.get((section.__name__, key))
    return {**value, "items": {"anyOf": [also, value["items"]]}} if also else value


def _property(value: Schema, also: Schema | None, text: str) -> Schema:
    """Without pydantic's title, with the docstring, and with the other form that the key may have."""
    kept = {name: each for name, each in value.items() if name != "title"}
    if kept.get("default", ...) is None:
        del kept["default"]
    if also is not None:
        default = {"default": kept.pop("default")} if "default" in kept else {}
        forms = kept.get("anyOf", [kept])
        kept = {"anyOf": [also, *forms], **default}
    return {"description": text, **kept} if text else kept


_IS_FEED: Schema = {"properties": {"mode": {"const": "change_feed"}}, "required": ["mode"]}
_NEEDS_LEDGER: Schema = {"if": _IS_FEED, "else": {"required": ["ledger_column"]}}


def _with_optional_ledger(schema: Schema) -> Schema:
    """The versions of a change feed are its ledger, so it needs no ledger column."""
    return {**schema, "required": _without_ledger(schema), **_NEEDS_LEDGER}


def _without_ledger(schema: Schema) -> list[str]:
    return [key for key in schema["required"] if key != "ledger_column"]


def _with_sections_of_kind(schema: Schema) -> Schema:
    """A forecast has no recipe, and its ledger is its time; every other kind has a recipe."""
    source = schema["$defs"]["SourceSection"]
    definitions = {**schema["$defs"], "SourceSection": {**source, "required": _without_ledger(source)}}
    forms = [{"type": "string"}, {"type": "object", **_NEEDS_LEDGER}]
    otherwise = {"required": ["recipe"], "properties": {"source": {"anyOf": forms}}}
    is_forecast = {"properties": {"kind": {"const": FORECAST_KIND}}, "required": ["kind", "forecast"]}
    return {**schema, "$defs": definitions, "if": is_forecast, "else": otherwise}
