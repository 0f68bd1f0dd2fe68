"""Which keys a spec may have, and where."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel

from retraining.spec.row_rules import RULES


def keys_at(spec: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The keys of the section that a path of keys leads to, sorted. Other parts of the path, such as positions in
    lists, are passed over."""
    section = spec
    for part in path:
        fields = {field.alias or name: field for name, field in section.model_fields.items()}
        if part in fields:
            section = next(_sections(fields[str(part)].annotation), section)
        elif part in RULES:
            section = RULES[str(part)]
    return sorted(field.alias or name for name, field in section.model_fields.items())


def sections_with(spec: type[BaseModel], key: str, above: str = "") -> list[str]:
    """The sections that have a key, by their paths; "" is the top of the file. Rules are left out."""
    found = []
    for name, field in spec.model_fields.items():
        written = field.alias or name
        if written == key:
            found.append(above)
        if inner := next(_sections(field.annotation), None):
            found += sections_with(inner, key, f"{above}.{written}".lstrip("."))
    return found


def _sections(annotation: Any) -> Iterator[type[BaseModel]]:
    """The sections that a type is made of, rules aside: those of an optional section, or of a list of sections."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation not in RULES.values():
            yield annotation
        return
    for part in get_args(annotation):
        yield from _sections(part)
