"""Reading specs/<model>.yml, and specs/sources/<source>.yml where the model names a shared source."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from retraining.errors import SpecError
from retraining.spec.model_spec import ModelSpec
from retraining.spec.read_yaml import explain, parse_mapping, read_text
from retraining.spec.same_source import check_same_source
from retraining.spec.source_spec import SourceSpec

SOURCES = "sources"
"""Folder inside specs/ with the sources that models share."""


def available_models(folder: Path) -> list[str]:
    """Names of the models that have a spec in a folder, sorted."""
    return sorted(path.stem for path in folder.glob("*.yml"))


def available_sources(folder: Path) -> list[str]:
    """Names of the shared sources of a folder, sorted."""
    return sorted(path.stem for path in (folder / SOURCES).glob("*.yml"))


def read_spec(folder: Path, model: str) -> ModelSpec:
    """The spec of a model, checked. Raises SpecError for an unknown model, for anything the spec may not say, and for
    a source that another spec of the folder describes differently."""
    known = available_models(folder)
    if model not in known:
        raise SpecError(
            f"model `{model}`: no such spec. Known models: {', '.join(known) or 'none'}. Add specs/<model>.yml."
        )

    spec = _read_model(folder, model)
    if spec.model != model:
        raise SpecError(f"specs/{model}.yml: says `model: {spec.model}`. The file name and `model` must agree.")
    if not spec.source_is_shared and spec.source_name in available_sources(folder):
        raise SpecError(
            f"specs/{model}.yml: calls its own source `{spec.source_name}`, the name of "
            f"{_source_file(spec.source_name)}. Write `source: {spec.source_name}`, or give the source another `name`."
        )

    for other in known:
        if other != model:
            _check_against(spec, folder, other)
    return spec


def _check_against(spec: ModelSpec, folder: Path, other: str) -> None:
    """Checks that both describe one source alike, and remembers what the other one uses of it. A spec that cannot be
    read is skipped: the run of that model says what is wrong with it."""
    try:
        found = _read_model(folder, other)
    except SpecError:
        return
    check_same_source(spec, f"specs/{spec.model}.yml", found, f"specs/{other}.yml")
    if found.source_name == spec.source_name:
        spec.share_with(found)


def _read_model(folder: Path, model: str) -> ModelSpec:
    origin = f"specs/{model}.yml"
    return parse_spec(read_text(folder / f"{model}.yml", origin), origin, folder)


def parse_spec(text: str, origin: str, folder: Path | None = None) -> ModelSpec:
    """The spec in a YAML text; origin names it in errors, and folder holds the sources that it may name."""
    content = parse_mapping(text, origin)
    name = content.get("source")
    if not isinstance(name, str):
        return _validate(content, origin)
    _refuse_shared_keys(content, origin, name)
    shared = _read_source(folder, name, origin)

    columns = content.get("columns")
    if isinstance(columns, dict):
        content |= shared.keys_for_model(columns)
    else:  # missing, or not a section: validation reports it
        content |= {"source": shared.source, "quality": shared.quality}
    return _validate(content, origin, _source_file(name))


def _validate(content: dict[Any, Any], origin: str, source_file: str | None = None) -> ModelSpec:
    try:
        return ModelSpec.model_validate(content, context={"source_file": source_file})
    except ValidationError as err:
        raise SpecError(f"{origin}: {explain(err, ModelSpec)}") from err


def _refuse_shared_keys(content: dict[Any, Any], origin: str, source: str) -> None:
    """Also where the source's file leaves a key out: a setting of one model would hold for all of them."""
    columns = content.get("columns")
    own_columns = columns if isinstance(columns, dict) else {}
    repeated = [key for key in ("quality",) if key in content]
    repeated += [f"columns.{key}" for key in ("label_delay", "labels") if key in own_columns]
    if repeated:
        raise SpecError(
            f"{origin}: {_listed(repeated)} belongs to {_source_file(source)}, because all models of that source share "
            f"it. Say it there and remove it here."
        )


def _read_source(folder: Path | None, name: str, origin: str) -> SourceSpec:
    known = available_sources(folder) if folder else []
    if folder is None or name not in known:
        near = get_close_matches(name, known, n=1)
        raise SpecError(
            f"{origin}: source `{name}`: no such source.{f' Did you mean `{near[0]}`?' if near else ''} Known sources: "
            f"{', '.join(known) or 'none'}. Add {_source_file('<source>')}, or describe the source here."
        )

    file = _source_file(name)
    content = parse_mapping(read_text(folder / SOURCES / f"{name}.yml", file), file)
    section = content.get("source")
    if isinstance(section, dict):
        content["source"] = {"name": name, **section}
    try:
        spec = SourceSpec.model_validate(content)
    except ValidationError as err:
        raise SpecError(f"{file}: {explain(err, SourceSpec)}") from err
    if spec.source.name != name:
        raise SpecError(f"{file}: says `source.name: {spec.source.name}`. The file name and `name` must agree.")
    return spec


def _source_file(name: str) -> str:
    return f"specs/{SOURCES}/{name}.yml"


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)
