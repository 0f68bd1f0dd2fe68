"""Reading specs/<model>.yml, specs/sources/<source>.yml where the model names a shared source,
specs/indexes/<index>.yml and specs/batches/<batch>.yml."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from retraining.errors import SpecError
from retraining.spec.batch_spec import BatchSpec
from retraining.spec.document.faults import Fault, did_you_mean, refusal
from retraining.spec.document.read_document import Document, read_document, read_text
from retraining.spec.explain import explain
from retraining.spec.index_spec import IndexSpec
from retraining.spec.known_recipes import Role, why_not_usable
from retraining.spec.model_spec import ModelSpec
from retraining.spec.recipe_function import is_recipe
from retraining.spec.same_source import check_same_source
from retraining.spec.source_spec import SourceSpec

_Spec = TypeVar("_Spec", bound=BaseModel)

SOURCES = "sources"
"""Folder inside specs/ with the sources that models share."""

INDEXES = "indexes"
"""Folder inside specs/ with the search indexes."""

BATCHES = "batches"
"""Folder inside specs/ with the batch tables."""


def available_models(folder: Path) -> list[str]:
    """Names of the models that have a spec in a folder, sorted."""
    return sorted(path.stem for path in folder.glob("*.yml"))


def available_sources(folder: Path) -> list[str]:
    """Names of the shared sources of a folder, sorted."""
    return available_models(folder / SOURCES)


def read_spec(folder: Path, model: str) -> ModelSpec:
    """The spec of a model, checked. Raises SpecError for an unknown model, for anything the spec may not say, and for
    a source that another spec of the folder describes differently."""
    known = available_models(folder)
    if not model:
        raise SpecError(
            f"model: the run does not say which, and this target has no default. Pass `--params model=<model>`. Known "
            f"models: {', '.join(known) or 'none'}."
        )
    if model not in known:
        raise SpecError(
            f"model `{model}`: no such spec.{did_you_mean(model, known)} Known models: {', '.join(known) or 'none'}. "
            f"Add specs/<model>.yml."
        )

    spec = _read_model(folder, model)
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
    text = read_text(folder / f"{model}.yml", origin)
    spec = parse_spec(text, origin, folder)
    if spec.model != model:
        line = read_document(text, origin).find(("model",)).line
        sentence = f"says `model: {spec.model}`. The file name and `model` must agree."
        raise refusal(origin, [Fault(line, sentence)])
    return spec


def parse_spec(text: str, origin: str, folder: Path | None = None) -> ModelSpec:
    """The spec in a YAML text; origin names it in errors, and folder holds the sources that it may name."""
    document = read_document(text, origin)
    content = document.content
    name = content.get("source")
    if not isinstance(name, str):
        return _validated(ModelSpec, content, document, {"source_file": None, "kind": content.get("kind")})

    shared_keys = list(_shared_keys(document, name))
    if shared_keys:
        raise refusal(origin, shared_keys)
    shared = _read_source(folder, name, document)

    columns = content.get("columns")
    if isinstance(columns, dict):
        content = content | shared.keys_for_model(columns)
    else:  # missing, or not a section: validation reports it
        content = content | {"source": shared.source, "quality": shared.quality}
    return _validated(ModelSpec, content, document, {"source_file": _source_file(name), "kind": content.get("kind")})


def _validated(
    kind: type[_Spec], content: Mapping[str, Any], document: Document, context: Mapping[str, Any] | None = None
) -> _Spec:
    """What a file says, as kind. Raises SpecError with all that is wrong with it."""
    unusable = list(_unusable_functions(document))
    try:
        spec = kind.model_validate(content, context=dict(context) if context else None)
    except ValidationError as err:
        raise refusal(document.origin, [*explain(err, document, kind), *unusable]) from err
    if document.faults or unusable:
        raise refusal(document.origin, [*document.faults, *unusable])
    return spec


_FUNCTIONS: Mapping[tuple[str, ...], Role] = {
    ("recipe",): "recipe",
    ("source", "prepare"): "prepare",
    ("documents", "prepare"): "cleaner",
    ("gate", "metric"): "metric",
    ("gate", "guards"): "metric",
    ("gate", "floors"): "metric",
    ("forecast", "models"): "forecaster",
}
"""Where a file may name functions, and what each is for."""


def _unusable_functions(document: Document) -> Iterator[Fault]:
    """Functions that are not there. A name of another form is refused like any other value."""
    for path, role in _FUNCTIONS.items():
        for name, line in document.names_at(path):
            why = why_not_usable(name, role) if is_recipe(name) else None
            if why:
                yield Fault(line, f"`{'.'.join(path)}` is `{name}`, {why}", path)


def _shared_keys(document: Document, source: str) -> Iterator[Fault]:
    """Also where the source's file leaves a key out: a setting of one model would hold for all of them."""
    for path in (("quality",), ("columns", "label_delay"), ("columns", "labels")):
        place = document.find(path)
        if place.path == path:
            sentence = (
                f"`{'.'.join(path)}` belongs to {_source_file(source)}, because all models of that source share it. "
                f"Say it there and remove it here."
            )
            yield Fault(place.line, sentence, path)


def _read_source(folder: Path | None, name: str, document: Document) -> SourceSpec:
    known = available_sources(folder) if folder else []
    if folder is None or name not in known:
        sentence = (
            f"source `{name}`: no such source.{did_you_mean(name, known)} Known sources: {', '.join(known) or 'none'}. "
            f"Add {_source_file('<source>')}, or describe the source here."
        )
        raise refusal(document.origin, [Fault(document.find(("source",)).line, sentence)])
    return read_source(folder, name)


def read_source(folder: Path, name: str) -> SourceSpec:
    """A shared source that is there. Raises SpecError for anything its file may not say."""
    file = _source_file(name)
    shared = read_document(read_text(folder / SOURCES / f"{name}.yml", file), file)
    content = shared.content
    section = content.get("source")
    if isinstance(section, dict):
        content = content | {"source": {"name": name, **section}}
    spec = _validated(SourceSpec, content, shared)
    if spec.source.name != name:
        line = shared.find(("source", "name")).line
        sentence = f"says `source.name: {spec.source.name}`. The file name and `name` must agree."
        raise refusal(file, [Fault(line, sentence)])
    return spec


def available_indexes(folder: Path) -> list[str]:
    """Names of the search indexes of a folder, sorted."""
    return available_models(folder / INDEXES)


def read_index(folder: Path, name: str) -> IndexSpec:
    """The spec of a search index. Raises SpecError for an unknown index, and for anything its file may not say."""
    return _read_named(IndexSpec, "index", _document_of(folder, INDEXES, "index", name), name)


def available_batches(folder: Path) -> list[str]:
    """Names of the batch tables of a folder, sorted."""
    return available_models(folder / BATCHES)


def read_batch(folder: Path, name: str) -> BatchSpec:
    """The spec of a batch table. Raises SpecError for an unknown one, for anything its file may not say, and for a
    model that has no spec."""
    document = _document_of(folder, BATCHES, "batch", name)
    spec = _read_named(BatchSpec, "batch", document, name)
    models = available_models(folder)
    if spec.model not in models:
        sentence = (
            f"model `{spec.model}`: no such spec.{did_you_mean(spec.model, models)} Known models: "
            f"{', '.join(models) or 'none'}."
        )
        raise refusal(document.origin, [Fault(document.find(("model",)).line, sentence, ("model",))])
    return spec


def _document_of(specs: Path, folder: str, word: str, name: str) -> Document:
    """The file of that name in a folder inside specs/. word: what it describes, and the job's parameter that names
    it."""
    known = available_models(specs / folder)
    if name not in known:
        found = f"{word} `{name}`: no such spec.{did_you_mean(name, known)}" if name else f"{word}: the run names none."
        raise SpecError(
            f"{found} Known {folder}: {', '.join(known) or 'none'}. Pass `--params {word}=<{word}>`, or add "
            f"specs/{folder}/<{word}>.yml."
        )
    file = f"specs/{folder}/{name}.yml"
    return read_document(read_text(specs / folder / f"{name}.yml", file), file)


def _read_named(kind: type[_Spec], word: str, document: Document, name: str) -> _Spec:
    """What the file says, as kind; its key of that word repeats the name of the file."""
    spec = _validated(kind, document.content, document)
    said = getattr(spec, word)
    if said != name:
        sentence = f"says `{word}: {said}`. The file name and `{word}` must agree."
        raise refusal(document.origin, [Fault(document.find((word,)).line, sentence)])
    return spec


def _source_file(name: str) -> str:
    return f"specs/{SOURCES}/{name}.yml"
