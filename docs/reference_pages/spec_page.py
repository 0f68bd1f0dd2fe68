"""The page of all keys of a spec, written from its JSON schema."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from docstrings import first_paragraph
from markdown_table import code, table
from spec_schema import Schema
from type_words import pattern_words, type_words

from retraining.spec.row_rules import RULES
from retraining.spec.section import Section

_HEADER = ("Key", "Value", "Default", "Meaning")
_SHARED_BY_RULES = ("rule", "name", "severity")


class SpecTables:
    """The tables of a page about one schema, by the section that each is about."""

    def __init__(self, schema: Schema) -> None:
        """schema: what a file may say."""
        self._schema = schema

    def keys(self, path: str) -> str:
        """The table of a section: its keys, and those of the sections inside."""
        _, *inside = self._rows_of(path, self._schema["properties"][path], False)
        return table(_HEADER, inside)

    def top(self) -> str:
        """The table of the keys at the top of the file that are not sections."""
        required = [*self._schema["required"], *self._schema.get("else", {}).get("required", ())]
        plain = {key: each for key, each in self._schema["properties"].items() if self._section(each) is None}
        return table(_HEADER, [_row(key, value, key in required, None) for key, value in plain.items()])

    def outline(self) -> str:
        """The table of all keys at the top of the file."""
        required = self._schema["required"]
        keys = self._schema["properties"].items()
        return table(_HEADER, [_row(key, value, key in required, None) for key, value in keys])

    def about(self, path: str) -> str:
        """What a section is about."""
        section = self._section(self._schema["properties"][path])
        return str(section["description"]) if section else ""

    def rules(self) -> str:
        """The quality rules, one a line, with the keys that each has beside those of all."""
        rows = [self._rule_row(name, rule) for name, rule in RULES.items()]
        return table(("Rule", "Its keys", "A row is fine if"), rows)

    def keys_of_rules(self) -> str:
        """The keys that every rule may have."""
        shared = self._schema["$defs"]["NotNull"]["properties"]
        rows = [_row(key, shared[key], False, None) for key in _SHARED_BY_RULES[1:]]
        return table(_HEADER, rows)

    def paths(self) -> list[str]:
        """Every key of the file, by its path as the page writes it."""
        keys = self._schema["properties"].items()
        return [row[0].strip("`") for key, value in keys for row in self._rows_of(key, value, False)]

    def _rule_row(self, name: str, section: type[Section]) -> tuple[str, ...]:
        rule = self._schema["$defs"][section.__name__]
        own = {key: each for key, each in rule["properties"].items() if key not in _SHARED_BY_RULES}
        keys = [f"`{key}`{'' if key in rule['required'] else ' (optional)'}: {type_words(own[key])}" for key in own]
        needs_name = ["`name`: name"] * ("name" in rule["required"])
        return (code(name), "; ".join([*keys, *needs_name]), first_paragraph(section))

    def _rows_of(self, path: str, schema: Schema, is_required: bool) -> Iterator[tuple[str, ...]]:
        """The key itself, then the keys of the section that it holds."""
        section = self._section(schema)
        yield _row(path, schema, is_required, section)
        if section is None:
            return

        inside = f"{path}[]" if schema.get("type") == "array" else path
        required = (*section.get("required", ()), *section.get("else", {}).get("required", ()))
        for key, value in section["properties"].items():
            yield from self._rows_of(f"{inside}.{key}", value, key in required)

    def _section(self, schema: Schema) -> Schema | None:
        """The section that a key holds, alone or in a list; None for other keys, and for rules."""
        forms = [schema, *schema.get("anyOf", [])]
        lists = [each["items"] for each in forms if isinstance(each.get("items"), dict)]
        items = [form for each in lists for form in (each, *each.get("anyOf", ()))]
        named = [each["$ref"] for each in (*forms, *items) if "$ref" in each]
        return self._resolved(named[0]) if named else None

    def _resolved(self, reference: str) -> Schema:
        definition: Schema = self._schema["$defs"][reference.rpartition("/")[2]]
        return definition


def words_of_values() -> str:
    """What the words in the column Value mean."""
    return table(("Value", "What it is"), [*pattern_words().items()])


def _row(path: str, schema: Schema, is_required: bool, section: Schema | None) -> tuple[str, ...]:
    default, text = _rest(schema, is_required)
    meaning = f"{text} {section['description']}" if section else _with_choices_as_code(text, schema)
    return (code(path), type_words(schema), default, meaning)


def _with_choices_as_code(text: str, schema: Schema) -> str:
    """The docstring explains choices as `newest: whole days ...`."""
    forms = (schema, *schema.get("anyOf", ()))
    named = [each for form in forms for each in (*form.get("enum", ()), form.get("const"))]
    choices = [str(each) for each in named if each is not None]
    return re.sub(rf"(?<![`\w])({'|'.join(map(re.escape, choices))}): ", r"`\1`: ", text) if choices else text


def _rest(schema: Mapping[str, Any], is_required: bool) -> tuple[str, str]:
    return ("required" if is_required else _default(schema), str(schema.get("description", "")))


def _default(schema: Mapping[str, Any]) -> str:
    value = schema.get("default")
    if value is None or value == [] or isinstance(value, dict):
        return ""
    if isinstance(value, list):
        return code(f"[{', '.join(map(str, value))}]")
    return code(str(value).lower() if isinstance(value, bool) else f"{value:,g}" if isinstance(value, float) else value)
