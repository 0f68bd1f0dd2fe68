"""Reading specs/<model>.yml."""

from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import ValidationError

from retraining.errors import SpecError
from retraining.spec.model_spec import ModelSpec
from retraining.spec.quality_section import RULES
from retraining.spec.source_section import SourceSection

MAX_BYTES = 100_000


class _NoDuplicateKeys(yaml.SafeLoader):
    """YAML lets a key appear twice and keeps the last; a spec may not."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuses a key that stands twice in one mapping."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise SpecError(f"{node.start_mark.name}: the key `{key}` stands twice. Keep one.")
        return super().construct_mapping(node, deep)


def available_models(folder: Path) -> list[str]:
    """Names of the specs in a folder, sorted."""
    return sorted(path.stem for path in folder.glob("*.yml"))


def read_spec(folder: Path, model: str) -> ModelSpec:
    """The spec of a model, checked. Raises SpecError for an unknown model, for anything the spec may not say, and for
    a source that another spec of the folder describes differently."""
    known = available_models(folder)
    if model not in known:
        raise SpecError(
            f"model `{model}`: no such spec. Known models: {', '.join(known) or 'none'}. Add specs/<model>.yml."
        )
    spec = _read(folder / f"{model}.yml")
    if spec.model != model:
        raise SpecError(f"specs/{model}.yml: says `model: {spec.model}`. The file name and `model` must agree.")
    for other in known:
        if other != model:
            _check_shared_source(spec, folder / f"{other}.yml")
    return spec


def _check_shared_source(spec: ModelSpec, path: Path) -> None:
    """Specs that share a source name share its watermark and its rows, whichever of them ingests."""
    try:
        other = _read(path)
    except SpecError:  # for a run of that model to say
        return
    keys = {name: field.alias or name for name, field in SourceSection.model_fields.items() if name != "name"}
    differ = [
        f"source.{key}" for name, key in keys.items() if getattr(spec.source, name) != getattr(other.source, name)
    ]
    if spec.columns.labels != other.columns.labels:
        differ.append("columns.labels")
    elif spec.columns.joined != other.columns.joined:
        differ.append("columns.label, which columns.labels fills")
    if spec.source_name == other.source_name and differ:
        raise SpecError(
            f"specs/{spec.model}.yml and specs/{path.name} share the source `{spec.source_name}`, but differ in "
            f"{', '.join(differ)}. Say the same in both, or give one source another `name`."
        )


def _read(path: Path) -> ModelSpec:
    if path.stat().st_size > MAX_BYTES:
        raise SpecError(f"specs/{path.name}: larger than {MAX_BYTES} bytes, so not a spec.")
    return parse_spec(_text_of(path), f"specs/{path.name}")


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as err:
        raise SpecError(f"specs/{path.name}: not UTF-8 text ({err.reason}). Save it as UTF-8.") from err


def parse_spec(text: str, origin: str) -> ModelSpec:
    """The spec in a YAML text; origin names it in errors."""
    try:
        loader = _NoDuplicateKeys(text)
        loader.name = origin
        content = loader.get_single_data()
    except (yaml.YAMLError, ValueError) as err:  # ValueError: a date that does not exist
        raise SpecError(f"{origin}: not valid YAML ({str(err).splitlines()[0]}).") from err
    if not isinstance(content, dict):
        raise SpecError(f"{origin}: expected keys and values, found {type(content).__name__}.")
    try:
        return ModelSpec.model_validate(content)
    except ValidationError as err:
        raise SpecError(f"{origin}: {_explain(err)}") from err


def _explain(err: ValidationError) -> str:
    return "; ".join(
        _explain_one(tuple(str(part) for part in each["loc"]), each["type"], each["msg"]) for each in err.errors()
    )


def _explain_one(path: tuple[str, ...], kind: str, message: str) -> str:
    where = ".".join(path)
    if kind == "extra_forbidden":
        section = _section_at(path[:-1])
        return f"unknown key `{where}`. Known here: {', '.join(section)}. Fix the name or remove it"
    if kind == "missing":
        return f"`{where}` is missing. Add it"
    return f"`{where}`: {message}"


def _section_at(path: tuple[str, ...]) -> list[str]:
    section: Any = ModelSpec
    if path[:2] == ("quality", "rules"):  # then the rule's position and its name
        section, path = RULES[path[3]], ()
    for part in path:
        found = section.model_fields[part].annotation
        section = next((each for each in get_args(found) if each is not type(None)), found)  # a section or None
    return sorted(field.alias or name for name, field in section.model_fields.items())
