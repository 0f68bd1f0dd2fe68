"""Which models there are: the specs of the bundle, read only for the names of model and source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class ModelFile:
    """A spec."""

    model: str
    """The name in the file, which is also the file's name."""
    source: str
    """The name of its source, which keys the watermark."""


def model_files(specs: Path) -> list[ModelFile]:
    """The models of a folder by name. A file that is not a spec is left out: the loop says what is wrong with it."""
    found = [_model_file(path) for path in sorted(specs.glob("*.yml"))]
    return [each for each in found if each is not None]


def _model_file(path: Path) -> ModelFile | None:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    if not isinstance(content, dict):
        return None

    model = str(content.get("model") or path.stem)
    source = content.get("source")
    if isinstance(source, str):
        return ModelFile(model, source)
    return ModelFile(model, str(source.get("name") or model) if isinstance(source, dict) else model)
