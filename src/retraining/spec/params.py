"""Arguments of a user's or a library's function, as YAML says them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, PlainSerializer


def frozen(value: object) -> object:
    """A value of YAML that cannot be changed: sections become read-only, lists become tuples."""
    if isinstance(value, Mapping):
        return MappingProxyType({name: frozen(each) for name, each in value.items()})
    if isinstance(value, list | tuple):
        return tuple(frozen(each) for each in value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ValueError(f"holds `{value}`, which YAML reads as a date. Write it in quotes, and let the recipe read it")


def plain(value: Any) -> Any:
    """The same as dictionaries and lists, as libraries expect their arguments; a copy."""
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, tuple) else value


Params = Annotated[Mapping[str, Any], AfterValidator(frozen), PlainSerializer(plain)]
"""Values, with lists and sections inside: frozen like the rest of the spec."""
