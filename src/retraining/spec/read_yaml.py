"""A YAML file of specs/ as checked keys and values, with errors that say what is expected."""

from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from retraining.errors import SpecError
from retraining.spec.quality_section import RULES

MAX_BYTES = 100_000


class _NoDuplicateKeys(yaml.SafeLoader):
    """YAML lets a key appear twice and keeps the last; a spec may not."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuses a key that appears twice in one mapping."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise SpecError(f"{node.start_mark.name}: the key `{key}` appears twice. Keep one.")
        return super().construct_mapping(node, deep)


def read_text(path: Path, origin: str) -> str:
    """The text of a file; origin names it in errors. Raises SpecError for a file that cannot be a spec."""
    if path.stat().st_size > MAX_BYTES:
        raise SpecError(f"{origin}: larger than {MAX_BYTES} bytes, so not a spec.")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as err:
        raise SpecError(f"{origin}: not UTF-8 text ({err.reason}). Save it as UTF-8.") from err


def parse_mapping(text: str, origin: str) -> dict[Any, Any]:
    """The keys and values of a YAML text; origin names it in errors. Raises SpecError for anything else."""
    try:
        loader = _NoDuplicateKeys(text)
        loader.name = origin
        content = loader.get_single_data()
    except (yaml.YAMLError, ValueError) as err:  # ValueError: a date that does not exist
        raise SpecError(f"{origin}: not valid YAML ({str(err).splitlines()[0]}).") from err
    if not isinstance(content, dict):
        raise SpecError(f"{origin}: expected keys and values, found {type(content).__name__}.")
    return content


def explain(err: ValidationError, spec: type[BaseModel]) -> str:
    """Every fault of a file, by its key; spec is what the file may say."""
    return "; ".join(
        _explain_one(spec, tuple(str(part) for part in each["loc"]), each["type"], each["msg"]) for each in err.errors()
    )


def _explain_one(spec: type[BaseModel], path: tuple[str, ...], kind: str, message: str) -> str:
    where = ".".join(path)
    if kind == "extra_forbidden":
        known = _keys_at(spec, path[:-1])
        return f"unknown key `{where}`. Known here: {', '.join(known)}. Fix the name or remove it"
    if kind == "missing":
        return f"`{where}` is missing. Add it"
    return f"`{where}`: {message}"


def _keys_at(spec: type[BaseModel], path: tuple[str, ...]) -> list[str]:
    section: Any = spec
    if path[:2] == ("quality", "rules"):  # then the rule's position and its name
        section = RULES[path[3]]
        path = ()
    for part in path:
        found = section.model_fields[part].annotation
        section = next((each for each in get_args(found) if each is not type(None)), found)  # a section or None
    return sorted(field.alias or name for name, field in section.model_fields.items())
